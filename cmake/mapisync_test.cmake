# mapisync_test(NAME SOURCES... [LINK...] [LABELS...] [TIMEOUT seconds])
# One test program; each of its test cases is a test of ctest, with the given labels. GoogleMock's main is linked in.
# Under ctest, properties are checked with a fixed seed, so that a run can be repeated; the program itself draws a new one.
# Label `concurrent` marks what is also run under ThreadSanitizer.
include(GoogleTest)

function(mapisync_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock_main mapisync_build_flags)
  set(properties TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "RC_PARAMS=seed=2026")
  if(arg_LABELS)
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES ${properties})
endfunction()

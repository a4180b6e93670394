# mapisync_test(NAME SOURCES... [LINK...] [LABELS...] [TIMEOUT seconds])
# One test program; its suites are tests of ctest (mapisync_discover.cmake), with the given labels. GoogleMock's main is linked in.
# Under ctest, properties are checked with a fixed seed, so that a run can be repeated; the program itself draws a new one.
# Label `concurrent` marks what is also run under ThreadSanitizer; the target concurrent_tests builds just these.
add_custom_target(concurrent_tests)

function(mapisync_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 1800)
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINK} GTest::gmock_main mapisync_build_flags)
  if("concurrent" IN_LIST arg_LABELS)
    add_dependencies(concurrent_tests ${name})
  endif()

  set(properties "TIMEOUT ${arg_TIMEOUT} ENVIRONMENT RC_PARAMS=seed=2026")
  if(arg_LABELS)
    string(APPEND properties " LABELS [==[${arg_LABELS}]==]")
  endif()
  set(tests "${CMAKE_CURRENT_BINARY_DIR}/${name}_tests.cmake")
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS "${tests}" VERBATIM
    COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:${name}>" "-DNAME=${name}" "-DOUT=${tests}" "-DPROPERTIES=${properties}"
            -P "${PROJECT_SOURCE_DIR}/cmake/mapisync_discover.cmake")
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake"
    "if(EXISTS [==[${tests}]==])\n  include([==[${tests}]==])\nelse()\n  add_test(${name}_NOT_BUILT ${name}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake")
endfunction()

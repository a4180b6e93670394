# mapisync_library(NAME SOURCES... LINK ...): a library target mapisync_NAME with the alias mapisync::NAME,
# warnings, sanitizers and include root as target properties.
include(GNUInstallDirs)

add_library(mapisync_build_flags INTERFACE)
target_compile_options(mapisync_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion
  $<$<CXX_COMPILER_ID:Clang>:-Wreserved-identifier>
  # GCC 12 takes moves of std::optional for reads of uninitialized memory wherever it inlines them, and "x" + string for
  # overlapping copies wherever it optimises them (both fixed in later versions). Clang's own checks and the analyzer of
  # clang-tidy look for the real thing.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-restrict>
  $<$<BOOL:${MAPISYNC_WERROR}>:-Werror>)
if(MAPISYNC_SANITIZE)
  target_compile_options(mapisync_build_flags INTERFACE -fsanitize=${MAPISYNC_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(mapisync_build_flags INTERFACE -fsanitize=${MAPISYNC_SANITIZE})
endif()

# What tests run again and again is optimised a little under Clang's sanitizers: the tests take half the time. Test
# programs are compiled more often than they run, and stay as they are.
add_library(mapisync_library_flags INTERFACE)
if(MAPISYNC_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(mapisync_library_flags INTERFACE -O1)
endif()

# For code that calls COM objects, linked after the flags above: behind an interface pointer may stand an object of another
# compiler, or of C, without type information that UBSan's check of vtables could read.
add_library(mapisync_com_flags INTERFACE)
if(MAPISYNC_SANITIZE MATCHES "undefined")
  target_compile_options(mapisync_com_flags INTERFACE -fno-sanitize=vptr)
endif()

function(mapisync_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(mapisync_${name} ${arg_SOURCES})
  add_library(mapisync::${name} ALIAS mapisync_${name})
  target_compile_features(mapisync_${name} PUBLIC cxx_std_20)
  set_target_properties(mapisync_${name} PROPERTIES EXPORT_NAME ${name} CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_include_directories(mapisync_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/mapisync>)
  target_link_libraries(mapisync_${name} PUBLIC ${arg_LINK} PRIVATE $<BUILD_INTERFACE:mapisync_build_flags>
    $<BUILD_INTERFACE:mapisync_library_flags> ${arg_PRIVATE_LINK})
  set_property(GLOBAL APPEND PROPERTY MAPISYNC_LIBRARIES mapisync_${name})
endfunction()

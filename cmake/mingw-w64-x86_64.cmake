# 64-bit Windows with the MinGW-w64 of Debian: cmake --preset mingw
#
# Debian has no MinGW packages of the libraries we use, and the engine needs headers only. They are reached through a
# folder of links in the build tree: /usr/include as a whole must never come near a cross compiler (it holds glibc).
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# The posix variant by name: the plain one may be an alternative without std::mutex and std::thread.
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(mapisync_host_headers "${CMAKE_BINARY_DIR}/host-headers")
if(NOT CMAKE_BINARY_DIR MATCHES "/CMakeFiles/")  # not for the probe projects of try_compile
  file(MAKE_DIRECTORY "${mapisync_host_headers}")
  foreach(package IN ITEMS boost spdlog fmt)
    if(NOT EXISTS "/usr/include/${package}")
      message(FATAL_ERROR "/usr/include/${package} is missing; ./tools/install_packages build ci installs it")
    endif()
    file(CREATE_LINK "/usr/include/${package}" "${mapisync_host_headers}/${package}" SYMBOLIC)
  endforeach()
endif()

# find_package(Boost) reads the version from the linked headers; find_package(spdlog) finds the header-only stand-in.
set(Boost_NO_BOOST_CMAKE ON)
set(Boost_INCLUDE_DIR "${mapisync_host_headers}" CACHE PATH "Boost headers for the cross build")
set(spdlog_DIR "${CMAKE_CURRENT_LIST_DIR}/mingw" CACHE PATH "Header-only spdlog for the cross build")

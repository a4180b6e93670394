# spdlog and fmt without libraries, for the cross build (see ../mingw-w64-x86_64.cmake).
if(NOT TARGET spdlog::spdlog)
  add_library(spdlog::spdlog INTERFACE IMPORTED)
  set_target_properties(spdlog::spdlog PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${CMAKE_BINARY_DIR}/host-headers"
    INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_BINARY_DIR}/host-headers"
    INTERFACE_COMPILE_DEFINITIONS "SPDLOG_FMT_EXTERNAL;FMT_HEADER_ONLY=1")
endif()

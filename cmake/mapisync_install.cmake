# Install rules and the CMake package: find_package(mapisync COMPONENTS ...) gives mapisync::engine and so on.
#
# What a component needs is read from the targets themselves, so that the package cannot fall behind the build. A third
# party that is linked must stand in the table below; it says how a consumer finds it.
include(CMakePackageConfigHelpers)

# LINKED TARGET | how the installed package finds it
set(mapisync_third_parties
  "Boost::headers|find_dependency(Boost 1.74)"
  "spdlog::spdlog|find_dependency(spdlog)"
  "SQLite::SQLite3|find_dependency(SQLite3)"
  "OpenSSL::Crypto|find_dependency(OpenSSL)"
  "CURL::libcurl|find_dependency(CURL)"
  "pugixml::pugixml|find_dependency(pugixml)"
  "Threads::Threads|find_dependency(Threads)"
  "Iconv::Iconv|find_dependency(Iconv)"
  "PkgConfig::GMIME|find_dependency(PkgConfig)\n  pkg_check_modules(GMIME REQUIRED QUIET IMPORTED_TARGET gmime-3.0)")

function(mapisync_find_command target result)
  foreach(row IN LISTS mapisync_third_parties)
    string(FIND "${row}" "|" bar)
    string(SUBSTRING "${row}" 0 ${bar} name)
    if(name STREQUAL target)
      math(EXPR start "${bar} + 1")
      string(SUBSTRING "${row}" ${start} -1 command)
      set(${result} "${command}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${target} is linked by a library that is installed: add it to cmake/mapisync_install.cmake, "
    "its home to tools/check_layers.py and its reason to docs/dependencies.md")
endfunction()

# One block a library: its own libraries first, then how to find its third parties.
get_property(mapisync_libraries GLOBAL PROPERTY MAPISYNC_LIBRARIES)
set(MAPISYNC_COMPONENT_TABLE "")
set(MAPISYNC_COMPONENTS "")
foreach(library IN LISTS mapisync_libraries)
  string(REGEX REPLACE "^mapisync_" "" component "${library}")
  list(APPEND MAPISYNC_COMPONENTS "${component}")
  get_target_property(links ${library} LINK_LIBRARIES)
  set(needed "")
  set(commands "")
  foreach(link IN LISTS links)
    if(link MATCHES "^mapisync::(.+)$")
      list(APPEND needed "${CMAKE_MATCH_1}")
    elseif(link MATCHES "::")
      mapisync_find_command("${link}" command)
      string(APPEND commands "  ${command}\n")
    elseif(NOT link MATCHES "^\\$<BUILD_INTERFACE:")
      message(FATAL_ERROR "${library} links ${link}: name third parties by imported targets")
    endif()
  endforeach()
  string(APPEND MAPISYNC_COMPONENT_TABLE "set(mapisync_needs_${component} ${needed})\n"
    "macro(mapisync_find_dependencies_of_${component})\n${commands}endmacro()\n")
endforeach()

configure_package_config_file(cmake/mapisyncConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/mapisyncConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/mapisync NO_SET_AND_CHECK_MACRO)
# While the version is 0.x a minor version may change the interface.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/mapisyncConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS ${mapisync_libraries} EXPORT mapisyncTargets)
install(EXPORT mapisyncTargets NAMESPACE mapisync:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/mapisync)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/mapisyncConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/mapisyncConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/mapisync)

# Public headers: these, and whatever they include. They keep the tree, because include lines show the layer.
set(mapisync_public_headers
  engine/mailbox_sync.h
  engine/survey.h
  engine/staging/file_spool.h
  providers/mapi/mapi_folder.h)
if(MAPISYNC_TOOLS)
  list(APPEND mapisync_public_headers
    store/memory/memory_sink.h
    store/memory/memory_store.h
    store/sqlite/mirror_reader.h
    store/sqlite/mirror_sink.h
    store/sqlite/sqlite_store.h
    providers/mapihttp/wire/fast_transfer_parser.h
    providers/mapihttp/wire/fast_transfer_writer.h
    providers/mapihttp/wire/lz77.h
    providers/mapihttp/wire/meta_tags.h
    providers/mapihttp/wire/restriction.h
    providers/mapihttp/wire/rop_payload.h
    providers/mapihttp/wire/rop_response.h
    providers/mapihttp/wire/rpc_header_ext.h
    providers/mapihttp/wire/session_body.h
    providers/fake/fake_provider.h
    providers/fake/script/script.h
    providers/fake/mime/mail_import.h
    providers/fake/mime/mime_converter.h
    providers/mapihttp/client/client_provider.h
    providers/mapihttp/client/source_url.h
    providers/mapihttp/transport/autodiscover.h
    providers/mapihttp/transport/credential_sources.h
    providers/mapihttp/transport/curl_channel.h
    providers/mapihttp/transport/mapi_session.h)
endif()

set(queue ${mapisync_public_headers})
set(mapisync_headers "")
while(queue)
  list(POP_FRONT queue header)
  if(header IN_LIST mapisync_headers)
    continue()
  endif()
  list(APPEND mapisync_headers ${header})
  file(STRINGS ${header} lines REGEX "^#include \"")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" included "${line}")
    list(APPEND queue ${included})
  endforeach()
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mapisync/${folder})
endwhile()

install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")

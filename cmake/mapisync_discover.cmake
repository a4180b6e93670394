# Run after a test program was linked: cmake -DPROGRAM=... -DNAME=... -DOUT=... -DPROPERTIES=... -P this
# Writes one test of ctest for each suite of the program (NAME.Suite), and for each test with parameters (NAME.Suite.Test,
# all its parameters): a process for every single one would cost more than many of them do.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listing RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} --gtest_list_tests ended with ${code}")
endif()
string(REPLACE ";" "," listing "${listing}")
string(REGEX REPLACE "[][]" "" listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")

set(groups "")
foreach(line IN LISTS lines)
  string(REGEX REPLACE " *#.*$" "" line "${line}")
  if(line MATCHES "^([^ ]+)\\.$")
    set(suite "${CMAKE_MATCH_1}")
  elseif(line MATCHES "^  ([^ /]+)(/?)")
    set(group "${suite}.")
    if(CMAKE_MATCH_2)
      set(group "${suite}.${CMAKE_MATCH_1}/")
    endif()
    list(APPEND groups "${group}")
    math(EXPR "count_of_${group}" "0${count_of_${group}} + 1" OUTPUT_FORMAT DECIMAL)
  endif()
endforeach()
if(NOT groups)
  message(FATAL_ERROR "${PROGRAM} lists no test")
endif()
list(REMOVE_DUPLICATES groups)

# The largest first, so that none is left to run alone at the end.
set(script "")
foreach(group IN LISTS groups)
  string(REGEX REPLACE "[./]$" "" name "${NAME}.${group}")
  string(APPEND script "add_test([==[${name}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${group}*]==] --gtest_brief=1)\n"
    "set_tests_properties([==[${name}]==] PROPERTIES COST ${count_of_${group}} ${PROPERTIES})\n")
endforeach()
file(WRITE "${OUT}" "${script}")

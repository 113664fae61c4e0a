# parley_room(NAME DIR [PUBLIC_DEPS...]): a room of the house is one static library of the .cpp files
# directly in its folder. parley_room_test(NAME LIBS...) builds tests/DIR/*_test.cpp beside it.
function(parley_room name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    if(NOT sources)
        # A room of headers alone.
        add_library(parley_${name} INTERFACE)
        target_link_libraries(parley_${name} INTERFACE parley_options ${ARGN})
        return()
    endif()
    add_library(parley_${name} STATIC ${sources})
    target_link_libraries(parley_${name} PUBLIC parley_options ${ARGN})
    set_target_properties(parley_${name} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()

function(parley_test_room name dir)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${dir}/*.cpp)
    if(NOT sources)
        return()
    endif()
    add_executable(test_${name} ${sources})
    target_link_libraries(test_${name} PRIVATE ${ARGN} parley_options GTest::gtest_main GTest::gmock)
    target_compile_definitions(test_${name} PRIVATE PARLEY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    # Those with PostgreSQL in their name share a server, and so a process.
    gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX ${name}.
        TEST_FILTER "-*PostgreSQL*" PROPERTIES TIMEOUT ${test_seconds_max})
    foreach(source IN LISTS sources)
        file(STRINGS ${source} found REGEX "PARLEY_ON_BOTH_DATABASES\\(|TEST(_F)?\\(PostgreSQL" LIMIT_COUNT 1)
        if(found)
            add_test(NAME ${name}.PostgreSQL COMMAND test_${name} --gtest_filter=*PostgreSQL*)
            set_tests_properties(${name}.PostgreSQL PROPERTIES TIMEOUT ${test_seconds_max})
            break()
        endif()
    endforeach()
endfunction()

# What an act allocates on one thread is freed on another, which the C library's allocator takes badly
# (docs/BENCHMARKS.md); a program that serves gets mimalloc where that is switched on.
function(parley_fast_allocator program)
    if(PARLEY_MIMALLOC)
        target_sources(${program} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/large_pages.cpp)
        target_link_options(${program} PRIVATE -Wl,--no-as-needed)
        target_link_libraries(${program} PRIVATE mimalloc)
    endif()
endfunction()

# One set of compile options for all of our own code; warnings are errors.
add_library(parley_options INTERFACE)
target_compile_options(parley_options INTERFACE
    -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wnull-dereference)
target_compile_definitions(parley_options INTERFACE
    BOOST_ASIO_NO_DEPRECATED
    $<$<BOOL:${PARLEY_FAULT_POINTS}>:PARLEY_FAULT_POINTS=1>)
target_include_directories(parley_options INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(parley_options INTERFACE Threads::Threads)

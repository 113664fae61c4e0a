# A build can be told where earlier ones spent their time (decision 0022).
#   PARLEY_PROFILE       a file of counts that script/profile wrote; the preset `release` names the one kept here
#   PARLEY_COUNT_PATHS   count instead, and leave the counts where LLVM_PROFILE_FILE says when the program ends
# Code that changed since the counts were taken is compiled as if there were none: a stale file costs speed
# and nothing else, which is why its warnings are off.
set(PARLEY_PROFILE "" CACHE FILEPATH "Counts of earlier runs to optimise by; Clang only")
option(PARLEY_COUNT_PATHS "Count how often each path is taken (preset profile)" OFF)

# A function that only its file sees is known by that file's name, without its folder, for the source lies
# elsewhere on every machine.
set(names_without_folders "SHELL:-mllvm -static-func-full-module-prefix=false")

if(PARLEY_COUNT_PATHS)
    # Atomic, because most of what is counted runs on several threads.
    target_compile_options(parley_options INTERFACE -fprofile-generate -fprofile-update=atomic
        ${names_without_folders})
    target_link_options(parley_options INTERFACE -fprofile-generate)
elseif(PARLEY_PROFILE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    if(NOT EXISTS ${PARLEY_PROFILE})
        message(FATAL_ERROR "PARLEY_PROFILE names ${PARLEY_PROFILE}, which is not there; write it with "
            "script/profile, or configure with -DPARLEY_PROFILE=")
    endif()
    # Ninja knows nothing of the file; a copy named by its content makes it compile anew when that changes.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PARLEY_PROFILE})
    file(SHA256 ${PARLEY_PROFILE} content)
    string(SUBSTRING ${content} 0 16 content)
    set(counts ${CMAKE_BINARY_DIR}/counts-${content}.profdata)
    configure_file(${PARLEY_PROFILE} ${counts} COPYONLY)
    target_compile_options(parley_options INTERFACE -fprofile-use=${counts} ${names_without_folders}
        -Wno-profile-instr-out-of-date -Wno-profile-instr-unprofiled -Wno-backend-plugin)
endif()

# parley_embed(TARGET SYMBOL FILE...): puts files into the binary. The generated header-less source
# defines `std::span<parley::EmbeddedFile const> parley::embedded::SYMBOL()`, names relative to the
# source folder, in the order given.
function(parley_embed target symbol)
    set(assembly "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.S")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.cpp")
    set(asm_text ".section .note.GNU-stack,\"\",@progbits\n.section .rodata\n")
    set(extern_text "")
    set(table_text "")
    set(index 0)
    foreach(file IN LISTS ARGN)
        file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${file})
        set(label "parley_embedded_${symbol}_${index}")
        string(APPEND asm_text ".global ${label}\n.global ${label}_end\n${label}:\n.incbin \"${file}\"\n${label}_end:\n.byte 0\n")
        string(APPEND extern_text "extern char const ${label}[];\nextern char const ${label}_end[];\n")
        string(APPEND table_text "        {\"${name}\", {${label}, static_cast<std::size_t>(${label}_end - ${label})}},\n")
        math(EXPR index "${index} + 1")
    endforeach()
    file(CONFIGURE OUTPUT ${assembly} CONTENT "${asm_text}" @ONLY)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"engine/base/embedded.hpp\"\n\nextern \"C\" {\n${extern_text}}\n\nnamespace parley::embedded {\nstd::span<EmbeddedFile const> ${symbol}() {\n    static EmbeddedFile const files[] = {\n${table_text}    };\n    return files;\n}\n} // namespace parley::embedded\n" @ONLY)
    set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS "${ARGN}")
    target_sources(${target} PRIVATE ${assembly} ${source})
endfunction()

# parley_json_from_yaml(TARGET IN OUT): OUT is IN as JSON, made while TARGET is built, for parley_embed.
add_executable(yaml_to_json ${CMAKE_CURRENT_LIST_DIR}/yaml_to_json.cpp)
target_link_libraries(yaml_to_json PRIVATE parley_options yaml-cpp nlohmann_json::nlohmann_json)
function(parley_json_from_yaml target in out)
    add_custom_command(OUTPUT ${out} COMMAND yaml_to_json ${in} ${out} DEPENDS ${in} yaml_to_json
        VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()

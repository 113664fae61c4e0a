// yaml_to_json IN OUT: writes a YAML file as JSON while building, so that what people edit is YAML and
// what is served needs no YAML at run time. Scalars are read by the core schema of YAML 1.2 (§10.3.2):
// plain `no` and 2026-10-02 are texts.
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>

namespace {

using Json = nlohmann::ordered_json; // members stay in the order in which they were written

Json scalar(YAML::Node const& node) {
    std::string const& text = node.Scalar();
    if (node.Tag() == "!") return text; // quoted, or a block
    if (text.empty() || text == "~" || text == "null") return nullptr;
    if (text == "true") return true;
    if (text == "false") return false;
    static std::regex const integer("[-+]?[0-9]+");
    static std::regex const number(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
    if (std::regex_match(text, integer)) return std::stoll(text);
    if (std::regex_match(text, number)) return std::stod(text);
    return text;
}

Json value(YAML::Node const& node) {
    if (node.IsSequence()) {
        Json list = Json::array();
        for (YAML::Node const& entry : node) list.push_back(value(entry));
        return list;
    }
    if (node.IsMap()) {
        Json object = Json::object();
        for (auto const& member : node) {
            std::string const name = member.first.as<std::string>();
            if (object.contains(name))
                throw std::runtime_error("line " + std::to_string(member.first.Mark().line + 1) +
                                         ": " + name + " is given twice");
            object[name] = value(member.second);
        }
        return object;
    }
    return node.IsScalar() ? scalar(node) : Json(nullptr);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: yaml_to_json IN OUT\n", stderr);
        return 2;
    }
    try {
        std::string const text = value(YAML::LoadFile(argv[1])).dump();
        std::ofstream out(argv[2], std::ios::binary);
        out << text;
        out.close();
        if (!out) throw std::runtime_error(std::string("cannot write ") + argv[2]);
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
        return 1;
    }
}

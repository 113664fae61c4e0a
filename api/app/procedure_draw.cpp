#include "api/app/commands.hpp"
#include "api/app/files.hpp"
#include "api/app/world.hpp"
#include "engine/procedure/draw.hpp"
#include "engine/procedure/locales.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

// `parley procedure draw | explain`.
namespace parley::app {
namespace {

using Drawer = std::string (*)(Procedure const&);

Drawer drawer_of(std::string_view format) {
    if (format == "svg") return draw_svg;
    if (format == "mermaid") return draw_mermaid;
    if (format == "scxml") return draw_scxml;
    return nullptr;
}

Done write_out(std::string const& path, std::string const& text) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                         std::fclose);
    bool written =
        file != nullptr && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    // A full disk may show only when the last bytes leave.
    if (file != nullptr) written = std::fclose(file.release()) == 0 && written;
    if (written) return {};
    return fail(fmt::format("cannot write {}: {}", path, std::generic_category().message(errno)));
}

} // namespace

Done run_procedure_draw(DrawOptions const& options) {
    Drawer const draw = drawer_of(options.format);
    if (draw == nullptr)
        return misuse(fmt::format("{} is no format; write svg, mermaid or scxml", options.format));
    auto const procedure = procedure_of(options.procedure);
    if (!procedure) return std::unexpected(procedure.error());
    std::string const text = draw(**procedure);
    if (!options.out.empty()) return write_out(options.out, text);
    fmt::print("{}", text);
    return {};
}

Done run_procedure_explain(std::string const& said, std::string const& locale) {
    auto const procedure = procedure_of(said);
    if (!procedure) return std::unexpected(procedure.error());
    if (locale.empty()) {
        fmt::print("{}", explain(**procedure));
        return {};
    }
    if (locale_for(**procedure, locale).empty()) {
        std::string known;
        for (auto const& [tag, words] : (*procedure)->locales)
            known += (known.empty() ? "" : ", ") + tag;
        return fail(fmt::format("{} has no words in {}; it has: {}", said, locale,
                                known.empty() ? "its own alone" : known));
    }
    fmt::print("{}", explain(told_in(**procedure, locale)));
    return {};
}

} // namespace parley::app

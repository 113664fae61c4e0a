#include "engine/procedure/procedure.hpp"
#include "api/app/commands.hpp"
#include "api/app/files.hpp"
#include "api/app/world.hpp"
#include "engine/core/story.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/examine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

// `parley procedure check | test | list | show`.
namespace parley::app {
namespace {

namespace fs = std::filesystem;

std::expected<std::string, Failure> text_of_file(fs::path const& path) {
    if (auto text = read_file(path.string())) return std::move(*text);
    return fail(fmt::format("cannot read {}; is that where it is?", path.string()));
}

// "FILE:LINE: POINTER: what is wrong", one a fault; tools and editors can follow it.
std::string located(std::string const& path, std::string_view text, FieldError const& error) {
    std::string_view detail = error.detail;
    // The reader says "line 41, /stages/reply: ..." itself; here the line stands in front.
    if (detail.starts_with("line "))
        if (std::size_t const colon = detail.find(": "); colon != std::string_view::npos) {
            std::string_view const place = detail.substr(5, colon - 5);
            std::string_view const line = place.substr(0, place.find(','));
            if (!line.empty() &&
                std::ranges::all_of(line, [](char c) { return c >= '0' && c <= '9'; }))
                return fmt::format("{}:{}: {}: {}", path, line, error.pointer,
                                   detail.substr(colon + 2));
        }
    return fmt::format("{}:{}: {}: {}", path, line_of(text, error.pointer), error.pointer, detail);
}

// "FILE:LINE: POINTER: what is wrong", and below it the shortest way there.
void print_findings(std::string const& path, std::string_view text, Examination const& found) {
    for (Finding const& finding : found.findings) {
        fmt::print("{}:{}: {}: {} ({})\n", path, line_of(text, finding.pointer), finding.pointer,
                   finding.says, finding.rule);
        for (std::string const& line : finding.trace) fmt::print("    {}\n", line);
    }
    if (!found.complete)
        fmt::print("{}: there are more cases than are looked at; nothing is proven beyond what is "
                   "listed above\n",
                   path);
}

void print_ends(Examination const& found) {
    for (WayToEnd const& way : found.ends) {
        fmt::print("{} ({})\n  shortest: {}\n", way.end, way.status,
                   days_of_hours(way.shortest_hours));
        for (std::string const& line : way.shortest) fmt::print("    {}\n", line);
        fmt::print("  longest: {}\n", days_of_hours(way.longest_hours));
        for (std::string const& line : way.longest) fmt::print("    {}\n", line);
    }
}

// One line a story, in the order of the file; a heading `## name` starts each.
void print_stories(std::string const& path, std::string_view text, StoriesResult const& result) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (!line.starts_with("## ")) continue;
        line.remove_prefix(3);
        if (std::ranges::none_of(result.faults,
                                 [&](StoryFault const& fault) { return fault.story == line; }))
            fmt::print("passed  {}\n", line);
    }
    for (StoryFault const& fault : result.faults)
        fmt::print("FAILED  {}\n        {}:{}: {}\n", fault.story, path, fault.line, fault.detail);
    fmt::print("{}: {} passed, {} failed\n", path, result.passed, result.faults.size());
}

void print_stage(Stage const& stage) {
    fmt::print("\n{}  ({})\n  {}  [{}]\n", stage.name,
               stage.ends() ? name_of(stage.status) : name_of(stage.kind), stage.means,
               stage.cites);
    for (DeadlineRule const& rule : stage.deadlines)
        fmt::print("  deadline {:<24} {:<6} then {:<24} {}  [{}]\n", rule.name, text_of(rule.after),
                   rule.then, rule.means, rule.cites);
    for (Step const& step : stage.steps) {
        std::string leads;
        for (Branch const& branch : step.to) {
            if (!leads.empty()) leads += " or ";
            leads += branch.to;
        }
        fmt::print("  {:<24} by {:<40} -> {:<28} {}  [{}]\n", step.name, names_joined(step.by),
                   leads.empty() ? "stay" : leads, step.means, step.cites);
    }
}

// What a profile among these files may extend: one of them first, then what the program carries.
ProcedureLibrary bases_among(std::vector<std::string> const& texts) {
    ProcedureLibrary bases;
    // What is wrong with a file is told when it is read.
    auto const try_to_add = [&](std::string_view text) { return bases.add(text).has_value(); };
    for (std::string const& text : texts) try_to_add(text);
    for (EmbeddedFile const& file : embedded_workflows())
        if (file.name.ends_with(".json")) try_to_add(file.bytes);
    return bases;
}

// A citation is worth as much as the text it was checked against: that one, to the byte (K17).
Done compare_source(Procedure const& procedure, std::string const& path) {
    auto const text = text_of_file(path);
    if (!text) return std::unexpected(text.error());
    std::string const found = hex_of(sha256(*text));
    if (!procedure.source_sha256)
        return fail(fmt::format("{} pins no text; once its citations are checked against {}, write "
                                "\"source_sha256\": \"{}\" beside \"source\"",
                                procedure.ref.name, path, found));
    if (hex_of(*procedure.source_sha256) != found)
        return fail(fmt::format("{} is not the text that {} cites: its SHA-256 is {}, and the file "
                                "pins {}; check the citations against it and pin it, or give the "
                                "text that was cited",
                                path, procedure.ref.name, found, hex_of(*procedure.source_sha256)));
    fmt::print("{} is the text that {} cites\n", path, procedure.ref.name);
    return {};
}

} // namespace

Done run_procedure_check(std::vector<std::string> const& files, std::string const& source) {
    if (!source.empty() && files.size() != 1)
        return misuse("--source goes with one procedure file, which cites that text");
    std::vector<std::string> texts;
    for (std::string const& path : files) {
        auto text = text_of_file(path);
        if (!text) return std::unexpected(text.error());
        texts.push_back(std::move(*text));
    }
    ProcedureLibrary const bases = bases_among(texts);
    std::size_t faulty = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        std::string const& path = files[i];
        std::string const& text = texts[i];
        auto procedure = read_procedure(text, bases);
        if (procedure) {
            Examination const found = examine(*procedure);
            print_findings(path, text, found);
            if (!found.proven()) {
                ++faulty;
                continue;
            }
            fmt::print("{}: {} version {} is sound: {} stages, {} cases\n", path,
                       procedure->ref.name, procedure->ref.version, procedure->stages.size(),
                       found.cases);
            print_ends(found);
            if (!source.empty())
                if (auto const same = compare_source(*procedure, source); !same) return same;
            continue;
        }
        ++faulty;
        if (procedure.error().errors.empty())
            fmt::print("{}: {}\n", path, procedure.error().detail);
        for (FieldError const& error : procedure.error().errors)
            fmt::print("{}\n", located(path, text, error));
    }
    if (faulty == 0) return {};
    return fail(fmt::format("{} of {} procedure files cannot run; mend the faults listed above",
                            faulty, files.size()));
}

Done run_procedure_test(std::string const& place, bool trace) {
    std::error_code error;
    std::vector<fs::path> files;
    if (fs::is_regular_file(place, error)) files.emplace_back(place);
    else
        for (fs::recursive_directory_iterator at(place, error), end; !error && at != end;
             at.increment(error))
            if (at->path().extension() == ".stories") files.push_back(at->path());
    if (error) return fail(fmt::format("cannot read the folder {}: {}", place, error.message()));
    if (files.empty())
        return fail(fmt::format(
            "{} holds no *.stories; they stand beside a procedure: 1.json, 1.stories", place));
    std::ranges::sort(files);
    auto world = load_world("UTC");
    if (!world) return fail(world.error().detail);
    std::vector<std::string> texts;
    for (fs::path file : files) {
        auto text = text_of_file(file.replace_extension(".json"));
        if (!text) return std::unexpected(text.error());
        texts.push_back(std::move(*text));
    }
    ProcedureLibrary const bases = bases_among(texts);
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        fs::path const& file = files[i];
        fs::path procedure_file = file;
        procedure_file.replace_extension(".json");
        auto stories = text_of_file(file);
        if (!stories) return std::unexpected(stories.error());
        auto procedure = read_procedure(texts[i], bases);
        if (!procedure)
            return fail(fmt::format("{} is not sound; run `parley procedure check {}`",
                                    procedure_file.string(), procedure_file.string()));
        StoryListener told;
        if (trace) told = [](std::string const& line) { fmt::print("{}\n", line); };
        StoriesResult const result = run_stories(*world, *procedure, *stories, told);
        passed += result.passed;
        failed += result.faults.size();
        if (!trace) print_stories(file.string(), *stories, result);
    }
    if (passed + failed == 0) return fail(fmt::format("no story was found in {}", place));
    if (failed == 0) return {};
    return fail(fmt::format("{} of {} stories failed; {}", failed, passed + failed,
                            trace ? "without --trace each is listed with its line"
                                  : "each is listed above with its line"));
}

Done run_procedure_bounds(std::string const& said) {
    auto const procedure = procedure_of(said);
    if (!procedure) return std::unexpected(procedure.error());
    Examination const found = examine(**procedure);
    fmt::print("{} version {}: {} cases\n", (*procedure)->ref.name, (*procedure)->ref.version,
               found.cases);
    print_ends(found);
    if (found.proven()) return {};
    return fail(fmt::format("{} is not proven sound, so these bounds are none; run `parley "
                            "procedure check` on its file",
                            (*procedure)->ref.name));
}

Done run_procedure_list() {
    auto world = load_world("UTC");
    if (!world) return fail(world.error().detail);
    for (auto const& procedure : world->procedures.all())
        fmt::print("{:<24} {:>3}  {}\n", procedure->ref.name, procedure->ref.version,
                   procedure->title);
    return {};
}

Done run_procedure_show(std::string const& name) {
    auto world = load_world("UTC");
    if (!world) return fail(world.error().detail);
    auto const procedure = world->procedures.latest(name, instant_max);
    if (!procedure)
        return fail(
            fmt::format("there is no procedure {}; `parley procedure list` names them", name));
    fmt::print("{} version {}: {}\n{}\nSource: {} ({})\n", procedure->ref.name,
               procedure->ref.version, procedure->title, procedure->means, procedure->source,
               procedure->status);
    for (Stage const& stage : procedure->stages) print_stage(stage);
    return {};
}

} // namespace parley::app

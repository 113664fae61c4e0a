#include "tests/tidy/house_rules.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace parley::tidy {

namespace {

using Names = std::span<std::string_view const>;

struct Room {
    std::string_view name;
    int floor;
};

// The floors. A room includes itself and rooms on lower floors; rooms on one floor have no doors.
constexpr auto rooms = std::to_array<Room>({
    {"engine/base", 0},
    {"engine/model", 1},
    {"engine/words", 1},
    {"engine/procedure", 2},
    {"engine/ports", 2},
    {"engine/core", 3},
    {"engine/ledger", 3},
    {"engine/store", 4},
    {"engine/runtime", 4},
    {"engine/files", 4},
    {"api/http", 4},
    {"api/access", 5},
    {"api/webhooks", 5},
    {"api/mail", 5},
    {"api/routes", 6},
    {"api/tools", 6},
    {"api/app", 7},
});

// A door that the floors alone would leave open.
struct ClosedDoor {
    std::string_view from;
    std::string_view to;
    std::string_view why;
};

constexpr auto closed_doors = std::to_array<ClosedDoor>({
    {"engine/core", "engine/ports", "the core is a function of its arguments and asks no port"},
    {"engine/ledger", "engine/ports", "the ledger is a function of its arguments and asks no port"},
    {"api/http", "engine/model", "the wire knows nothing of disputes"},
    {"api/http", "engine/words", "the wire knows nothing of disputes"},
    {"api/http", "engine/procedure", "the wire knows nothing of disputes"},
    {"api/http", "engine/ports", "the wire knows nothing of disputes"},
    {"api/http", "engine/core", "the wire knows nothing of disputes"},
    {"api/http", "engine/ledger", "the wire knows nothing of disputes"},
});

// A library, known by how its headers begin, and the only rooms that may include it.
struct Library {
    std::string_view prefix;
    std::string_view name;
    std::span<std::string_view const> only_in;
};

// Tests and benchmarks stand in the yard: they look in at every floor up to the one they test, and
// nobody looks at them.
constexpr std::string_view bench_yard = "bench";
constexpr std::string_view tests_yard = "tests";

constexpr auto beast_rooms = std::to_array<std::string_view>({"api/http"});
constexpr auto database_rooms = std::to_array<std::string_view>({"engine/store"});
constexpr auto asio_rooms =
    std::to_array<std::string_view>({"engine/runtime", "api/http", "api/access", "api/webhooks",
                                     "api/mail", "api/routes", "api/tools", "api/app"});

constexpr Library beast{"boost/beast", "Beast", beast_rooms};
constexpr Library soci{"soci", "SOCI", database_rooms};

// The first that fits counts. The rest of Boost is kept out of the lower floors by the bans below.
constexpr auto libraries = std::to_array<Library>({
    beast,
    {"boost/asio", "Asio", asio_rooms},
    soci,
    {"sqlite3", "SQLite", database_rooms},
    {"libpq", "libpq", database_rooms},
    {"postgresql/", "libpq", database_rooms},
});

// What a room never includes, by how the header begins, and never says, as a whole word.
struct Ban {
    std::string_view room;
    Names headers;
    Names words;
};

constexpr auto pure_headers = std::to_array<std::string_view>(
    {"boost/",   "date/",      "fmt/chrono", "fmt/os",    "openssl/",      "chrono",
     "ctime",    "time.h",     "sys/",       "random",    "unordered_map", "unordered_set",
     "locale",   "clocale",    "codecvt",    "iostream",  "fstream",       "sstream",
     "ostream",  "istream",    "iomanip",    "cstdio",    "stdio.h",       "cstdlib",
     "stdlib.h", "filesystem", "thread",     "mutex",     "shared_mutex",  "condition_variable",
     "atomic",   "future",     "semaphore",  "coroutine", "cmath",         "math.h",
     "cfenv",    "cfloat",     "numbers",    "complex",   "unistd.h"});
constexpr auto pure_words = std::to_array<std::string_view>(
    {"double", "float", "Clock", "SystemClock", "ManualClock", "fill_random", "random32", "getenv",
     "setlocale", "rand", "unordered_map", "unordered_set", "co_await", "co_return", "co_yield"});
constexpr auto base_headers = std::to_array<std::string_view>({"boost/"});
constexpr auto quiet_headers = std::to_array<std::string_view>(
    {"boost/", "iostream", "coroutine", "thread", "cstdio", "stdio.h", "unistd.h", "sys/"});
constexpr auto ports_headers =
    std::to_array<std::string_view>({"boost/", "iostream", "fstream", "filesystem", "coroutine",
                                     "thread", "cstdio", "stdio.h", "unistd.h", "sys/"});
constexpr auto coroutine_words =
    std::to_array<std::string_view>({"co_await", "co_return", "co_yield"});

constexpr auto bans = std::to_array<Ban>({
    {"engine/base", base_headers, coroutine_words},
    {"engine/procedure", quiet_headers, coroutine_words},
    {"engine/ports", ports_headers, coroutine_words},
    {"engine/core", pure_headers, pure_words},
    {"engine/ledger", pure_headers, pure_words},
});

constexpr std::size_t lines_max = 600;
constexpr std::string_view reason_mark = "one idea:";

std::string_view folder_of(std::string_view path) {
    auto const slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Room const* room_of(std::string_view path) {
    auto const found = std::ranges::find(rooms, folder_of(path), &Room::name);
    return found == rooms.end() ? nullptr : &*found;
}

// The yard that a path lies in; empty for the house itself.
std::string_view yard_of(std::string_view path) {
    for (std::string_view const yard : {bench_yard, tests_yard})
        if (path.starts_with(yard) && path.substr(yard.size()).starts_with('/')) return yard;
    return {};
}

// The room that a folder of tests is about; null where it is about the whole (crash, fuzz, tidy).
Room const* tested_room(std::string_view path) {
    std::string_view const folder = folder_of(path);
    auto const found = std::ranges::find_if(rooms, [&](Room const& room) {
        return folder.substr(0, tests_yard.size()) == tests_yard &&
               folder.substr(tests_yard.size()) == room.name.substr(room.name.find('/'));
    });
    return found == rooms.end() ? nullptr : &*found;
}

// A header's name is matched whole, or at its beginning where the pattern names a folder or family.
bool begins_with(std::string_view header, std::string_view pattern) {
    if (!header.starts_with(pattern)) return false;
    if (pattern.ends_with('/') || pattern.contains('/')) return true;
    return header.size() == pattern.size() || pattern == "soci" || pattern == "sqlite3" ||
           pattern == "libpq";
}

struct Include {
    std::size_t line;
    std::string_view header;
    bool quoted;
};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto const end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<Include> includes_of(std::vector<std::string_view> const& lines) {
    std::vector<Include> includes;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string_view line = trimmed(lines[i]);
        if (!line.starts_with('#')) continue;
        line = trimmed(line.substr(1));
        if (!line.starts_with("include")) continue;
        line = trimmed(line.substr(7));
        if (line.empty()) continue;
        bool const quoted = line.front() == '"';
        auto const end = line.find(quoted ? '"' : '>', 1);
        if (end != std::string_view::npos)
            includes.push_back({i + 1, line.substr(1, end - 1), quoted});
    }
    return includes;
}

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool has_word(std::string_view line, std::string_view word) {
    for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
        auto const end = at + word.size();
        bool const starts = at == 0 || !is_word_character(line[at - 1]);
        if (starts && (end == line.size() || !is_word_character(line[end]))) return true;
    }
    return false;
}

class Inspection {
public:
    explicit Inspection(SourceFile const& file) : file_(file), lines_(lines_of(file.text)) {}

    std::vector<std::string> run() {
        if (auto const yard = yard_of(file_.path); !yard.empty()) {
            for (Include const& include : includes_of(lines_)) check_from(yard, include);
            check_shape();
            return std::move(faults_);
        }
        room_ = room_of(file_.path);
        if (room_ == nullptr) {
            fault(1, "stands in no room of the floor table");
            return std::move(faults_);
        }
        for (Include const& include : includes_of(lines_)) check(include);
        check_words();
        check_shape();
        return std::move(faults_);
    }

private:
    bool is_header() const { return file_.path.ends_with(".hpp"); }

    void fault(std::size_t line, std::string what) {
        faults_.push_back(file_.path + ':' + std::to_string(line) + ": " + std::move(what));
    }

    void check(Include const& include) {
        bool const ours =
            include.header.starts_with("engine/") || include.header.starts_with("api/");
        if (include.quoted && !ours)
            return fault(include.line, "\"" + std::string(include.header) +
                                           "\" is not a full path from the root");
        if (include.header.contains("./")) return fault(include.line, "a relative include path");
        if (ours) return check_room(include);
        check_library(include);
    }

    void check_from(std::string_view yard, Include const& include) {
        Room const* const tested = tested_room(file_.path);
        Room const* const target = room_of(include.header);
        if (include.header.contains("./")) return fault(include.line, "a relative include path");
        // What tests and benchmarks both set up, such as a PostgreSQL server, stands in one place.
        bool const shared = include.header.starts_with("tests/support/");
        if (include.quoted && target == nullptr && yard_of(include.header) != yard && !shared)
            return fault(include.line, '"' + std::string(include.header) + "\" is not in " +
                                           std::string(yard) + " and in no room");
        if (target != nullptr && tested != nullptr) {
            if (target->floor > tested->floor)
                fault(include.line, "tests of " + std::string(tested->name) + " include " +
                                        std::string(target->name) + ", which stands above it");
            check_doors(*tested, *target, include);
        }
        for (Library const& library : {beast, soci})
            if (begins_with(include.header, library.prefix) &&
                !(yard == bench_yard && library.prefix == beast.prefix)) // its bare server
                fault(include.line, std::string(library.name) + " is not for " + std::string(yard));
    }

    void check_doors(Room const& from, Room const& to, Include const& include) {
        for (ClosedDoor const& closed : closed_doors)
            if (closed.from == from.name && closed.to == to.name)
                fault(include.line, std::string(from.name) + " includes " + std::string(to.name) +
                                        ": " + std::string(closed.why));
    }

    void check_room(Include const& include) {
        Room const* const target = room_of(include.header);
        if (target == nullptr)
            return fault(include.line, std::string(include.header) + " stands in no room");
        if (target == room_) return;
        std::string const door =
            std::string(room_->name) + " includes " + std::string(target->name);
        if (target->floor >= room_->floor)
            return fault(include.line, door + ", which does not stand below it");
        check_doors(*room_, *target, include);
    }

    void check_library(Include const& include) {
        for (Library const& library : libraries) {
            if (!begins_with(include.header, library.prefix)) continue;
            if (std::ranges::find(library.only_in, room_->name) == library.only_in.end())
                fault(include.line,
                      std::string(library.name) + " is not for " + std::string(room_->name));
            break;
        }
        for (Ban const& ban : bans) {
            if (ban.room != room_->name) continue;
            for (std::string_view const pattern : ban.headers)
                if (begins_with(include.header, pattern))
                    fault(include.line, '<' + std::string(include.header) +
                                            "> is never included in " + std::string(room_->name));
        }
    }

    void check_words() {
        auto const ban = std::ranges::find(bans, room_->name, &Ban::room);
        if (ban == bans.end()) return;
        std::string const code = code_only(file_.text);
        auto const lines = lines_of(code);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (trimmed(lines[i]).starts_with('#')) continue;
            for (std::string_view const word : ban->words)
                if (has_word(lines[i], word))
                    fault(i + 1, '`' + std::string(word) + "` has no place in " +
                                     std::string(room_->name));
        }
    }

    void check_shape() {
        auto const is_pragma = [](std::string_view line) { return line == "#pragma once"; };
        if (is_header() && std::ranges::none_of(lines_, is_pragma)) fault(1, "no #pragma once");
        if (lines_.size() <= lines_max) return;
        auto const top = std::span(lines_).first(5);
        auto const gives_reason = [](std::string_view line) {
            return trimmed(line).starts_with("//") && line.contains(reason_mark);
        };
        if (std::ranges::none_of(top, gives_reason))
            fault(lines_max + 1, "more than 600 lines, and no comment at the top says why");
    }

    SourceFile const& file_;
    std::vector<std::string_view> lines_;
    Room const* room_ = nullptr;
    std::vector<std::string> faults_;
};

// How far a raw string literal that starts at `at` (on the R) reaches.
std::size_t raw_string_end(std::string_view text, std::size_t at) {
    auto const open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    std::string const close = ')' + std::string(text.substr(at + 2, open - at - 2)) + '"';
    auto const end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
}

std::size_t quoted_end(std::string_view text, std::size_t at) {
    char const quote = text[at];
    for (std::size_t i = at + 1; i < text.size() && text[i] != '\n'; ++i) {
        if (text[i] == '\\') ++i;
        else if (text[i] == quote) return i + 1;
    }
    return at + 1; // unbalanced: perhaps within a directive; take the mark alone
}

} // namespace

std::string code_only(std::string_view text) {
    std::string out(text);
    std::size_t at = 0;
    while (at < text.size()) {
        char const c = text[at];
        bool const after_word = at > 0 && is_word_character(text[at - 1]);
        std::string_view const rest = text.substr(at);
        std::size_t end = at;
        if (rest.starts_with("//")) end = std::min(text.find('\n', at), text.size());
        else if (rest.starts_with("/*"))
            end = std::min(text.find("*/", at + 2), text.size() - 2) + 2;
        else if (rest.starts_with("R\"") && !after_word) end = raw_string_end(text, at);
        else if (c == '"' || (c == '\'' && !after_word)) end = quoted_end(text, at);
        if (end == at) {
            ++at;
            continue;
        }
        for (; at < end; ++at)
            if (out[at] != '\n') out[at] = ' ';
    }
    return out;
}

std::vector<std::string> faults_between(std::vector<SourceFile> const& files) {
    auto const brings_json = [](SourceFile const& file) {
        return std::ranges::any_of(includes_of(lines_of(file.text)), [](Include const& include) {
            return include.header.starts_with("nlohmann/") &&
                   include.header != "nlohmann/json_fwd.hpp";
        });
    };
    std::vector<std::string_view> heavy;
    for (SourceFile const& file : files)
        if (file.path.ends_with(".hpp") && brings_json(file)) heavy.push_back(file.path);

    std::vector<std::string> faults;
    for (SourceFile const& file : files) {
        if (!yard_of(file.path).empty()) continue;
        for (Include const& include : includes_of(lines_of(file.text))) {
            if (std::ranges::find(heavy, include.header) == heavy.end()) continue;
            if (file.path.ends_with(".cpp") && room_of(file.path) == room_of(include.header))
                continue;
            faults.push_back(file.path + ':' + std::to_string(include.line) + ": " +
                             std::string(include.header) +
                             " includes the JSON library and is for .cpp files of its room only");
        }
    }
    return faults;
}

std::vector<std::string> faults_of(SourceFile const& file) { return Inspection(file).run(); }

} // namespace parley::tidy

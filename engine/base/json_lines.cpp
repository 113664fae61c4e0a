#include "engine/base/json.hpp"

#include "engine/base/json_marking.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace parley {

namespace {

// Follows the parser to one place of a document and notes the line it is on.
class LineFinder {
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    LineFinder(std::string_view text, std::vector<std::string> wanted, char const* const* mark)
        : text_(text), wanted_(std::move(wanted)), mark_(mark) {}

    bool null() { return value(); }
    bool boolean(bool) { return value(); }
    bool number_integer(number_integer_t) { return value(); }
    bool number_unsigned(number_unsigned_t) { return value(); }
    bool number_float(number_float_t, string_t const&) { return value(); }
    bool string(string_t&) { return value(); }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(false); }
    bool start_array(std::size_t) { return open(true); }
    bool end_object() { return leave(); }
    bool end_array() { return leave(); }
    bool key(string_t& name) {
        Level& level = levels_.back();
        level.next_wanted = level.on_path && name == wanted_[levels_.size() - 1];
        return true;
    }
    template <class Exception>
    bool parse_error(std::size_t, std::string const&, Exception const&) {
        return false;
    }
    std::size_t line() const { return line_; }

private:
    struct Level {
        bool is_array;
        bool on_path;             // this container lies above what is wanted
        bool next_wanted = false; // the coming member lies on the way to it
        std::size_t index = 0;
    };

    // Whether the value that starts here is what is wanted or lies above it.
    bool reached() {
        if (levels_.empty()) return true;
        Level& level = levels_.back();
        if (!level.is_array) return std::exchange(level.next_wanted, false);
        std::size_t const index = level.index++;
        return level.on_path && std::to_string(index) == wanted_[levels_.size() - 1];
    }
    void note() {
        auto read = static_cast<std::size_t>(*mark_ - text_.data());
        if (read > 0 && text_[read - 1] == '\n') --read;
        line_ = line_at(text_, read);
    }
    bool value() {
        if (reached()) note();
        return true;
    }
    bool open(bool is_array) {
        bool const here = reached();
        if (here) note();
        if (here && levels_.size() == wanted_.size()) return false; // found
        levels_.push_back({is_array, here && levels_.size() < wanted_.size()});
        return true;
    }
    bool leave() {
        bool const was_on_path = levels_.back().on_path;
        levels_.pop_back();
        return !was_on_path; // nothing behind it can be nearer
    }

    std::string_view text_;
    std::vector<std::string> wanted_;
    char const* const* mark_;
    std::vector<Level> levels_;
    std::size_t line_ = 1;
};

std::vector<std::string> tokens_of(std::string_view pointer) {
    std::vector<std::string> tokens;
    while (pointer.starts_with('/')) {
        pointer.remove_prefix(1);
        std::string_view const raw = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(raw.size());
        std::string token;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            bool const escaped = raw[i] == '~' && i + 1 < raw.size();
            if (escaped && raw[i + 1] == '1') token += '/';
            else if (escaped && raw[i + 1] == '0') token += '~';
            else {
                token += raw[i];
                continue;
            }
            ++i;
        }
        tokens.push_back(std::move(token));
    }
    return tokens;
}

} // namespace

std::size_t line_of(std::string_view text, std::string_view pointer) {
    char const* mark = text.data();
    LineFinder finder(text, tokens_of(pointer), &mark);
    char const* const end = text.data() + text.size();
    // How the walk ends does not matter: it stops at the place, or at the end of its parent.
    static_cast<void>(
        Json::sax_parse(MarkingIterator(text.data(), &mark), MarkingIterator(end, &mark), &finder));
    return finder.line();
}

std::string pointer_token(std::string_view key) {
    std::string out;
    out.reserve(key.size());
    for (char const c : key) {
        if (c == '~') out += "~0";
        else if (c == '/') out += "~1";
        else out += c;
    }
    return out;
}

} // namespace parley

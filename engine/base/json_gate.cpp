#include "engine/base/json.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json_marking.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace parley {

namespace {

Refusal refusal_at(RefusalCode code, std::string pointer, std::size_t line,
                   std::string_view reason) {
    std::string shown = pointer;
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    std::string detail = shown.empty() ? fmt::format("line {}: {}", line, reason)
                                       : fmt::format("line {}, {}: {}", line, shown, reason);
    return refuse_field(code, std::move(pointer), std::move(detail)).error();
}

// The digits of a decimal number that carry its value: no sign, point, exponent or outer zeros.
std::string significant_digits(std::string_view number) {
    std::string digits;
    for (char const c : number) {
        if (c == 'e' || c == 'E') break;
        if (c < '0' || c > '9') continue;
        if (c != '0' || !digits.empty()) digits += c;
    }
    while (digits.ends_with('0')) digits.pop_back();
    return digits;
}

// Whether a double written with as many digits as `raw` has says the same number again.
bool keeps_its_value(std::string_view raw, double value) {
    std::string const wanted = significant_digits(raw);
    if (wanted.empty()) return value == 0;
    if (value == 0 || wanted.size() > 17) return false;
    std::array<char, 40> text;
    auto const end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific,
                      static_cast<int>(wanted.size()) - 1)
            .ptr;
    return significant_digits({text.data(), end}) == wanted;
}

// Where in the tree the parser stands, as keys and indices; a pointer is only spelled on a fault.
struct Frame {
    Json* container;
    std::string const* key = nullptr; // of the current member, in an object; its nodes do not move
    Json* slot = nullptr;             // where that member's value goes
    std::size_t next_index = 0;       // in an array
};

constexpr std::size_t pointer_shown_max = 256;

// Builds the tree from the parser's events and stops it at the first thing the gate keeps out.
// Nothing here recurses, and the tree never grows deeper than the limit.
class GateHandler {
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    GateHandler(std::string_view text, JsonLimits const& limits, char const* const* mark)
        : text_(text), limits_(limits), mark_(mark) {
        frames_.reserve(8);
    }

    bool null() { return add(nullptr); }
    bool boolean(bool truth) { return add(truth); }
    bool number_integer(number_integer_t number) {
        // A sign in front of zero is the one thing the integer itself does not show.
        if (number == 0)
            return fail(RefusalCode::number_out_of_range, "-0 is not a number here; write 0");
        return add(number);
    }
    bool number_unsigned(number_unsigned_t number) { return add(number); }
    bool number_float(number_float_t number, string_t const& raw) {
        if (raw.find_first_of(".eE") == string_t::npos)
            return fail(RefusalCode::number_out_of_range, "an integer must fit 64 bits");
        if (number == 0 && raw.starts_with('-'))
            return fail(RefusalCode::number_out_of_range, "-0 is not a number here; write 0");
        if (!std::isfinite(number) || !keeps_its_value(raw, number))
            return fail(RefusalCode::number_out_of_range,
                        "a number must be one that a 64-bit float keeps without loss");
        return add(number);
    }
    bool string(string_t& text) {
        if (!string_allowed(text)) return false;
        return add(std::move(text));
    }
    bool binary(binary_t&) {
        PARLEY_ASSERT(false, "JSON text has no binary values");
        return false;
    }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return leave(); }
    bool end_array() { return leave(); }
    bool key(string_t& name) {
        Frame& frame = frames_.back();
        frame.key = nullptr; // a fault of the key itself stands at the object
        if (!string_allowed(name)) return false;
        auto& members = frame.container->get_ref<Json::object_t&>();
        auto const [member, is_new] = members.emplace(std::move(name), nullptr);
        frame.key = &member->first;
        frame.slot = &member->second;
        if (!is_new) return fail(RefusalCode::duplicate_key, "this member is given twice");
        return true;
    }
    template <class Exception>
    bool parse_error(std::size_t, std::string const&, Exception const& what) {
        // 406: a number beyond the largest double; the parser reports it as its own kind of fault.
        if (what.id == 406)
            return fail(RefusalCode::number_out_of_range, "a number must be finite");
        return fail(RefusalCode::unreadable, describe_stop(what.what()));
    }

    Json take_root() { return std::move(root_); }
    Refusal take_refusal() {
        PARLEY_ASSERT(refusal_.has_value(), "the parser stops only for a reason");
        return std::move(*refusal_);
    }

private:
    template <class Value>
    bool add(Value&& value) {
        return place(std::forward<Value>(value)) != nullptr;
    }

    template <class Value>
    Json* place(Value&& value) {
        if (++nodes_ > limits_.nodes_max) {
            fail(RefusalCode::too_large,
                 fmt::format("a document has at most {} values", limits_.nodes_max));
            return nullptr;
        }
        if (frames_.empty()) {
            root_ = Json(std::forward<Value>(value));
            return &root_;
        }
        Frame& frame = frames_.back();
        if (frame.slot != nullptr) {
            *frame.slot = Json(std::forward<Value>(value));
            return frame.slot;
        }
        ++frame.next_index;
        return &frame.container->get_ref<Json::array_t&>().emplace_back(std::forward<Value>(value));
    }

    bool open(Json empty) {
        if (frames_.size() >= limits_.depth_max)
            return fail(RefusalCode::too_deep,
                        fmt::format("values are nested at most {} deep", limits_.depth_max));
        Json* const container = place(std::move(empty));
        if (container == nullptr) return false;
        frames_.push_back({container});
        return true;
    }

    bool leave() {
        frames_.pop_back();
        return true;
    }

    bool string_allowed(std::string const& text) {
        if (text.size() > limits_.string_max)
            return fail(RefusalCode::too_large,
                        fmt::format("a string has at most {} bytes", limits_.string_max));
        if (text.find('\0') != std::string::npos)
            return fail(RefusalCode::unreadable, "a string must not hold the character NUL");
        return true;
    }

    std::size_t offset() const { return static_cast<std::size_t>(*mark_ - text_.data()); }

    // What the parser tripped over, spelled so that any byte can be shown.
    std::string describe_stop(std::string_view parser_says) const {
        std::size_t const read = offset();
        bool const at_end = parser_says.contains("unexpected end of input") ||
                            parser_says.contains("missing closing quote");
        if (at_end || read == 0) return "this is not JSON: the text ends too early";
        auto const byte = static_cast<unsigned char>(text_[read - 1]);
        if (byte > 0x20 && byte < 0x7f)
            return fmt::format("this is not JSON: unexpected '{}'", static_cast<char>(byte));
        return fmt::format("this is not JSON in UTF-8: unexpected byte 0x{:02x}", byte);
    }

    // The place of the fault. A key may be as long as a string, so a pointer that would be too long
    // to show stops at the ancestor that still fits.
    std::string pointer() const {
        std::string out;
        for (Frame const& frame : frames_) {
            std::string token;
            bool const innermost = &frame == &frames_.back();
            if (frame.container->is_array())
                token = std::to_string(innermost ? frame.next_index : frame.next_index - 1);
            else if (frame.key != nullptr) token = pointer_token(*frame.key);
            else break;
            if (out.size() + 1 + token.size() > pointer_shown_max) break;
            out += '/';
            out += token;
        }
        return out;
    }

    bool fail(RefusalCode code, std::string_view reason) {
        // A number is over only when the parser has seen what follows it, maybe on the next line.
        std::size_t read = offset();
        if (read > 0 && text_[read - 1] == '\n') --read;
        refusal_ = refusal_at(code, pointer(), line_at(text_, read), reason);
        return false;
    }

    std::string_view text_;
    JsonLimits const& limits_;
    char const* const* mark_;
    Json root_;
    std::vector<Frame> frames_;
    std::size_t nodes_ = 0;
    std::optional<Refusal> refusal_;
};

} // namespace

Result<Json> parse_json(std::string_view text, JsonLimits const& limits) {
    auto const refuse_at = [&](RefusalCode code, std::size_t offset, std::string_view reason) {
        return std::unexpected(refusal_at(code, "", line_at(text, offset), reason));
    };
    if (text.size() > limits.bytes_max)
        return refuse_at(RefusalCode::too_large, 0,
                         fmt::format("a document has at most {} bytes", limits.bytes_max));
    // The parser skips a byte order mark and takes NUL for the end of the text; both are refused.
    if (text.starts_with("\xEF\xBB\xBF"))
        return refuse_at(RefusalCode::unreadable, 0,
                         "this is not JSON: it starts with a byte order mark");
    if (auto const nul = text.find('\0'); nul != std::string_view::npos)
        return refuse_at(RefusalCode::unreadable, nul, "this is not JSON: it holds the byte NUL");

    char const* const begin = text.data();
    char const* mark = begin;
    GateHandler handler(text, limits, &mark);
    char const* const end = begin + text.size();
    if (!Json::sax_parse(MarkingIterator(begin, &mark), MarkingIterator(end, &mark), &handler))
        return std::unexpected(handler.take_refusal());
    return handler.take_root();
}

} // namespace parley

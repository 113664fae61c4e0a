#include "engine/base/json.hpp"
#include "engine/base/json_slice.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

// The gate against the library it stands on: whatever it lets through, the library reads the same
// way; whatever it keeps out and the library would not, it has a reason of its own for.

namespace parley::fuzz {

namespace {

// As the server writes: the gate's depth limit bounds the recursion.
void write(JsonWriter& writer, Json const& value) {
    if (value.is_object()) {
        writer.begin_object();
        for (auto const& [key, member] : value.items()) {
            writer.key(key);
            write(writer, member);
        }
        writer.end_object();
    } else if (value.is_array()) {
        writer.begin_array();
        for (Json const& element : value) write(writer, element);
        writer.end_array();
    } else if (value.is_string()) {
        writer.value(value.get_ref<std::string const&>());
    } else if (value.is_boolean()) {
        writer.value(value.get<bool>());
    } else if (value.is_number_unsigned()) {
        writer.value(value.get<std::uint64_t>());
    } else if (value.is_number_integer()) {
        writer.value(value.get<std::int64_t>());
    } else if (value.is_null()) {
        writer.null();
    } else {
        writer.raw(value.dump()); // the writer has no floating point, for nothing we write has
    }
}

// The slices of what we wrote ourselves are the values that the tree holds.
void expect_slices(std::string_view text, Json const& value) {
    if (value.is_object()) {
        for (auto const& [key, member] : value.items()) {
            if (Json(key).dump().size() != key.size() + 2) continue; // a key with escapes
            std::string_view const raw = raw_member(text, key);
            expect(!raw.empty(), "raw_member does not find a member");
            expect(Json::parse(raw) == member, "raw_member gives another member");
            expect_slices(raw, member);
        }
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            std::string_view const raw = raw_element(text, i);
            expect(!raw.empty(), "raw_element does not find an element");
            expect(Json::parse(raw) == value[i], "raw_element gives another element");
        }
        expect(raw_element(text, value.size()).empty(), "raw_element goes beyond the array");
    }
}

bool is_own_reason(RefusalCode code) {
    return code == RefusalCode::duplicate_key || code == RefusalCode::too_deep ||
           code == RefusalCode::number_out_of_range || code == RefusalCode::too_large;
}

} // namespace

void json(std::string_view bytes) {
    auto const gate = parse_json(bytes);
    Json const oracle = Json::parse(bytes, nullptr, false);
    static_cast<void>(raw_member(bytes, "a"));
    static_cast<void>(raw_element(bytes, 1));
    if (!gate) {
        Refusal const& refusal = gate.error();
        expect_sound(refusal);
        expect(refusal.errors.size() == 1, "the gate names one fault");
        auto const lines = 1 + static_cast<std::size_t>(std::ranges::count(bytes, '\n'));
        expect(line_of(bytes, refusal.errors.front().pointer) <= lines, "a line beyond the text");
        // NUL and the byte order mark are the two things that the library forgives.
        bool const forgiven =
            bytes.starts_with("\xEF\xBB\xBF") || bytes.contains('\0') || bytes.contains("\\u0000");
        expect(oracle.is_discarded() || is_own_reason(refusal.code) || forgiven,
               "the gate refuses JSON as unreadable");
        return;
    }
    expect(!oracle.is_discarded(), "the gate accepts what is not JSON");
    expect(*gate == oracle, "the gate reads another value");

    std::string written;
    JsonWriter writer(written);
    write(writer, *gate);
    JsonLimits roomy;
    roomy.bytes_max = 4 * roomy.bytes_max; // a float may be written longer than it came
    auto const again = parse_json(written, roomy);
    expect(again.has_value(), "what the writer wrote does not pass the gate");
    expect(*again == *gate, "the writer wrote another value");
    expect_slices(written, *gate);
}

} // namespace parley::fuzz

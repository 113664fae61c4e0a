#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

namespace parley::fuzz {

namespace {

void expect_text(std::string const& text, std::string_view what) {
    try {
        static_cast<void>(nlohmann::json(text).dump());
    } catch (nlohmann::json::exception const&) {
        throw Finding(std::string(what) + " of a refusal is not UTF-8");
    }
}

} // namespace

void expect_sound(Refusal const& refusal) {
    expect(!refusal.detail.empty(), "a refusal says nothing");
    expect_text(refusal.detail, "the detail");
    for (FieldError const& error : refusal.errors) {
        expect(error.pointer.empty() || error.pointer.starts_with('/'),
               "a place in a refusal is no JSON pointer");
        expect(!error.detail.empty(), "a fault in a refusal says nothing");
        expect_text(error.pointer, "a pointer");
        expect_text(error.detail, "a fault");
    }
}

std::span<FuzzTarget const> fuzz_targets() {
    static constexpr FuzzTarget targets[] = {
        {"access_token", access_token},
        {"api_key", api_key},
        {"chain", chain},
        {"config", config},
        {"cursor", cursor},
        {"etag", etag},
        {"events", events},
        {"idempotency_key", idempotency_key},
        {"inputs", inputs},
        {"json", json},
        {"law_table", law_table},
        {"calendars", calendars},
        {"routes", routes},
        {"procedure", procedure},
        {"story", story},
        {"target", target},
        {"url", url},
        {"values", values},
        {"wire", wire},
        {"zone_file", zone_file},
    };
    return targets;
}

} // namespace parley::fuzz

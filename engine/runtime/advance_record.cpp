#include "engine/runtime/advance_record.hpp"

#include "engine/base/fault.hpp"
#include "engine/base/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace parley {

namespace {

constexpr std::string_view unreadable = "the record of a clock's advance cannot be read";

std::string const& text_in(Json const& value) { return value.get_ref<std::string const&>(); }

template <class T>
T held(std::optional<T> value) {
    if (!value) throw Fault(std::string(unreadable));
    return *value;
}

} // namespace

std::string told_of(Instant now, std::span<Fired const> fired) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("now", now).key("fired").begin_array();
    for (Fired const& one : fired) {
        json.begin_array();
        json.value(one.dispute).value(one.deadline).value(one.at).value(one.step).value(one.stage);
        json.end_array();
    }
    json.end_array().end_object();
    return out;
}

Advanced advance_told(TestClock clock, std::string_view told) {
    Json const record = Json::parse(told, nullptr, false);
    Advanced out{std::move(clock), {}, true, true};
    try {
        out.clock.now = held(parse_instant(text_in(record.at("now"))));
        for (Json const& one : record.at("fired"))
            out.fired.push_back({held(DisputeId::parse(text_in(one.at(0)))), text_in(one.at(1)),
                                 held(parse_instant(text_in(one.at(2)))), text_in(one.at(3)),
                                 text_in(one.at(4))});
    } catch (Json::exception const& what) {
        throw Fault(fmt::format("{}: {}", unreadable, what.what()));
    }
    return out;
}

} // namespace parley

#include "engine/base/contains.hpp"
#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>

// Steps, their conditions and what their behaviours are told; deadlines.

namespace parley {

using namespace procedure_limits;

namespace {

// Facts that must be told about what: {"marked": "respondent_silent"}.
constexpr std::array about_something{
    Fact::marked,    Fact::deadline_passed, Fact::replacements_below, Fact::enabled,
    Fact::both_took, Fact::filed,           Fact::filed_below,        Fact::says};
bool takes_an_argument(Fact fact) { return contains(about_something, fact); }

// {"says": {"attendance.claimant": "absent"}} and {"filed_below": {"minutes": "sessions_max"}}.
void read_fact_of_two(Reading& reading, Json const& json, std::string const& pointer,
                      Condition& condition) {
    if (!json.is_object() || json.size() != 1)
        return reading.fault(
            pointer, RefusalCode::wrong_type,
            "must be an object with one member: what is asked about, and what for");
    condition.name = json.begin().key();
    ObjectReader object(json, pointer, reading.errors);
    if (condition.fact == Fact::says)
        condition.value = object.text(condition.name, name_length_max);
    else condition.number = reading.number(object, condition.name).value_or(0);
}

void read_fact_with_argument(Reading& reading, Json const& json, std::string const& pointer,
                             Condition& condition) {
    if (json.size() != 1)
        return reading.fault(
            pointer, RefusalCode::invalid,
            fmt::format("must have one member: {} or not", names_joined(about_something)));
    std::string const member = json.begin().key();
    std::string const here = pointer + '/' + pointer_token(member);
    auto const fact = parse_name<Fact>(member);
    bool const takes_one = fact && takes_an_argument(*fact);
    if (!takes_one)
        return reading.fault(
            here, fact ? RefusalCode::invalid : RefusalCode::unknown_field,
            fact ? fmt::format("takes nothing; write \"{}\"", member)
                 : fmt::format("is no condition; write {} or not", names_joined(about_something)));
    condition.fact = *fact;
    ObjectReader object(json, pointer, reading.errors);
    if (*fact == Fact::replacements_below) {
        condition.number = reading.number(object, member).value_or(0);
        return;
    }
    if (*fact == Fact::says || *fact == Fact::filed_below)
        return read_fact_of_two(reading, *object.required(member), here, condition);
    condition.name = object.text(member, name_length_max);
    if (*fact == Fact::enabled) {
        Parameter const* const found =
            condition.name.empty() ? nullptr : reading.parameter(here, condition.name);
        if (found == nullptr) return;
        bool const is_switch = found->text == "true" || found->text == "false";
        if (!is_switch && !found->period && !found->number)
            reading.fault(here, RefusalCode::wrong_type,
                          fmt::format("names {}, which is neither true nor false, nor a period or "
                                      "a number that can be nothing",
                                      Reading::quoted(found->name)));
        bool const nothing = found->text == "false" ||
                             (found->period && found->period->count == 0) ||
                             (found->number && *found->number == 0);
        condition.number = nothing ? 0 : 1;
        reading.switches.insert(found->name);
        return;
    }
    if (!condition.name.empty()) reading.check_name(here, condition.name);
}

Condition read_condition(Reading& reading, Json const& given, std::string pointer) {
    Condition condition;
    Json const* json = &given;
    if (json->is_object() && json->size() == 1 && json->begin().key() == "not") {
        condition.negated = true;
        pointer += "/not";
        json = &*json->begin();
    }
    if (json->is_object()) {
        read_fact_with_argument(reading, *json, pointer, condition);
        return condition;
    }
    if (!json->is_string()) {
        reading.fault(pointer, RefusalCode::wrong_type,
                      "must be the name of a fact or an object such as {\"marked\": \"...\"}");
        return condition;
    }
    std::string const& name = json->get_ref<std::string const&>();
    auto const fact = reading.word<Fact>(pointer, name);
    if (!fact) return condition;
    condition.fact = *fact;
    if (takes_an_argument(*fact))
        reading.fault(pointer, RefusalCode::invalid,
                      fmt::format("needs to say which: write {{\"{}\": \"...\"}}", name));
    return condition;
}

std::vector<Condition> read_conditions(Reading& reading, ObjectReader& object,
                                       std::string_view member) {
    std::vector<Condition> out;
    Json const* const json = object.optional(member);
    if (json == nullptr) return out;
    if (!json->is_array() || json->size() > conditions_max) {
        object.error(member, RefusalCode::wrong_type,
                     fmt::format("must be a list of at most {} conditions", conditions_max));
        return out;
    }
    for (std::size_t i = 0; i < json->size(); ++i)
        out.push_back(read_condition(reading, (*json)[i],
                                     fmt::format("{}/{}", object.pointer_to(member), i)));
    return out;
}

std::vector<Branch> read_branches(Reading& reading, ObjectReader& object) {
    std::vector<Branch> out;
    Json const* const json = object.optional("to");
    if (json == nullptr) return out;
    if (json->is_string()) {
        out.push_back({{}, object.text("to", name_length_max), false, {}, {}});
        return out;
    }
    if (!json->is_array() || json->empty() || json->size() > branches_max) {
        object.error(
            "to", RefusalCode::wrong_type,
            fmt::format("must be a stage, \"stay\", \"resume\" or a list of 1 to {} branches",
                        branches_max));
        return out;
    }
    for (std::size_t i = 0; i < json->size(); ++i) {
        ObjectReader branch((*json)[i], fmt::format("{}/{}", object.pointer_to("to"), i),
                            reading.errors);
        Branch read;
        read.when = read_conditions(reading, branch, "when");
        read.to = branch.text("to", name_length_max);
        if (branch.has("interrupts")) read.interrupts = branch.boolean("interrupts");
        read.marks = reading.names(branch, "marks");
        for (std::size_t mark = 0; mark < read.marks.size(); ++mark)
            reading.check_name(fmt::format("{}/{}", branch.pointer_to("marks"), mark),
                               read.marks[mark]);
        read.vacates = reading.words<SeatKind>(branch, "vacates");
        out.push_back(std::move(read));
    }
    return out;
}

std::int32_t small_number(std::optional<std::int64_t> number) {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(number.value_or(0), 0, std::numeric_limits<std::int32_t>::max()));
}

template <NamedEnum E>
std::optional<E> read_word(Reading& reading, ObjectReader& object, std::string_view member) {
    std::string const text = object.text(member, name_length_max);
    if (text.empty()) return std::nullopt;
    return reading.word<E>(object.pointer_to(member), text);
}

std::optional<Period> read_period(Reading& reading, ObjectReader& object, std::string_view member) {
    Parameter const* const parameter = reading.period(object, member);
    return parameter == nullptr ? std::nullopt : parameter->period;
}

void read_consent(ObjectReader& object, Behaviour does, BehaviourSettings& settings) {
    settings.consent = object.text("consent", name_length_max);
    bool const extends = does == Behaviour::extend_deadline;
    bool const fits =
        settings.consent == "none" || settings.consent == (extends ? "both" : "other_side");
    if (!fits && !settings.consent.empty())
        object.error("consent", RefusalCode::invalid,
                     extends ? "must be both, or none for more time on request"
                             : "must be none or other_side");
}

void read_setting(Reading& reading, ObjectReader& object, Behaviour does, std::string_view member,
                  BehaviourSettings& settings) {
    if (member == "deadline") settings.deadline = object.text(member, name_length_max);
    else if (member == "period_most") settings.period_most = read_period(reading, object, member);
    else if (member == "times") settings.times = small_number(reading.number(object, member));
    else if (member == "consent") read_consent(object, does, settings);
    else if (member == "seat") settings.seat = read_word<SeatKind>(reading, object, member);
    else if (member == "window") settings.window = read_period(reading, object, member);
    else if (member == "cause_window") settings.cause_window = read_period(reading, object, member);
    else if (member == "kind") settings.kind = read_word<OutcomeKind>(reading, object, member);
    else if (member == "binding") settings.binding = read_word<Binding>(reading, object, member);
    else if (member == "place") settings.place = object.text(member, 200);
    else if (member == "reflection") settings.reflection = read_period(reading, object, member);
    else if (member == "basis") settings.basis = object.text(member, name_length_max);
    else if (member == "consents") settings.consents = reading.words<ConsentKind>(object, member);
    else if (member == "document") settings.document = object.text(member, name_length_max);
    else if (member == "notice") settings.notice = read_period(reading, object, member);
}

void read_does(Reading& reading, ObjectReader& object, Step& step) {
    Json const* const json = object.required("does");
    if (json == nullptr) return;
    std::string const pointer = object.pointer_to("does");
    bool const told = json->is_object() && json->size() == 1;
    if (!told && !json->is_string())
        return object.error(
            "does", RefusalCode::wrong_type,
            "must be the name of a behaviour or an object with that name and its settings");
    std::string const name = told ? json->begin().key() : json->get<std::string>();
    std::string const here = told ? pointer + '/' + pointer_token(name) : pointer;
    auto const does = reading.word<Behaviour>(here, name);
    if (!does) return;
    step.does = *does;
    BehaviourSpec const& spec = spec_of(*does);
    static Json const nothing = Json::object();
    ObjectReader settings(told ? *json->begin() : nothing, here, reading.errors);
    for (std::string_view const member : spec.parameters) {
        bool const required = std::ranges::find(spec.required, member) != spec.required.end();
        if (!settings.has(member)) {
            if (required)
                settings.error(member, RefusalCode::missing_field,
                               fmt::format("is missing; {} must be told it", name));
            continue;
        }
        read_setting(reading, settings, *does, member, step.settings);
    }
}

} // namespace

Step read_step(Reading& reading, std::string name, Json const& json, std::string const& pointer) {
    reading.check_name(pointer, name);
    ObjectReader object(json, pointer, reading.errors);
    Step step;
    step.name = std::move(name);
    step.pointer = pointer;
    if (object.required("by") != nullptr) step.by = reading.words<Role>(object, "by");
    read_does(reading, object, step);
    step.needs = read_conditions(reading, object, "needs");
    step.to = read_branches(reading, object);
    step.marks = reading.names(object, "marks");
    for (std::size_t i = 0; i < step.marks.size(); ++i)
        reading.check_name(fmt::format("{}/marks/{}", pointer, i), step.marks[i]);
    step.clears = reading.names(object, "clears");
    step.arms = reading.names(object, "arms");
    step.stops = reading.names(object, "stops");
    step.notifies = reading.words<Role>(object, "notifies");
    step.rooms = reading.words<Room>(object, "rooms");
    if (object.has("once_per_side")) step.once_per_side = object.boolean("once_per_side");
    if (object.has("verified_sign_in")) step.verified_sign_in = object.boolean("verified_sign_in");
    step.means = object.text("means");
    step.cites = object.text("cites", 300);
    return step;
}

namespace {

ReceiptRule read_receipt(Reading& reading, Json const& json, std::string const& pointer) {
    ObjectReader object(json, pointer, reading.errors);
    ReceiptRule receipt;
    if (Parameter const* after = reading.period(object, "after")) receipt.after = *after->period;
    if (object.has("abroad"))
        if (Parameter const* abroad = reading.period(object, "abroad"))
            receipt.abroad = *abroad->period;
    return receipt;
}

} // namespace

DeadlineRule read_deadline(Reading& reading, std::string name, Json const& json,
                           std::string const& pointer) {
    reading.check_name(pointer, name);
    ObjectReader object(json, pointer, reading.errors);
    DeadlineRule rule;
    rule.name = std::move(name);
    rule.pointer = pointer;
    if (Parameter const* after = reading.period(object, "after")) {
        rule.after = *after->period;
        rule.after_parameter = after->name;
    }
    if (object.has("at")) rule.at = object.text("at", 2 * name_length_max);
    if (object.required("actors") != nullptr) rule.actors = reading.words<Role>(object, "actors");
    if (Json const* const receipt = object.optional("receipt"))
        rule.receipt = read_receipt(reading, *receipt, pointer + "/receipt");
    if (object.has("calendar")) rule.calendar = object.text("calendar", name_length_max);
    if (object.has("roll")) {
        rule.roll = object.text("roll") == "next_business_day";
        if (!rule.roll)
            object.error("roll", RefusalCode::invalid,
                         "must be next_business_day; leave it out where nothing gives way");
    }
    if (object.has("ends")) {
        std::string const ends = object.text("ends");
        if (ends == "instant") rule.ends = Ends::instant;
        else if (ends != "end_of_day")
            object.error("ends", RefusalCode::invalid, "must be end_of_day or instant");
    }
    if (object.has("on_return")) {
        std::string const on_return = object.text("on_return");
        reading.on_returns.insert(pointer);
        if (on_return == "remaining") rule.on_return = OnReturn::remaining;
        else if (on_return != "restart")
            object.error("on_return", RefusalCode::invalid, "must be restart or remaining");
    }
    if (object.has("keeps_running")) rule.keeps_running = object.boolean("keeps_running");
    if (object.has("by_step")) rule.by_step = object.boolean("by_step");
    if (object.has("only_once")) rule.only_once = object.boolean("only_once");
    rule.then = object.text("then", name_length_max);
    rule.means = object.text("means");
    rule.cites = object.text("cites", 300);
    return rule;
}

} // namespace parley

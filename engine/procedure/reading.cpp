#include "engine/procedure/reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley {

using namespace procedure_limits;

void Reading::fault(std::string pointer, RefusalCode code, std::string sentence) {
    errors.push_back({std::move(pointer), code, std::move(sentence)});
}

// Long texts of a hostile file are cut: a fault is a sentence for people.
std::string Reading::quoted(std::string_view text) {
    return fmt::format("`{}`",
                       text.size() > name_length_max ? text.substr(0, name_length_max) : text);
}

void Reading::check_name(std::string const& pointer, std::string_view name) {
    bool const fits = !name.empty() && name.size() <= name_length_max && name.front() >= 'a' &&
                      name.front() <= 'z' && std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                      });
    if (!fits)
        fault(pointer, RefusalCode::invalid,
              fmt::format("is called {}; a name is a lower-case letter, then letters, digits and "
                          "underscores, at most {} in all",
                          quoted(name), name_length_max));
}

Parameter const* Reading::parameter(std::string const& pointer, std::string_view name) {
    auto const found = std::ranges::find(parameters, name, &Parameter::name);
    if (found != parameters.end()) {
        used.emplace(name);
        return &*found;
    }
    if (parse_period(name))
        fault(pointer, RefusalCode::invalid,
              fmt::format("is the literal {}; give it a name under /parameters and write that name",
                          quoted(name)));
    else
        fault(pointer, RefusalCode::invalid,
              fmt::format("names the parameter {}, which /parameters does not hold", quoted(name)));
    return nullptr;
}

namespace {

// The parameter that a member names, or null after its fault.
Parameter const* named_parameter(Reading& reading, ObjectReader& object, std::string_view member) {
    Json const* const found = object.required(member);
    if (found == nullptr) return nullptr;
    if (!found->is_string()) {
        object.error(member, RefusalCode::wrong_type,
                     "must be the name of a parameter; a literal stands under /parameters alone");
        return nullptr;
    }
    return reading.parameter(object.pointer_to(member), found->get_ref<std::string const&>());
}

} // namespace

Parameter const* Reading::period(ObjectReader& object, std::string_view member) {
    Parameter const* const found = named_parameter(*this, object, member);
    if (found == nullptr || found->period) return found;
    object.error(member, RefusalCode::wrong_type,
                 fmt::format("names {}, which is no period such as P7D", quoted(found->name)));
    return nullptr;
}

std::optional<std::int64_t> Reading::number(ObjectReader& object, std::string_view member) {
    Parameter const* const found = named_parameter(*this, object, member);
    if (found == nullptr || found->number) return found == nullptr ? std::nullopt : found->number;
    object.error(member, RefusalCode::wrong_type,
                 fmt::format("names {}, which is no number", quoted(found->name)));
    return std::nullopt;
}

std::vector<std::string> Reading::names(ObjectReader& object, std::string_view member) {
    std::vector<std::string> out;
    Json const* const found = object.optional(member);
    if (found == nullptr) return out;
    if (!found->is_array() || found->size() > names_max) {
        object.error(member, RefusalCode::wrong_type,
                     fmt::format("must be a list of at most {} names", names_max));
        return out;
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
        Json const& item = (*found)[i];
        std::string const pointer = fmt::format("{}/{}", object.pointer_to(member), i);
        if (!item.is_string()) {
            fault(pointer, RefusalCode::wrong_type, "must be a name");
            continue;
        }
        std::string const& name = item.get_ref<std::string const&>();
        if (std::ranges::find(out, name) != out.end())
            fault(pointer, RefusalCode::invalid,
                  fmt::format("names {} a second time; leave it out", quoted(name)));
        else out.push_back(name);
    }
    return out;
}

namespace {

// A value of the file as parameter: a period, a number, true or false, or a word.
struct Value {
    std::string text;
    std::optional<Period> period;
    std::optional<std::int64_t> number;
    std::optional<Money> money;
};

std::optional<Value> value_of(ObjectReader& object, std::string_view member, Json const* json) {
    if (json == nullptr) return std::nullopt;
    if (json->is_boolean()) return Value{json->get<bool>() ? "true" : "false", {}, {}, {}};
    if (json->is_number_integer()) {
        std::int64_t const number = object.integer(member, 0, 1'000'000);
        return Value{std::to_string(number), {}, number, {}};
    }
    if (json->is_object()) {
        Money const money = object.money(member);
        return Value{text_of(money), {}, {}, money};
    }
    if (!json->is_string()) {
        object.error(member, RefusalCode::wrong_type,
                     "must be a period such as P7D, a whole number, an amount with its "
                     "currency, true, false or a word");
        return std::nullopt;
    }
    std::string text = object.text(member, name_length_max);
    auto const period = parse_period(text);
    if (!period && text.starts_with('P'))
        object.error(member, RefusalCode::invalid,
                     "is no period; write one unit, such as P7D, PT48H, P2W, P1M or P1Y");
    return Value{std::move(text), period, {}, {}};
}

std::int64_t size_of(Value const& value) {
    return value.period ? hours_of(*value.period) : value.number.value_or(0);
}

// The bound as in the file, once it was found kept; empty where there is none.
std::string read_bound(ObjectReader& object, std::string_view member, Value const& value,
                       bool is_least) {
    auto bound = value_of(object, member, object.optional(member));
    if (!bound) return {};
    bool const alike = bound->period.has_value() == value.period.has_value() &&
                       bound->number.has_value() == value.number.has_value() &&
                       (bound->period || bound->number);
    if (!alike) {
        object.error(member, RefusalCode::wrong_type,
                     fmt::format("bounds {}, so it must be of the same kind", value.text));
        return {};
    }
    bool const kept =
        is_least ? size_of(value) >= size_of(*bound) : size_of(value) <= size_of(*bound);
    if (!kept)
        object.error("value", RefusalCode::out_of_range,
                     fmt::format("is {}; {} says {}", value.text, member, bound->text));
    return std::move(bound->text);
}

} // namespace

std::string pointer_of(Step const& step, Branch const* branch) {
    if (branch == nullptr) return step.pointer;
    bool const plain = step.to.size() == 1 && branch->when.empty() && !branch->interrupts;
    return plain ? step.pointer + "/to"
                 : fmt::format("{}/to/{}", step.pointer, branch - step.to.data());
}

std::int64_t hours_of(Period period) {
    switch (period.unit) {
    case PeriodUnit::hours: return period.count;
    case PeriodUnit::days:
    case PeriodUnit::business_days: return period.count * 24LL;
    case PeriodUnit::weeks: return period.count * 168LL;
    case PeriodUnit::months: return period.count * 28LL * 24;
    case PeriodUnit::years: return period.count * 365LL * 24;
    }
    return 0;
}

void read_parameters(Reading& reading,
                     std::vector<std::pair<std::string, Json const*>> const& members,
                     std::string const& pointer) {
    if (members.size() > parameters_max)
        return reading.fault(
            pointer, RefusalCode::too_large,
            fmt::format("holds {} parameters; the most is {}", members.size(), parameters_max));
    for (auto const& [name, json] : members) {
        std::string const here = pointer + '/' + pointer_token(name);
        reading.check_name(here, name);
        ObjectReader object(*json, here, reading.errors);
        Parameter parameter;
        parameter.name = name;
        if (auto value = value_of(object, "value", object.required("value"))) {
            parameter.least = read_bound(object, "least", *value, true);
            parameter.most = read_bound(object, "most", *value, false);
            parameter.text = std::move(value->text);
            parameter.period = value->period;
            parameter.number = value->number;
            parameter.money = value->money;
        }
        parameter.means = object.text("means");
        parameter.cites = object.text("cites", 300);
        if (object.has("bracketed")) parameter.bracketed = object.boolean("bracketed");
        reading.parameters.push_back(std::move(parameter));
    }
}

} // namespace parley

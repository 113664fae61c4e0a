#pragma once

#include "engine/base/json.hpp"
#include "engine/base/names.hpp"
#include "engine/procedure/procedure.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

// What the readers of a procedure file share: its parameters, its faults and its limits.

namespace parley {

// A file is written by a person and read by people; what is larger than this is an attack or a
// mistake.
namespace procedure_limits {
constexpr std::size_t bytes_max = 2 * 1024 * 1024;
constexpr std::size_t nodes_max = 200'000;
constexpr std::size_t faults_max = 100;
constexpr std::size_t stages_max = 1'000;
constexpr std::size_t members_max = 1'200; // of one object
constexpr std::size_t parameters_max = 200;
constexpr std::size_t common_max = 50;
constexpr std::size_t steps_max = 100;     // of one stage, the common ones included
constexpr std::size_t deadlines_max = 20;  // of one stage
constexpr std::size_t branches_max = 20;   // of one step
constexpr std::size_t conditions_max = 10; // of one branch or step
constexpr std::size_t documents_max = 40;
constexpr std::size_t fields_max = 40;  // of one document
constexpr std::size_t choices_max = 20; // of one field
constexpr std::size_t names_max = 50;   // in one list of names
constexpr std::size_t name_length_max = 60;
} // namespace procedure_limits

using OrderedJson = nlohmann::ordered_json;

// The members of an object in the order of the file: parsed JSON sorts them, and the first stage is
// where a dispute starts.
std::vector<std::pair<std::string, Json const*>> members_of(Json const& json,
                                                            OrderedJson const& ordered);

class Reading {
public:
    std::vector<FieldError> errors;
    std::vector<Parameter> parameters;
    std::set<std::string, std::less<>> used;       // names of parameters that something takes
    std::set<std::string, std::less<>> on_returns; // deadlines, by pointer, that declare on_return
    std::set<std::string, std::less<>> switches;   // parameters that `enabled` asks about

    void fault(std::string pointer, RefusalCode code, std::string sentence);
    // The parameter of that name, noted as used; none after its fault was reported.
    Parameter const* parameter(std::string const& pointer, std::string_view name);
    // A member that names a parameter with a period or a number. A literal is a fault: every number
    // of a procedure is a parameter with a meaning and a source.
    Parameter const* period(ObjectReader& object, std::string_view member);
    std::optional<std::int64_t> number(ObjectReader& object, std::string_view member);
    // Lists of names; absent is empty.
    std::vector<std::string> names(ObjectReader& object, std::string_view member);
    // Lower-case words with underscores, such as final_communications.
    void check_name(std::string const& pointer, std::string_view name);

    template <NamedEnum E>
    std::optional<E> word(std::string const& pointer, std::string_view text) {
        auto const value = parse_name<E>(text);
        if (!value)
            fault(pointer, RefusalCode::invalid,
                  "is " + quoted(text) + "; write one of " + names_joined<E>());
        return value;
    }
    template <NamedEnum E>
    std::vector<E> words(ObjectReader& object, std::string_view member) {
        std::vector<E> out;
        std::string const pointer = object.pointer_to(member);
        std::size_t index = 0;
        for (std::string const& text : names(object, member)) {
            if (auto const value = word<E>(pointer + '/' + std::to_string(index), text))
                out.push_back(*value);
            ++index;
        }
        return out;
    }
    static std::string quoted(std::string_view text);
};

// Where a branch stands in the file: a `to` that is a plain name reads as one branch without conditions.
// The step itself where there is no branch.
std::string pointer_of(Step const& step, Branch const* branch);
// Orders periods by their length; months and years at their shortest.
std::int64_t hours_of(Period period);

// Reads `parameters` into `reading`, in the order of the file.
void read_parameters(Reading& reading,
                     std::vector<std::pair<std::string, Json const*>> const& members,
                     std::string const& pointer);
// Reads `documents`.
std::vector<DocumentRule> read_documents(Reading& reading, Json const& json,
                                         OrderedJson const& ordered);
// Reads `admits`.
Admission read_admission(Reading& reading, Json const& json);
Step read_step(Reading& reading, std::string name, Json const& json, std::string const& pointer);
DeadlineRule read_deadline(Reading& reading, std::string name, Json const& json,
                           std::string const& pointer);

} // namespace parley

#include "engine/base/digest.hpp"
#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/check.hpp"
#include "engine/procedure/locales.hpp"
#include "engine/procedure/profile.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// The procedure file from top to bottom.

namespace parley {

using namespace procedure_limits;

namespace {

using Members = std::vector<std::pair<std::string, Json const*>>;

class ProcedureReader {
public:
    // `text` is the file, or the profile of which `json` is the whole.
    ProcedureReader(std::string_view text, Json const& json, OrderedJson const& ordered)
        : json_(json), ordered_(ordered) {
        procedure_.text = text;
        procedure_.ref.sha256 = sha256(text);
    }

    Result<Procedure> read() {
        ObjectReader object(json_, "", reading_.errors);
        read_head(object);
        if (object.required("parameters") != nullptr)
            read_parameters(reading_, members("parameters"), "/parameters");
        if (Json const* admits = object.optional("admits"))
            procedure_.admits = read_admission(reading_, *admits);
        if (Json const* documents = object.optional("documents"))
            procedure_.documents = read_documents(reading_, *documents, ordered_.at("documents"));
        if (object.required("stages") != nullptr) read_stages();
        if (Json const* common = object.optional("common")) read_common(*common);
        if (Json const* locales = object.optional("locales"))
            read_locales(reading_, *locales, ordered_, procedure_);
        object.finish();
        procedure_.parameters = reading_.parameters;
        // What a file means can be judged only once all of it could be read.
        if (reading_.errors.empty()) reading_.errors = check_procedure(procedure_, reading_);
        if (!reading_.errors.empty()) return std::unexpected(refusal());
        return std::move(procedure_);
    }

private:
    Members members(char const* name) const {
        return ordered_.contains(name) ? members_of(json_.at(name), ordered_.at(name)) : Members{};
    }

    void read_head(ObjectReader& object) {
        object.optional_text("$schema");
        procedure_.ref.name = object.text("procedure", name_length_max);
        bool const fits = std::ranges::all_of(procedure_.ref.name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
        if (!fits)
            object.error("procedure", RefusalCode::invalid,
                         "must be lower-case letters, digits and hyphens");
        procedure_.ref.version = static_cast<std::int32_t>(object.integer("version", 1, 1'000'000));
        procedure_.title = object.text("title", 200);
        procedure_.means = object.text("means");
        procedure_.source = object.text("source", 200);
        if (object.has("source_sha256")) {
            procedure_.source_sha256 = parse_digest(object.text("source_sha256", 64));
            if (!procedure_.source_sha256)
                object.error("source_sha256", RefusalCode::invalid,
                             "must be 64 lower-case hexadecimal digits");
        }
        procedure_.status = object.text("status", name_length_max);
        constexpr std::string_view known[] = {"", "adopted", "draft", "historic", "own"};
        if (std::ranges::find(known, procedure_.status) == std::end(known))
            object.error("status", RefusalCode::invalid, "must be adopted, draft, historic or own");
        std::string const track = object.text("track", name_length_max);
        if (!track.empty())
            procedure_.track = reading_.word<Track>("/track", track).value_or(Track::two);
        if (object.has("rests_on")) {
            std::string const rests_on = object.text("rests_on", name_length_max);
            procedure_.rests_on =
                reading_.word<RestsOn>("/rests_on", rests_on).value_or(RestsOn::agreement);
        }
        if (object.has("applies_from")) {
            procedure_.applies_from = parse_date(object.text("applies_from", name_length_max));
            if (!procedure_.applies_from)
                object.error("applies_from", RefusalCode::invalid,
                             "must be a date such as 2028-03-20");
        }
        if (object.has("extends")) read_extends(*object.required("extends"));
    }
    void read_extends(Json const& json) {
        ObjectReader object(json, "/extends", reading_.errors);
        ProcedureRef base;
        base.name = object.text("procedure", name_length_max);
        base.version = static_cast<std::int32_t>(object.integer("version", 1, 1'000'000));
        auto const digest = parse_digest(object.text("sha256", 64));
        if (!digest)
            object.error("sha256", RefusalCode::invalid,
                         "must be 64 lower-case hexadecimal digits");
        base.sha256 = digest.value_or(Digest{});
        procedure_.extends = std::move(base);
    }

    void read_stages() {
        Members const stages = members("stages");
        if (!json_.at("stages").is_object() || stages.empty())
            return reading_.fault("/stages", RefusalCode::wrong_type,
                                  "must be an object with the stages in order");
        if (stages.size() > stages_max)
            return reading_.fault(
                "/stages", RefusalCode::too_large,
                fmt::format("holds {} stages; the most is {}", stages.size(), stages_max));
        for (auto const& [name, json] : stages)
            procedure_.stages.push_back(read_stage(name, *json, ordered_.at("stages").at(name)));
    }

    Stage read_stage(std::string const& name, Json const& json, OrderedJson const& ordered) {
        Stage stage;
        stage.name = name;
        stage.pointer = "/stages/" + pointer_token(name);
        reading_.check_name(stage.pointer, name);
        if (name == "stay" || name == "resume")
            reading_.fault(stage.pointer, RefusalCode::invalid,
                           "has a name that means something else in a branch");
        ObjectReader object(json, stage.pointer, reading_.errors);
        std::string const kind = object.text("kind", name_length_max);
        if (!kind.empty())
            stage.kind = reading_.word<StageKind>(stage.pointer + "/kind", kind)
                             .value_or(StageKind::exchange);
        stage.means = object.text("means");
        stage.cites = object.text("cites", 300);
        if (stage.ends()) read_end(object, stage);
        else read_live(object, ordered, stage);
        return stage;
    }

    void read_end(ObjectReader& object, Stage& stage) {
        std::string const status = object.text("status", name_length_max);
        if (!status.empty())
            stage.status =
                reading_.word<Status>(stage.pointer + "/status", status).value_or(Status::closed);
        if (stage.status == Status::open && status == "open")
            object.error("status", RefusalCode::invalid,
                         "must not be open, for this stage is an end");
        stage.result = object.text("result", name_length_max);
        constexpr std::string_view known[] = {
            "", "settlement", "withdrawal", "award", "recommendation", "judgment", "none"};
        if (std::ranges::find(known, stage.result) == std::end(known))
            object.error("result", RefusalCode::invalid,
                         "must be settlement, withdrawal, award, recommendation, judgment or none");
    }

    void read_live(ObjectReader& object, OrderedJson const& ordered, Stage& stage) {
        if (object.has("label")) {
            std::string const label = object.text("label", name_length_max);
            stage.label =
                reading_.word<Label>(stage.pointer + "/label", label).value_or(Label::open);
        }
        stage.waits_for = reading_.words<Role>(object, "waits_for");
        Json const* const deadlines = object.optional("deadlines");
        if (deadlines != nullptr)
            stage.deadlines = read_deadlines(*deadlines, ordered.at("deadlines"), stage.pointer);
        if (Json const* const steps = object.required("steps"))
            stage.steps = read_steps(*steps, ordered.at("steps"), stage.pointer);
    }

    std::vector<DeadlineRule> read_deadlines(Json const& json, OrderedJson const& ordered,
                                             std::string const& parent) {
        std::string const pointer = parent + "/deadlines";
        std::vector<DeadlineRule> out;
        if (!is_map(json, pointer, deadlines_max)) return out;
        for (auto const& [name, value] : members_of(json, ordered))
            out.push_back(
                read_deadline(reading_, name, *value, pointer + '/' + pointer_token(name)));
        return out;
    }
    std::vector<Step> read_steps(Json const& json, OrderedJson const& ordered,
                                 std::string const& parent) {
        std::string const pointer = parent + "/steps";
        std::vector<Step> out;
        if (!is_map(json, pointer, steps_max)) return out;
        for (auto const& [name, value] : members_of(json, ordered)) {
            std::string const place = pointer + '/' + pointer_token(name);
            if (name == change_procedure_act)
                reading_.fault(place, RefusalCode::invalid,
                               "has the name of an act that every dispute has, whatever its "
                               "procedure; call it otherwise");
            out.push_back(read_step(reading_, name, *value, place));
        }
        return out;
    }
    bool is_map(Json const& json, std::string const& pointer, std::size_t most) {
        if (json.is_object() && json.size() <= most) return true;
        reading_.fault(pointer, RefusalCode::wrong_type,
                       fmt::format("must be an object with at most {} members", most));
        return false;
    }

    // What several stages share is written once and added to each of them.
    void read_common(Json const& common) {
        if (!common.is_array() || common.size() > common_max)
            return reading_.fault("/common", RefusalCode::wrong_type,
                                  fmt::format("must be a list of at most {} objects", common_max));
        for (std::size_t i = 0; i < common.size(); ++i) read_shared(common[i], i);
    }
    void read_shared(Json const& json, std::size_t index) {
        std::string const pointer = fmt::format("/common/{}", index);
        OrderedJson const& ordered = ordered_.at("common").at(index);
        ObjectReader object(json, pointer, reading_.errors);
        std::vector<std::string> in;
        if (object.required("in") != nullptr) in = reading_.names(object, "in");
        std::vector<DeadlineRule> deadlines;
        std::vector<Step> steps;
        if (Json const* const found = object.optional("deadlines"))
            deadlines = read_deadlines(*found, ordered.at("deadlines"), pointer);
        if (Json const* const found = object.optional("steps"))
            steps = read_steps(*found, ordered.at("steps"), pointer);
        for (std::size_t i = 0; i < in.size(); ++i)
            share(fmt::format("{}/in/{}", pointer, i), in[i], deadlines, steps);
    }
    void share(std::string const& pointer, std::string const& name,
               std::vector<DeadlineRule> const& deadlines, std::vector<Step> const& steps) {
        auto const stage = std::ranges::find(procedure_.stages, name, &Stage::name);
        if (stage == procedure_.stages.end() || stage->ends())
            return reading_.fault(
                pointer, RefusalCode::invalid,
                fmt::format("names {}, which is no live stage", Reading::quoted(name)));
        for (DeadlineRule const& rule : deadlines) {
            if (std::ranges::find(stage->deadlines, rule.name, &DeadlineRule::name) !=
                stage->deadlines.end())
                reading_.fault(
                    pointer, RefusalCode::invalid,
                    fmt::format("gives {} a second deadline called {}", name, rule.name));
            else stage->deadlines.push_back(rule);
        }
        for (Step const& step : steps)
            if (stage->step(step.name) == nullptr) stage->steps.push_back(step);
        if (stage->steps.size() > steps_max || stage->deadlines.size() > deadlines_max)
            reading_.fault(pointer, RefusalCode::too_large,
                           fmt::format("gives {} more than {} steps or {} deadlines", name,
                                       steps_max, deadlines_max));
    }

    // Each fault with its line; the same fault of a shared step is reported once.
    Refusal refusal() {
        std::vector<FieldError> faults;
        for (FieldError& fault : reading_.errors) {
            if (std::ranges::find(faults, fault) != faults.end()) continue;
            faults.push_back(std::move(fault));
            if (faults.size() == faults_max) break;
        }
        name_lines(procedure_.text, faults);
        std::string detail = faults.front().detail;
        if (faults.size() > 1) detail += fmt::format(" (and {} more faults)", faults.size() - 1);
        return {RefusalCode::procedure_rejected, std::move(detail), std::move(faults), {}, {}};
    }

    Json const& json_;
    OrderedJson const& ordered_;
    Reading reading_;
    Procedure procedure_;
};

// Objects that keep their order look for each new member among all before it, so that one with very many
// would hold the reader up.
Result<void> check_members(Json const& json) {
    std::vector<Json const*> open{&json};
    while (!open.empty()) {
        Json const& at = *open.back();
        open.pop_back();
        if (at.is_object() && at.size() > members_max)
            return refuse(RefusalCode::procedure_rejected,
                          fmt::format("An object of this file holds {} members; the most is {}.",
                                      at.size(), members_max));
        if (!at.is_structured()) continue;
        for (Json const& member : at) open.push_back(&member);
    }
    return {};
}

} // namespace

std::vector<std::pair<std::string, Json const*>> members_of(Json const& json,
                                                            OrderedJson const& ordered) {
    Members out;
    if (!json.is_object() || !ordered.is_object()) return out;
    for (auto const& [name, value] : ordered.items()) out.emplace_back(name, &json.at(name));
    return out;
}

Result<Procedure> read_procedure(std::string_view text) { return read_procedure(text, {}); }

Result<Procedure> read_procedure(std::string_view text, ProcedureLibrary const& bases) {
    JsonLimits limits;
    limits.bytes_max = bytes_max;
    limits.nodes_max = nodes_max;
    auto const json = parse_json(text, limits);
    if (!json) return std::unexpected(json.error());
    if (auto fine = check_members(*json); !fine) return std::unexpected(std::move(fine.error()));
    // The gate has let the text through, so that the second parser meets nothing it must refuse.
    OrderedJson const ordered = OrderedJson::parse(text);
    if (!json->is_object() || !json->contains("extends"))
        return ProcedureReader(text, *json, ordered).read();
    auto whole = whole_of_profile(text, ordered, bases);
    if (!whole) return std::unexpected(std::move(whole.error()));
    Json const sorted = Json::parse(whole->dump());
    return ProcedureReader(text, sorted, *whole).read();
}

} // namespace parley

#include "engine/procedure/profile.hpp"

#include "engine/base/digest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace parley {

namespace {

// What a profile says for itself; of the base's own it takes none of these.
constexpr std::array own_members = {"$schema", "procedure", "version",      "extends",
                                    "title",   "means",     "source",       "source_sha256",
                                    "status",  "admits",    "applies_from", "locales"};
constexpr std::array words = {"means", "cites", "title"};

class Profile {
public:
    Profile(std::string_view text, OrderedJson const& profile, OrderedJson base)
        : text_(text), profile_(profile), whole_(std::move(base)) {}

    Result<OrderedJson> whole() {
        if (profile_.contains("source")) whole_.erase("source_sha256"); // that of another text
        for (auto const& [name, value] : profile_.items()) {
            if (name == "parameters") change_parameters(value);
            else if (name == "texts") change_texts(value);
            else if (std::ranges::find(own_members, name) != own_members.end())
                whole_[name] = value;
            else
                fault(
                    "/" + pointer_token(name),
                    "is nothing that a profile changes; it may give parameters, texts, admits and "
                    "its own head");
        }
        if (faults_.empty()) return std::move(whole_);
        return std::unexpected(
            refusal_of_file(RefusalCode::procedure_rejected, text_, std::move(faults_)));
    }

private:
    void fault(std::string pointer, std::string_view sentence) {
        faults_.push_back({std::move(pointer), RefusalCode::invalid, std::string(sentence)});
    }

    void change_parameters(OrderedJson const& given) {
        if (!given.is_object())
            return fault("/parameters", "must be an object with the parameters that change");
        OrderedJson& parameters = whole_["parameters"];
        for (auto const& [name, members] : given.items()) {
            std::string const pointer = "/parameters/" + pointer_token(name);
            if (!parameters.contains(name))
                fault(pointer, "is no parameter of the procedure that this profile extends");
            else if (!members.is_object())
                fault(pointer, "must be an object with what changes, such as {\"value\": \"P3D\"}");
            else
                for (auto const& [member, value] : members.items())
                    parameters[name][member] = value;
        }
    }

    void change_texts(OrderedJson const& given) {
        if (!given.is_object())
            return fault("/texts", "must be an object from places to words, such as "
                                   "{\"/stages/response/means\": \"...\"}");
        for (auto const& [place, value] : given.items()) {
            std::string const pointer = "/texts/" + pointer_token(place);
            bool const of_words = std::ranges::any_of(words, [&](std::string_view word) {
                return place.ends_with(fmt::format("/{}", word));
            });
            OrderedJson* const there = of_words ? found(place) : nullptr;
            if (there == nullptr || !there->is_string() || !value.is_string())
                fault(pointer,
                      "must name a means, cites or title of the procedure that this profile "
                      "extends, and give other words for it");
            else *there = value;
        }
    }
    OrderedJson* found(std::string const& place) {
        try {
            OrderedJson::json_pointer const pointer(place);
            return whole_.contains(pointer) ? &whole_.at(pointer) : nullptr;
        } catch (OrderedJson::exception const&) { // no pointer at all
            return nullptr;
        }
    }

    std::string_view text_;
    OrderedJson const& profile_;
    OrderedJson whole_;
    std::vector<FieldError> faults_;
};

std::unexpected<Refusal> refuse_base(std::string sentence) {
    return refuse_field(RefusalCode::procedure_rejected, "/extends", std::move(sentence));
}

} // namespace

Result<OrderedJson> whole_of_profile(std::string_view text, OrderedJson const& profile,
                                     ProcedureLibrary const& bases) {
    OrderedJson const& extends = profile.at("extends");
    bool const named = extends.is_object() && extends.contains("procedure") &&
                       extends.at("procedure").is_string() && extends.contains("version") &&
                       extends.at("version").is_number_integer();
    if (!named)
        return refuse_base(
            "must name the procedure that is extended: {\"procedure\": \"apec-b2b\", "
            "\"version\": 1, \"sha256\": \"...\"}");
    std::string const name = extends.at("procedure").get<std::string>();
    auto const version = extends.at("version").get<std::int64_t>();
    auto const base = version > 0 && version <= 1'000'000
                          ? bases.find(name, static_cast<std::int32_t>(version))
                          : nullptr;
    if (base == nullptr)
        return refuse_base(
            fmt::format("There is no {} version {} here to extend; check it together "
                        "with the profile, before it.",
                        name, version));
    if (base->extends)
        return refuse_base(fmt::format("{} is a profile itself; extend {} version {}, which it "
                                       "extends.",
                                       name, base->extends->name, base->extends->version));
    std::string const hash = hex_of(base->ref.sha256);
    bool const same = extends.contains("sha256") && extends.at("sha256") == hash;
    if (!same)
        return refuse_base(fmt::format("{} version {} has the SHA-256 {}; a profile names the very "
                                       "bytes that it extends.",
                                       name, version, hash));
    return Profile(text, profile, OrderedJson::parse(base->text)).whole();
}

} // namespace parley

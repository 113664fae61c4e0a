#include "api/app/dev_people.hpp"

#include "api/app/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

namespace parley::app {
namespace {

// A seeded demo is the same on every day, so its ids and dates start from a fixed one.
constexpr std::string_view seeded_start = "2026-09-07T09:00:00.000000Z";

Neutral neutral_of(Entropy& entropy, Instant at, std::string name, std::vector<SeatKind> seats,
                   std::vector<std::string> languages, std::string country, std::string zone) {
    Neutral neutral;
    neutral.id = entropy.make_id<NeutralId>(at);
    neutral.name = std::move(name);
    neutral.seats = std::move(seats);
    neutral.languages = std::move(languages);
    neutral.country = std::move(country);
    neutral.time_zone = std::move(zone);
    neutral.load_most = 1000;
    return neutral;
}

access::NewApiKey key_of(Entropy& entropy, Instant at, KeyKind kind, std::string owner,
                         std::string label) {
    auto const id = entropy.make_id<ApiKeyId>(at);
    Bytes32 const secret = entropy.draw32();
    return access::make_api_key(id, secret, kind, false, std::move(owner), std::move(label), at);
}

// The order of these draws is what makes a seed repeat itself.
DevPeople derive(std::string seed, bool chosen, Instant at) {
    Entropy entropy(sha256({"parley-dev/v1\n", seed}));
    DevPeople people;
    people.seed = std::move(seed);
    people.chosen = chosen;
    people.made_at = at;
    people.platform = {entropy.make_id<PlatformId>(at), "Demo shop", at};
    people.mediator =
        neutral_of(entropy, at, "Noor Haddad", {SeatKind::mediator},
                   {"en", "es", "fr", "de", "nl", "zh-Hans"}, "BE", "Europe/Brussels");
    people.arbitrator =
        neutral_of(entropy, at, "Thomas Okafor", {SeatKind::decider},
                   {"en", "es", "fr", "de", "nl", "zh-Hans"}, "IE", "Europe/Dublin");
    people.substitutes.push_back(neutral_of(entropy, at, "Mei Tanaka",
                                            {SeatKind::mediator, SeatKind::decider},
                                            {"en", "ja", "zh-Hans"}, "JP", "Asia/Tokyo"));
    people.substitutes.push_back(neutral_of(entropy, at, "Joao Silva",
                                            {SeatKind::mediator, SeatKind::decider},
                                            {"en", "pt", "es", "it"}, "BR", "America/Sao_Paulo"));
    people.platform_key =
        key_of(entropy, at, KeyKind::platform, people.platform.id.text(), "Demo shop");
    people.administrator_key = key_of(entropy, at, KeyKind::administrator, "", "administrator");
    people.mediator_key =
        key_of(entropy, at, KeyKind::neutral, people.mediator.id.text(), people.mediator.name);
    people.arbitrator_key =
        key_of(entropy, at, KeyKind::neutral, people.arbitrator.id.text(), people.arbitrator.name);
    people.auditor_key = key_of(entropy, at, KeyKind::auditor, "", "auditor");
    return people;
}

void write_people(JsonWriter& json, DevPeople const& people) {
    json.member("platform", people.platform.id);
    json.key("keys").begin_object();
    json.member("platform", people.platform_key.text)
        .member("administrator", people.administrator_key.text);
    json.member("mediator", people.mediator_key.text)
        .member("arbitrator", people.arbitrator_key.text);
    json.member("auditor", people.auditor_key.text).end_object();
    json.key("neutrals").begin_object().member("mediator", people.mediator.id);
    json.member("arbitrator", people.arbitrator.id).end_object();
}

std::expected<DevPeople, Failure> read_people(std::string const& path, std::string const& text) {
    auto const json = parse_json(text);
    if (json && json->is_object()) {
        auto const at = parse_instant(json->value("made_at", ""));
        std::string seed = json->value("seed", "");
        if (at && !seed.empty())
            return derive(std::move(seed), json->value("seed_chosen", false), *at);
    }
    return fail(fmt::format("{} is damaged; move the folder away and start anew", path));
}

} // namespace

std::expected<DevPeople, Failure> dev_people(std::string const& folder,
                                             std::optional<std::uint64_t> seed, Instant now) {
    std::string const path = folder + "/dev-keys.json";
    if (auto const text = read_file(path)) {
        auto people = read_people(path, *text);
        if (people && seed && people->seed != fmt::format("{}", *seed))
            return fail(fmt::format(
                "{} was made with another seed; leave --seed out, or give a new --data", folder));
        return people;
    }
    DevPeople people =
        seed ? derive(fmt::format("{}", *seed), true, parse_instant(seeded_start).value_or(now))
             : derive(hex_of(random32()), false, now);
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("note", "Test keys of `parley dev`; not for production.");
    json.member("seed", people.seed)
        .member("seed_chosen", people.chosen)
        .member("made_at", people.made_at);
    write_people(json, people);
    json.end_object();
    write_private_file(path, out + "\n");
    return people;
}

net::awaitable<void> settle_in(Engine& engine, DevPeople const& people) {
    RegistryPtr const registry = engine.registry();
    if (!registry->platforms.contains(people.platform.id))
        co_await engine.add_platform(people.platform);
    std::vector<Neutral> roster = people.substitutes;
    roster.push_back(people.mediator);
    roster.push_back(people.arbitrator);
    for (Neutral const& neutral : roster)
        if (!registry->neutrals.contains(neutral.id)) co_await engine.add_neutral(neutral);
    for (access::NewApiKey const* key :
         {&people.platform_key, &people.administrator_key, &people.mediator_key,
          &people.arbitrator_key, &people.auditor_key})
        if (!registry->keys.contains(key->key.id)) co_await engine.add_key(key->key);
}

std::string ready_json(DevPeople const& people, std::string const& url, std::string const& data) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("url", url).member("pid", static_cast<std::int64_t>(::getpid()));
    json.member("data", data);
    write_people(json, people);
    json.end_object();
    return out + "\n";
}

} // namespace parley::app

#include "tests/routes/house.hpp"

#include "api/access/api_key.hpp"
#include "api/http/target.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/runtime/verify.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"
#include "tests/model/samples.hpp"
#include "tests/support/run_on.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace parley::routes {

namespace {

World load_world() {
    World world;
    world.zones = ZoneRules::load();
    world.law = load_embedded_law();
    world.routes = load_embedded_routes();
    world.calendars = load_embedded_calendars();
    world.procedures = load_embedded_procedures();
    return world;
}

Answer answer_of(http::Response const& response) {
    Answer answer;
    answer.status = response.status;
    answer.text = response.text();
    answer.headers = response.headers;
    if (!answer.text.empty()) answer.json = Json::parse(answer.text, nullptr, false);
    if (answer.json.is_discarded()) answer.json = Json();
    return answer;
}

} // namespace

std::string Answer::header(std::string_view name) const {
    for (http::Header const& one : headers)
        if (http::equal_ignoring_case(one.name, name)) return one.value;
    return {};
}

std::string Answer::at(char const* pointer) const {
    Json::json_pointer const place(pointer);
    if (!json.contains(place)) return {};
    Json const& value = json.at(place);
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void House::open() {
    data_ = std::make_unique<DataFolder>(folder_.path());
    journal_ = open_sqlite_journal(*data_);
    reader_ = open_sqlite_reader(*data_);
    engine_ = std::make_unique<Engine>(world_, *journal_, *reader_, clock_, EngineOptions{});
    engine_->start();
    ServiceOptions options;
    options.sealing_key = sealing_key_;
    options.version = "0.0.0-test";
    services_ = std::make_unique<Services>(*engine_, std::move(options));
    api_ = std::make_unique<Api>(*services_);
}

void House::close() {
    engine_->stop();
    api_.reset();
    services_.reset();
    engine_.reset();
    reader_.reset();
    journal_.reset();
    data_.reset();
}

void House::restart() {
    close();
    open();
}

House::House() : world_(load_world()) {
    open();
    auto first = access::make_api_key(KeyKind::administrator, false, "", "first", clock_.now());
    administrator = first.text;
    run_on(io_, [](Engine& engine, ApiKey key) -> net::awaitable<bool> {
        co_await engine.add_key(std::move(key));
        co_return true;
    }(*engine_, first.key));

    platform_id = post(administrator, "/v1/platforms", R"({"name":"Bazaar"})").at("/id");
    other_platform_id = post(administrator, "/v1/platforms", R"({"name":"Souk"})").at("/id");
    platform = make_key("platform", platform_id);
    other_platform = make_key("platform", other_platform_id);
    auditor = make_key("auditor", "");
    mediator_id = make_neutral("Noor Haddad", "mediator");
    decider_id = make_neutral("Elias Brandt", "decider");
    mediator = make_key("neutral", mediator_id);
    decider = make_key("neutral", decider_id);
    other_neutral_id = make_neutral("Mara Lind", "mediator");
    other_neutral = make_key("neutral", other_neutral_id);
    // Not among those a draw could choose from, so that stories go as told.
    auto away = post(administrator, "/v1/neutrals/" + other_neutral_id, R"({"available":false})");
    EXPECT_EQ(away.status, 200U) << away.text;
}

std::string House::journal_fault() {
    auto const found = JournalVerifier(world_, *reader_).run({});
    return found.first ? found.first->stream + ": " + found.first->reason : "";
}

House::~House() { close(); }

std::string House::make_key(std::string const& kind, std::string const& owner) {
    auto const body = owner.empty() ? fmt::format(R"({{"kind":"{}"}})", kind)
                                    : fmt::format(R"({{"kind":"{}","owner":"{}"}})", kind, owner);
    auto const answer = post(administrator, "/v1/keys", body);
    EXPECT_EQ(answer.status, 201U) << answer.text;
    return answer.at("/secret");
}

std::string House::make_neutral(std::string const& name, std::string const& seat) {
    auto const answer =
        post(administrator, "/v1/neutrals",
             fmt::format(
                 R"({{"name":"{}","seats":["{}"],"languages":["en","es","zh-Hans"],"country":"CH",)"
                 R"("time_zone":"Europe/Zurich"}})",
                 name, seat));
    EXPECT_EQ(answer.status, 201U) << answer.text;
    return answer.at("/id");
}

std::string House::make_clock(std::string const& key, std::string const& now) {
    auto const answer =
        post(key, "/v1/test/clocks", fmt::format(R"({{"name":"a test","now":"{}"}})", now));
    EXPECT_EQ(answer.status, 201U) << answer.text;
    return answer.at("/id");
}

Answer House::get(std::string const& key, std::string const& target, std::vector<Extra> headers) {
    return ask({key, http::Method::get, target, {}, std::move(headers)});
}

Answer House::post(std::string const& key, std::string const& target, std::string body,
                   std::vector<Extra> headers) {
    bool named = false;
    for (Extra const& extra : headers) named = named || extra.name == "Idempotency-Key";
    if (!named) headers.push_back({"Idempotency-Key", fresh_name()});
    return ask({key, http::Method::post, target, std::move(body), std::move(headers)});
}

Answer House::ask(Ask const& what) {
    http::Head head;
    head.method = what.method;
    auto target = http::parse_target(what.target);
    EXPECT_TRUE(target) << what.target;
    head.path = target->path;
    head.query = target->query;
    head.duplicate_parameter = target->duplicate;
    head.request_id = "req_" + fresh_name();
    if (!what.key.empty()) head.fields.add("Authorization", "Bearer " + what.key);
    bool typed = false;
    for (Extra const& extra : what.headers) {
        if (!extra.value.empty() || extra.name != "Content-Type")
            head.fields.add(extra.name, extra.value);
        typed = typed || extra.name == "Content-Type";
    }
    if (!what.body.empty() && !typed) head.fields.add("Content-Type", "application/json");

    auto decision = api_->on_head(head);
    if (auto* early = std::get_if<http::Response>(&decision)) return answer_of(*early);
    auto& plan = std::get<http::BodyPlan>(decision);
    if (what.body.size() > plan.bytes_max) { // what the wire does
        Answer answer;
        answer.status = 413;
        return answer;
    }
    http::Request request{std::move(head), what.body, std::move(plan.note)};
    return answer_of(run_on(io_, api_->handle(std::move(request))));
}

std::string filing(Sale sale, std::string const& clock) {
    Json body = Json::parse(sample_filing_json());
    if (!clock.empty()) body["clock"] = clock;
    body["claim"]["remedies"][0]["description"] = "all of it";
    if (sale == Sale::business) {
        body.merge_patch(Json::parse(R"({
            "claimant": { "kind": "business", "name": "Brightwell Ltd", "email": "law@brightwell.example",
                          "country": "GB", "language": "en", "time_zone": "Europe/London" },
            "respondent": { "name": "Thames Print Ltd", "email": "pay@thames.example",
                            "country": "GB", "language": "en", "time_zone": "Europe/London" },
            "transaction": { "channel": "b2b" } })"));
        for (Json& consent : body["consents"]) consent["track"] = "I";
    }
    return body.dump();
}

Case::Case(House& the_house, Sale sale) : house(the_house) {
    clock = house.make_clock(house.platform, "2026-11-21T10:00:00Z");
    auto const filed = house.post(house.platform, "/v1/disputes", filing(sale, clock));
    EXPECT_EQ(filed.status, 201U) << filed.text;
    id = filed.at("/id");
    path = "/v1/disputes/" + id;
    claimant_id = filed.at("/parties/0/id");
    respondent_id = filed.at("/parties/1/id");
    claimant_key = house.make_key("party", claimant_id);
    respondent_key = house.make_key("party", respondent_id);
}

std::string const& Case::key_of(std::string const& who) const {
    if (who == "claimant_self") return claimant_key;
    if (who == "respondent_self") return respondent_key;
    if (who == "mediator") return house.mediator;
    if (who == "decider") return house.decider;
    if (who == "administrator") return house.administrator;
    if (who == "auditor") return house.auditor;
    return house.platform;
}

std::vector<Extra> Case::headers_of(std::string const& who) const {
    if (who == "claimant") return {{"Parley-Act-As", claimant_id}};
    if (who == "respondent") return {{"Parley-Act-As", respondent_id}};
    return {};
}

Answer Case::see(std::string const& who, std::string const& below) {
    return house.get(key_of(who), path + below, headers_of(who));
}

Answer Case::act(std::string const& who, std::string const& name, std::string const& body) {
    auto headers = headers_of(who);
    for (char const* deciding : {"award", "recommend", "correct", "appoint", "decide_objection"})
        if (name == deciding) headers.push_back({"If-Match", see(who).header("ETag")});
    return house.post(key_of(who), path + "/actions/" + name, body, headers);
}

Answer Case::act_ok(std::string const& who, std::string const& name, std::string const& body) {
    auto answer = act(who, name, body);
    EXPECT_EQ(answer.status, 200U) << who << ' ' << name << ": " << answer.text;
    return answer;
}

Answer Case::advance(std::string const& by) {
    auto answer = house.post(house.platform, "/v1/test/clocks/" + clock + "/advance",
                             fmt::format(R"({{"by":"{}"}})", by));
    EXPECT_EQ(answer.status, 200U) << answer.text;
    return answer;
}

std::string Case::stage() { return see("platform").at("/stage"); }

void Case::go_to_negotiation() {
    act_ok("respondent", "respond", R"({"answer":"contest","statement":"We shipped it."})");
    EXPECT_EQ(stage(), "negotiation");
}

void Case::go_to_mediation() {
    go_to_negotiation();
    go_on_to_mediation();
}

void Case::go_on_to_mediation() {
    act_ok("claimant", "ask_for_mediator");
    act_ok("administrator", "appoint",
           fmt::format(R"({{"neutral":"{}","reasons":"Next in turn."}})", house.mediator_id));
    act_ok("mediator", "accept_appointment", R"({"available":true,"impartial":true})");
    EXPECT_EQ(stage(), "mediation");
}

void Case::go_to_deliberation() {
    go_to_mediation();
    advance("P12D");
    EXPECT_EQ(stage(), "final_communications");
    act_ok("administrator", "appoint",
           fmt::format(R"({{"neutral":"{}","reasons":"Next in turn."}})", house.decider_id));
    act_ok("decider", "accept_appointment", R"({"available":true,"impartial":true})");
    advance("P12D");
    EXPECT_EQ(stage(), "deliberation");
}

} // namespace parley::routes

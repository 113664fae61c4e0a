#pragma once

#include "api/routes/routes.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/store/data_folder.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace parley::routes {

// What came back.
struct Answer {
    unsigned status = 0;
    std::string text;
    Json json; // null where the body is not JSON
    std::vector<http::Header> headers;

    std::string header(std::string_view name) const;
    std::string code() const { return at("/code"); }
    std::string at(char const* pointer) const; // a text in the body, or "" where there is none
};

struct Extra {
    std::string name, value;
};

// One request, as a test says it.
struct Ask {
    std::string key; // API key; empty sends none
    http::Method method = http::Method::get;
    std::string target; // path and query
    std::string body = {};
    std::vector<Extra> headers = {};
};

// The whole of Parley in one process, on real SQLite in a folder of its own: two marketplaces, an
// administrator, an auditor and two neutrals, all made through the API but for the first key.
class House {
public:
    House();
    ~House();
    House(House const&) = delete;
    House& operator=(House const&) = delete;

    Answer ask(Ask const& ask);
    Answer get(std::string const& key, std::string const& target, std::vector<Extra> headers = {});
    // A POST under a fresh Idempotency-Key, unless the headers name one.
    Answer post(std::string const& key, std::string const& target, std::string body,
                std::vector<Extra> headers = {});
    std::string make_key(std::string const& kind, std::string const& owner);
    std::string make_clock(std::string const& key, std::string const& now);
    // Stops the server and starts another on what the first one wrote.
    void restart();
    std::string fresh_name() { return "t-" + std::to_string(++names_); }
    // What `parley journal verify` finds wrong; empty where nothing is.
    std::string journal_fault();
    Engine& engine() { return *engine_; }
    Services& services() { return *services_; }
    Api& api() { return *api_; }

    std::string platform, other_platform; // their keys
    std::string platform_id, other_platform_id;
    std::string administrator, auditor;
    std::string mediator, decider, other_neutral; // keys
    std::string mediator_id, decider_id, other_neutral_id;

private:
    void open();
    void close();
    std::string make_neutral(std::string const& name, std::string const& seat);

    TemporaryFolder folder_;
    World world_;
    Bytes32 sealing_key_ = random32();
    SystemClock clock_;
    std::unique_ptr<DataFolder> data_;
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<Reader> reader_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Services> services_;
    std::unique_ptr<Api> api_;
    net::io_context io_{1};
    int names_ = 0;
};

enum class Sale { consumer, business }; // leads to Track II, to Track I

// What POST /v1/disputes takes; `clock` may be empty.
std::string filing(Sale sale, std::string const& clock);

// One dispute under a test clock of its own that starts at 2026-11-21T10:00Z.
class Case {
public:
    Case(House& house, Sale sale);

    // `who` is claimant, respondent (both through the platform), claimant_self, respondent_self
    // (by their own sign-in), mediator, decider or administrator. Sends the ETag with acts that
    // want it.
    Answer act(std::string const& who, std::string const& name, std::string const& body = "{}");
    Answer act_ok(std::string const& who, std::string const& name, std::string const& body = "{}");
    Answer see(std::string const& who, std::string const& below = "");
    Answer advance(std::string const& by);
    std::string stage();
    std::string const& key_of(std::string const& who) const;
    std::vector<Extra> headers_of(std::string const& who) const;

    // From the notice on, as far as the stage named.
    void go_to_negotiation();
    void go_to_mediation();
    void go_on_to_mediation(); // from negotiation
    void go_to_deliberation();

    House& house;
    std::string id, path, clock, claimant_id, respondent_id;
    std::string claimant_key, respondent_key; // of the parties' own sign-ins
};

} // namespace parley::routes

#pragma once

#include "api/app/commands.hpp"
#include "api/app/demo_client.hpp"
#include "api/app/samples.hpp"
#include "api/app/webhook_receiver.hpp"
#include "engine/base/json.hpp"
#include "engine/procedure/procedure.hpp"

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// What --ready-file told us of a server, and how to reach it.
struct Served {
    std::string url, data;
    std::map<std::string, std::string> keys; // by kind
    std::string mediator, arbitrator;        // ids
};
std::expected<Served, Failure> read_ready(std::string_view text);

// How much is said of each step: its name and where it leads, or also what it means and what happens
// when its deadlines pass.
enum class Manner : std::uint8_t { brief, explained };

// One dispute taken through its procedure over HTTP, as any client would, and told on standard output
// step by step with its article and its deadlines. Time is moved by a test clock. For one thread.
class Telling {
public:
    // With a receiver the server tells it of every event, and the telling says what came; a server
    // that may not send to this machine is not made to.
    Telling(Served const& served, ProcedureLibrary const& procedures, Manner manner,
            WebhookReceiver* receiver = nullptr)
        : served_(served), procedures_(procedures), client_(served.url), manner_(manner),
          receiver_(receiver) {}

    // Fails where the server refuses a step, or the dispute does not end.
    Done tell(std::string_view title, Sample sample, std::span<Move const> moves);

private:
    using Answered = std::expected<Json, Failure>;

    // Where a step led: the stage, if it is a new one, and the deadlines that it set.
    struct Led {
        std::string stage;
        std::vector<Json> deadlines;
    };

    Answered send(std::string_view method, std::string const& path, std::string const& key,
                  std::string const& act_as, std::string_view body,
                  std::string const& if_match = {});
    Answered look();
    Done file(Sample sample);
    Done act(Move const& move);
    Done pass(std::string_view period);
    Done finish();
    Done listen();
    Done tell_of_webhooks();
    std::expected<std::string, Failure> own_key(std::string const& party);

    Led led_by(Json const& dispute);
    Step const* step_of(std::string_view name) const;
    void say(std::string_view who, std::string_view step, Led const& led);
    void say_deadlines(Led const& led) const;

    Served const& served_;
    ProcedureLibrary const& procedures_;
    DemoClient client_;
    Manner manner_;
    WebhookReceiver* receiver_;
    std::string webhook_secret_; // empty where the server sends nothing
    std::string dispute_, clock_, stage_, now_;
    std::string etag_;                                        // of the last answer
    std::map<std::string, std::string, std::less<>> parties_; // by side
    std::map<std::string, std::string> own_keys_;             // by party
    std::set<std::string> open_;                              // deadlines told of
    std::shared_ptr<Procedure const> procedure_;
    bool left_out_ = false; // a step that needs a sign-in this program cannot have
};

} // namespace parley::app

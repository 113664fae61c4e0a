#include "api/app/child.hpp"
#include "api/app/commands.hpp"
#include "api/app/control.hpp"
#include "api/app/demo_client.hpp"
#include "api/app/files.hpp"
#include "api/app/people.hpp"
#include "api/app/samples.hpp"
#include "engine/procedure/embedded_library.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <map>
#include <set>

// `parley demo`: two disputes from notice to outcome, over HTTP as any client would, told step by step.
namespace parley::app {
namespace {

using Answered = std::expected<Json, Failure>;

// What --ready-file told us of the server.
struct Served {
    std::string url, data;
    std::map<std::string, std::string> keys;
    std::string mediator, arbitrator;
};

std::expected<Served, Failure> read_ready(std::string_view text) {
    auto const json = parse_json(text);
    if (!json || !json->is_object() || !json->contains("keys") || !json->contains("neutrals"))
        return fail("the ready file is not one that `parley dev --ready-file FILE` wrote");
    Served served;
    served.url = json->value("url", "");
    served.data = json->value("data", "");
    for (auto const& [name, key] : json->at("keys").items())
        if (key.is_string()) served.keys[name] = key.get<std::string>();
    served.mediator = json->at("neutrals").value("mediator", "");
    served.arbitrator = json->at("neutrals").value("arbitrator", "");
    return served;
}

std::string minutes_of(std::string_view instant) { // 2026-11-21T10:00:00Z -> 2026-11-21 10:00
    std::string text(instant.substr(0, std::min<std::size_t>(instant.size(), 16)));
    if (text.size() > 10) text[10] = ' ';
    return text;
}

// One dispute being taken through its procedure, and the lines that tell of it.
class Telling {
public:
    Telling(Served const& served, ProcedureLibrary const& procedures)
        : served_(served), procedures_(procedures), client_(served.url) {}

    Done tell(std::string_view title, Sample sample, std::span<Move const> moves) {
        fmt::print("\n{}\n\n", title);
        if (Done filed = file(sample); !filed) return filed;
        for (Move const& move : moves) {
            Done const done = move.who == "time" ? pass(move.act) : act(move);
            if (!done) return done;
            if (left_out_) break;
        }
        if (left_out_)
            if (Done done = pass("P31D"); !done) return done;
        return finish();
    }

private:
    Answered send(std::string_view method, std::string const& path, std::string const& key,
                  std::string const& act_as, std::string_view body,
                  std::string const& if_match = {}) {
        HeaderList headers = {{"Authorization", "Bearer " + key}};
        if (!if_match.empty()) headers.emplace_back("If-Match", if_match);
        if (!act_as.empty()) headers.emplace_back("Parley-Act-As", act_as);
        if (method == "POST") headers.emplace_back("Idempotency-Key", hex_of(random32()));
        auto answer = client_.send(method, path, headers, body);
        if (!answer) return fail(answer.error());
        auto json = parse_json(answer->body, {8UL * 1024 * 1024, 64, 200'000, 1024UL * 1024});
        if (!json)
            return fail(fmt::format("{} {} answered {} and no JSON", method, path, answer->status));
        etag_ = answer->header("etag");
        if (answer->status < 300) return std::move(*json);
        return fail(fmt::format("{} {} was refused with {} {}: {}", method, path, answer->status,
                                json->value("code", ""), json->value("detail", "")));
    }

    void line(std::string_view who, std::string_view what, std::string_view cites,
              std::string_view then) const {
        std::string const where = cites.empty() ? "" : fmt::format("  [{}]", cites);
        fmt::print("{}  {:<14} {:<20} {}{}\n", minutes_of(now_), who, what, then, where);
    }

    // "-> negotiation, due negotiation 2026-12-01 22:59" for what is new since the last step.
    std::string whither(Json const& dispute) {
        std::string text;
        std::string stage = dispute.value("stage", "");
        if (stage != stage_) text = fmt::format("-> {}", stage);
        stage_ = std::move(stage);
        std::set<std::string> open;
        if (auto const deadlines = dispute.find("deadlines"); deadlines != dispute.end())
            for (Json const& deadline : *deadlines) {
                std::string due = fmt::format("{} by {} UTC", deadline.value("name", ""),
                                              minutes_of(deadline.value("at", "")));
                if (!open_.contains(due))
                    text += fmt::format("{}{}", text.empty() ? "" : ", ", due);
                open.insert(std::move(due));
            }
        open_ = std::move(open);
        return text;
    }

    Answered look() {
        return send("GET", "/v1/disputes/" + dispute_, served_.keys.at("administrator"), "", "");
    }

    Done file(Sample sample) {
        Instant const start = SystemClock().now();
        now_ = text_of(start);
        auto clock = send("POST", "/v1/test/clocks", served_.keys.at("platform"), "",
                          Json{{"name", "parley demo"}, {"now", now_}}.dump());
        if (!clock) return std::unexpected(clock.error());
        clock_ = clock->value("id", "");
        auto filed = send("POST", "/v1/disputes", served_.keys.at("platform"), "",
                          filing_of(sample, start, TestClockId::parse(clock_)));
        if (!filed) return std::unexpected(filed.error());
        dispute_ = filed->value("id", "");
        for (Json const& party : filed->at("parties"))
            parties_[party.value("side", "")] = party.value("id", "");
        Json const& pinned = filed->at("procedure");
        procedure_ = procedures_.find(pinned.value("name", ""), pinned.value("version", 0));
        if (!procedure_)
            return fail(
                fmt::format("the server uses the procedure {}, which this program lacks; are they "
                            "the same version?",
                            pinned.value("name", "")));
        stage_ = procedure_->first().name;
        line("claimant", "file", cites_of("file"), whither(*filed));
        fmt::print("                  Track {}: {}\n", filed->value("track", ""), dispute_);
        return {};
    }

    std::string cites_of(std::string_view name) const {
        Stage const* stage = procedure_->stage(stage_);
        Step const* step = stage == nullptr ? nullptr : stage->step(name);
        if (step == nullptr) step = procedure_->step_anywhere(name);
        return step == nullptr ? std::string() : step->cites;
    }

    Done pass(std::string_view period) {
        auto advanced = send("POST", fmt::format("/v1/test/clocks/{}/advance", clock_),
                             served_.keys.at("platform"), "", Json{{"by", period}}.dump());
        if (!advanced) return std::unexpected(advanced.error());
        auto const days = parse_period(period).value_or(Period{});
        fmt::print("                  ... {} pass\n", words_of(days));
        if (auto const fired = advanced->find("fired"); fired != advanced->end())
            for (Json const& deadline : *fired) {
                now_ = deadline.value("at", "");
                std::string const step = deadline.value("step", "");
                line("(the clock)", step, cites_of(step),
                     fmt::format("-> {}", deadline.value("stage", "")));
                stage_ = deadline.value("stage", "");
            }
        now_ = advanced->value("now", now_);
        auto dispute = look();
        if (!dispute) return std::unexpected(dispute.error());
        if (std::string const then = whither(*dispute); !then.empty()) line("", "", "", then);
        return {};
    }

    // A consent that binds needs the party's own sign-in; the server makes one for who owns its folder.
    std::expected<std::string, Failure> own_key(std::string const& party) {
        if (auto known = own_keys_.find(party); known != own_keys_.end()) return known->second;
        KeyRequest request;
        request.kind = KeyKind::party;
        request.owner = party;
        auto const answer = ask_server(served_.data, json_of(request));
        if (!answer) return std::string();
        auto made = read_made_key(*answer);
        if (!made) return std::unexpected(made.error());
        return own_keys_[party] = made->text;
    }

    Done act(Move const& move) {
        Step const* step = procedure_->step_anywhere(move.act);
        std::string key;
        std::string act_as;
        std::string if_match;
        if (auto const party = parties_.find(move.who); party != parties_.end()) {
            key = served_.keys.at("platform");
            act_as = party->second;
            if (step != nullptr && step->verified_sign_in) {
                auto own = own_key(party->second);
                if (!own) return std::unexpected(own.error());
                if (own->empty()) {
                    fmt::print("                  {} {} needs the party's own sign-in, which this "
                               "server gives "
                               "its owner only; left out\n",
                               move.who, move.act);
                    left_out_ = true;
                    return {};
                }
                key = *own;
                act_as.clear();
            }
        } else {
            // Who decides for others says what they had read: the ETag of the dispute as they see it.
            key = served_.keys.at(std::string(move.who == "decider" ? "arbitrator" : move.who));
            auto seen = send("GET", "/v1/disputes/" + dispute_, key, "", "");
            if (!seen) return std::unexpected(seen.error());
            if_match = etag_;
        }
        std::string const cites = cites_of(move.act);
        auto dispute =
            send("POST", fmt::format("/v1/disputes/{}/actions/{}", dispute_, move.act), key, act_as,
                 with_neutrals(move.body, served_.mediator, served_.arbitrator), if_match);
        if (!dispute) return std::unexpected(dispute.error());
        line(move.who, move.act, cites, whither(*dispute));
        return {};
    }

    Done finish() {
        auto const dispute = look();
        if (!dispute) return std::unexpected(dispute.error());
        std::string const status = dispute->value("status", "");
        fmt::print("\nEnded: {} ({}).\n", status, dispute->value("stage", ""));
        if (status == "open")
            return fail(fmt::format("the dispute {} did not end; is the server of this version?",
                                    dispute_));
        return {};
    }

    Served const& served_;
    ProcedureLibrary const& procedures_;
    DemoClient client_;
    std::string dispute_, clock_, stage_, now_;
    std::string etag_;                                        // of the last answer
    std::map<std::string, std::string, std::less<>> parties_; // by side
    std::map<std::string, std::string> own_keys_;             // by party
    std::set<std::string> open_;
    std::shared_ptr<Procedure const> procedure_;
    bool left_out_ = false;
};

Done tell_both(Served const& served) {
    ProcedureLibrary const procedures = load_embedded_procedures();
    fmt::print("Parley at {}\n", served.url);
    Done const one =
        Telling(served, procedures)
            .tell("Track I: two businesses, catalogues that came too late, to an award",
                  Sample::printing, track_one_moves());
    if (!one) return one;
    return Telling(served, procedures)
        .tell("Track II: a consumer and a lamp that never came, to a recommendation", Sample::lamp,
              track_two_moves());
}

Done run_with_own_server() {
    ScratchFolder const scratch;
    std::string const ready = scratch.path() + "/ready.json";
    auto child = Child::start({"/proc/self/exe", "dev", "--port", "0", "--data",
                               scratch.path() + "/data", "--empty", "--ready-file", ready});
    if (!child) return std::unexpected(child.error());
    auto const text = child->wait_for_file(ready, std::chrono::seconds(60));
    if (!text) return std::unexpected(text.error());
    auto const served = read_ready(*text);
    if (!served) return std::unexpected(served.error());
    Done const told = tell_both(*served);
    child->signal(SIGTERM);
    child->wait(std::chrono::seconds(30));
    return told;
}

} // namespace

Done run_demo(DemoOptions const& options) {
    if (options.url.empty()) return run_with_own_server();
    auto const text = read_file(options.ready_file);
    if (!text) return fail(fmt::format("cannot read {}; is that where it is?", options.ready_file));
    auto served = read_ready(*text);
    if (!served) return std::unexpected(served.error());
    served->url = options.url;
    return tell_both(*served);
}

} // namespace parley::app

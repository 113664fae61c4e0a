#include "api/app/telling.hpp"

#include "api/app/control.hpp"
#include "api/app/people.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace parley::app {

namespace {

constexpr std::size_t margin = 18; // under the step, right of the time
constexpr std::size_t width = 100;

std::string minutes_of(std::string_view instant) { // 2026-11-21T10:00:00Z -> 2026-11-21 10:00
    std::string text(instant.substr(0, std::min<std::size_t>(instant.size(), 16)));
    if (text.size() > 10) text[10] = ' ';
    return text;
}

std::string due_of(Json const& deadline) {
    return fmt::format("{} by {} UTC", deadline.value("name", ""),
                       minutes_of(deadline.value("at", "")));
}

void print_below(std::string_view text) {
    while (!text.empty()) {
        std::size_t end = text.size();
        if (end > width - margin) {
            std::size_t const blank = text.rfind(' ', width - margin);
            if (blank != std::string_view::npos) end = blank;
        }
        fmt::print("{:{}}{}\n", "", margin, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

} // namespace

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

Done Telling::tell(std::string_view title, Sample sample, std::span<Move const> moves) {
    fmt::print("\n{}\n\n", title);
    if (Done listening = listen(); !listening) return listening;
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

Telling::Answered Telling::send(std::string_view method, std::string const& path,
                                std::string const& key, std::string const& act_as,
                                std::string_view body, std::string const& if_match) {
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

Telling::Led Telling::led_by(Json const& dispute) {
    Led led;
    if (std::string stage = dispute.value("stage", ""); stage != stage_)
        led.stage = std::move(stage);
    std::set<std::string> open;
    if (auto const deadlines = dispute.find("deadlines"); deadlines != dispute.end())
        for (Json const& deadline : *deadlines) {
            std::string due = due_of(deadline);
            if (!open_.contains(due)) led.deadlines.push_back(deadline);
            open.insert(std::move(due));
        }
    open_ = std::move(open);
    return led;
}

Step const* Telling::step_of(std::string_view name) const {
    Stage const* stage = procedure_->stage(stage_);
    Step const* step = stage == nullptr ? nullptr : stage->step(name);
    return step == nullptr ? procedure_->step_anywhere(name) : step;
}

void Telling::say(std::string_view who, std::string_view step, Led const& led) {
    Step const* const known = step_of(step);
    std::string const cites =
        known == nullptr || known->cites.empty() ? "" : fmt::format("  [{}]", known->cites);
    std::string then = led.stage.empty() ? "" : "-> " + led.stage;
    if (manner_ == Manner::brief)
        for (Json const& deadline : led.deadlines)
            then += (then.empty() ? "" : ", ") + due_of(deadline);
    fmt::print("{}  {:<14} {:<20} {}{}\n", minutes_of(now_), who, step, then, cites);
    if (manner_ == Manner::explained) {
        if (known != nullptr) print_below(known->means);
        say_deadlines(led);
    }
    if (!led.stage.empty()) stage_ = led.stage; // only now: steps are found where they are taken
}

void Telling::say_deadlines(Led const& led) const {
    if (manner_ == Manner::brief) {
        std::string due;
        for (Json const& deadline : led.deadlines)
            due += (due.empty() ? "" : ", ") + due_of(deadline);
        if (!due.empty()) print_below(due);
        return;
    }
    for (Json const& deadline : led.deadlines)
        print_below(fmt::format("* {}; when it passes: {}", due_of(deadline),
                                deadline.at("then").value("means", "")));
}

Telling::Answered Telling::look() {
    return send("GET", "/v1/disputes/" + dispute_, served_.keys.at("administrator"), "", "");
}

Done Telling::file(Sample sample) {
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
    say("claimant", "file", led_by(*filed));
    print_below(fmt::format("Track {}: {}", filed->value("track", ""), dispute_));
    if (manner_ == Manner::explained)
        for (Json const& reason : filed->at("resolution").at("because"))
            print_below(
                fmt::format("{} ({})", reason.value("rule", ""), reason.value("cites", "")));
    return {};
}

Done Telling::pass(std::string_view period) {
    auto advanced = send("POST", fmt::format("/v1/test/clocks/{}/advance", clock_),
                         served_.keys.at("platform"), "", Json{{"by", period}}.dump());
    if (!advanced) return std::unexpected(advanced.error());
    print_below(fmt::format("... {} pass", words_of(parse_period(period).value_or(Period{}))));
    if (auto const fired = advanced->find("fired"); fired != advanced->end())
        for (Json const& deadline : *fired) {
            now_ = deadline.value("at", "");
            std::string const stage = deadline.value("stage", "");
            say("(the clock)", deadline.value("step", ""), {stage == stage_ ? "" : stage, {}});
        }
    now_ = advanced->value("now", now_);
    auto dispute = look();
    if (!dispute) return std::unexpected(dispute.error());
    say_deadlines(led_by(*dispute));
    return {};
}

// A consent that binds needs the party's own sign-in; the server makes one for who owns its folder.
std::expected<std::string, Failure> Telling::own_key(std::string const& party) {
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

Done Telling::act(Move const& move) {
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
                print_below(fmt::format("{} {} needs the party's own sign-in, which this server "
                                        "gives its owner only; left out",
                                        move.who, move.act));
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
    std::string body = with_neutrals(move.body, served_.mediator, served_.arbitrator);
    if (step != nullptr && step->does == Behaviour::accept_outcome) {
        // Who accepts names the very text that the dispute shows.
        auto seen = send("GET", "/v1/disputes/" + dispute_, key, act_as, "");
        if (!seen) return std::unexpected(seen.error());
        auto const outcome = seen->find("outcome");
        if (outcome != seen->end() && outcome->is_object())
            body = Json{{"text_sha256", outcome->value("text_sha256", "")}}.dump();
    }
    auto dispute = send("POST", fmt::format("/v1/disputes/{}/actions/{}", dispute_, move.act), key,
                        act_as, body, if_match);
    if (!dispute) return std::unexpected(dispute.error());
    say(move.who, move.act, led_by(*dispute));
    return {};
}

// A refusal of the address is the operator's decision, not a fault: then the story goes on without.
Done Telling::listen() {
    if (receiver_ == nullptr) return {};
    auto made = send("POST", "/v1/webhook_endpoints", served_.keys.at("platform"), "",
                     Json{{"url", receiver_->url()}}.dump());
    if (!made) {
        fmt::print("(No webhooks: {}.)\n\n", made.error().line);
        return {};
    }
    webhook_secret_ = made->value("secret", "");
    return {};
}

Done Telling::tell_of_webhooks() {
    if (webhook_secret_.empty()) return {};
    auto const docket = send("GET", fmt::format("/v1/disputes/{}/events?limit=100", dispute_),
                             served_.keys.at("platform"), "", "");
    if (!docket) return std::unexpected(docket.error());
    std::size_t const events = docket->at("data").size();
    auto const messages =
        receiver_->wait_for(dispute_, events, webhook_secret_, std::chrono::seconds(20));
    auto const verified = std::ranges::count(messages, true, &WebhookReceiver::Message::verified);
    fmt::print("Webhooks: of {} events {} were told, {} with a signature that fits; the first was "
               "{}, the last {}.\n",
               events, messages.size(), verified, messages.empty() ? "none" : messages.front().type,
               messages.empty() ? "none" : messages.back().type);
    if (messages.size() < events || static_cast<std::size_t>(verified) < messages.size())
        return fail("a webhook is missing, or its signature does not fit");
    return {};
}

Done Telling::finish() {
    auto const dispute = look();
    if (!dispute) return std::unexpected(dispute.error());
    std::string const status = dispute->value("status", "");
    std::string const stage = dispute->value("stage", "");
    fmt::print("\nEnded: {} ({}).", status, stage);
    if (Stage const* last = procedure_->stage(stage); last != nullptr)
        fmt::print(" {}", last->means);
    fmt::print("\n");
    if (status == "open")
        return fail(
            fmt::format("the dispute {} did not end; is the server of this version?", dispute_));
    return tell_of_webhooks();
}

} // namespace parley::app

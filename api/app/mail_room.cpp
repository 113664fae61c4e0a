#include "api/app/mail_room.hpp"

#include "api/app/child.hpp"
#include "api/app/files.hpp"
#include "api/app/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>

namespace parley::app {
namespace net = boost::asio;
namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_every{1000};
constexpr milliseconds child_every{20};
constexpr int child_looks = 3000; // a minute
constexpr std::int64_t again_us = 30 * us_per_second;
constexpr std::int64_t lease_us = 120 * us_per_second;
constexpr std::size_t page = 100;
constexpr std::string_view kind = "sign_in_code";
constexpr char const* first_of_kind = "sgn_"; // rows are named by what they tell of

// The message that takes a code to a party (RFC 5322), as a mail program wants it.
std::string code_message(std::string_view from, std::string_view to, SignIn const& sign_in,
                         std::string_view code, Instant now) {
    auto const utc = [](Instant at) {
        return fmt::gmtime(static_cast<std::time_t>(at.us / us_per_second));
    };
    return fmt::format("From: {}\n"
                       "To: {}\n"
                       "Subject: {} is your code\n"
                       "Date: {:%a, %d %b %Y %H:%M:%S} +0000\n"
                       "Message-ID: <{}@{}>\n"
                       "Auto-Submitted: auto-generated\n"
                       "MIME-Version: 1.0\n"
                       "Content-Type: text/plain; charset=utf-8\n"
                       "\n"
                       "Someone, most likely you, wants to sign in to dispute {}.\n"
                       "\n"
                       "    Your code: {}\n"
                       "\n"
                       "It is good once, until {:%H:%M} UTC on {:%d %B %Y}."
                       " Enter it only on a page that you opened\n"
                       "yourself, and give it to nobody."
                       " If it was not you, do nothing: without the code nobody gets in.\n",
                       from, to, code, utc(now), sign_in.id.text(), from.substr(from.find('@') + 1),
                       sign_in.dispute.text(), code, utc(sign_in.expires_at),
                       utc(sign_in.expires_at));
}

} // namespace

MailRoom::MailRoom(net::io_context& io, Engine& engine, Options options)
    : engine_(engine), options_(std::move(options)), io_(io), timer_(io) {}

void MailRoom::start() {
    if (options_.door.program.empty()) return;
    net::co_spawn(io_, work(), net::detached);
}

void MailRoom::stop() {
    over_ = true;
    timer_.cancel();
}

net::awaitable<void> MailRoom::work() {
    while (!over_) {
        try {
            co_await look();
        } catch (std::exception const& error) {
            log_line("warning", fmt::format("the outbox cannot be worked: {}", error.what()));
        }
        co_await wait(look_every);
    }
}

net::awaitable<void> MailRoom::wait(milliseconds how_long) {
    if (over_) co_return;
    timer_.expires_after(how_long);
    co_await timer_.async_wait(net::as_tuple(net::use_awaitable));
}

net::awaitable<void> MailRoom::look() {
    std::string after = first_of_kind;
    while (!over_) {
        auto const rows =
            co_await engine_.read([&](Reader& reader) { return reader.outbox(after, page); });
        std::vector<std::string> done;
        for (OutboxRow const& row : rows) {
            if (over_ || row.kind != kind) break;
            if (co_await see_to(row)) done.push_back(row.id);
        }
        for (std::string const& id : done) next_try_.erase(id);
        if (!done.empty())
            co_await engine_.write([&](Journal& journal) { journal.delete_outbox(done); }, false);
        if (rows.size() < page || rows.back().kind != kind) co_return;
        after = rows.back().id;
    }
}

net::awaitable<bool> MailRoom::see_to(OutboxRow const& row) {
    Instant const now = engine_.clock().now();
    auto const id = SignInId::parse(row.event);
    if (!id) co_return true;
    auto const sign_in =
        co_await engine_.read([&](Reader& reader) { return reader.party_access().sign_in(*id); });
    if (!sign_in || sign_in->used_at || sign_in->expires_at < now) co_return true;
    EntryPtr const entry = co_await engine_.find(row.dispute);
    if (!entry || !entry->state.live) co_return true;
    if (auto const next = next_try_.find(row.id); next != next_try_.end() && now < next->second)
        co_return false;
    if (!co_await is_ours(now)) co_return false;

    Side const side =
        entry->state.party(Side::claimant).id == sign_in->party ? Side::claimant : Side::respondent;
    std::string const to = options_.address_of(*entry, side);
    bool sent = false;
    if (to.empty())
        log_line("warning", fmt::format("{} has no address for its code", row.addressee));
    else
        sent = co_await hand_over(
            code_message(options_.door.from, to, *sign_in, options_.code_of(*id), now));
    if (!sent) next_try_[row.id] = now + again_us;
    co_return sent;
}

net::awaitable<bool> MailRoom::is_ours(Instant now) {
    bool ours = false;
    co_await engine_.write(
        [&](Journal& journal) {
            ours = journal.take_lease("mail", options_.node, now, now + lease_us);
        },
        false);
    co_return ours;
}

net::awaitable<bool> MailRoom::hand_over(std::string const& message) {
    std::string const path = options_.folder + "/outgoing.eml";
    std::string const said = options_.folder + "/outgoing.log";
    std::error_code ignored;
    std::filesystem::remove(said, ignored);
    write_private_file(path, message);
    int code = -1;
    {
        auto child = Child::start(options_.door.program, {}, said, path);
        if (!child) {
            log_line("warning", child.error().line);
        } else {
            for (int looks = 0; code == -1 && looks < child_looks && !over_; ++looks) {
                code = child->wait(milliseconds(0));
                if (code == -1) co_await wait(child_every);
            }
        }
    } // a program that hangs is ended here
    if (code != 0 && !over_)
        log_line("warning",
                 fmt::format("{} did not take a message ({}): {}", options_.door.program.front(),
                             code == -1 ? std::string("no end") : fmt::format("exit {}", code),
                             read_file(said).value_or("").substr(0, 200)));
    std::filesystem::remove(path, ignored); // the code is for one pair of eyes
    std::filesystem::remove(said, ignored);
    co_return code == 0;
}

} // namespace parley::app

#include "api/http/wire.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace parley::fuzz {

namespace {

using http::Wire;

constexpr std::size_t body_max = 1000;
constexpr std::size_t messages_max = 100;

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

std::string text_of(http::Head const& head) {
    std::string out = fmt::format("{} {} {} {} {}\n", name_of(head.method), head.head_only,
                                  head.path, head.version, head.keep_alive);
    for (http::QueryPair const& pair : head.query)
        out += fmt::format("{}={}\n", pair.name, pair.value);
    for (std::size_t i = 0; i < head.fields.size(); ++i)
        out += fmt::format("{}: {}\n", head.fields.at(i).name, head.fields.at(i).value);
    return out;
}

// One connection that receives at most `piece` bytes at a time.
class Connection {
public:
    Connection(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}

    // What was understood of the bytes, as text.
    std::string run() {
        for (std::size_t i = 0; i < messages_max; ++i) {
            if (!read_message()) return std::move(told_);
            wire_.next();
        }
        return std::move(told_);
    }

private:
    bool read_message() {
        if (!progress([this] { return wire_.read_head(); })) return false;
        http::Head const head = wire_.take_head();
        for (std::size_t i = 0; i < head.fields.size(); ++i)
            expect(!has_control(head.fields.at(i).value), "a field holds a control character");
        expect(head.path.starts_with('/'), "a path does not start at the root");
        told_ += text_of(head);
        if (!wire_.has_body()) return true;
        bool const allow_chunked = head.method == http::Method::post;
        if (auto fault = wire_.begin_body({body_max, allow_chunked})) return refused(*fault);
        if (!progress([this] { return wire_.read_body(); })) return false;
        std::string const body = wire_.take_body();
        expect(body.size() <= body_max, "a body is larger than the plan");
        told_ += fmt::format("body {} {}\n", body.size(), body);
        return true;
    }

    // Feeds until there is a message or an end: of the bytes, or of the connection.
    template <class Read>
    bool progress(Read const& read) {
        for (;;) {
            Wire::Progress const now = read();
            if (now == Wire::Progress::done) return true;
            if (now == Wire::Progress::refused) return refused(wire_.fault());
            if (rest_.empty()) {
                told_ += "more\n";
                return false;
            }
            auto const room = wire_.prepare();
            expect(!room.empty(), "no room for the bytes that are needed");
            std::size_t const n = std::min({room.size(), rest_.size(), piece_});
            std::copy_n(rest_.begin(), n, room.begin());
            wire_.commit(n);
            rest_.remove_prefix(n);
        }
    }

    bool refused(http::GateFault const& fault) {
        expect(fault.status >= 400 && fault.status < 600, "a refusal has no status of an error");
        expect(!fault.code.empty() && !fault.detail.empty(), "a refusal says nothing");
        told_ += fmt::format("refused {} {}\n", fault.status, fault.code);
        return false;
    }

    http::HostList hosts_;
    Wire wire_{hosts_};
    std::string_view rest_;
    std::size_t piece_;
    std::string told_;
};

std::string percent_encoded(std::string_view text, std::string_view bare) {
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || bare.contains(c);
        if (plain) out += c;
        else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

} // namespace

// How the bytes were cut into packets must never change what they mean.
void wire(std::string_view bytes) {
    std::string const whole = Connection(bytes, bytes.size()).run();
    std::string const dripped = Connection(bytes, 1).run();
    expect(whole == dripped,
           fmt::format("whole, the bytes say\n{}byte by byte they say\n{}", whole, dripped));
    std::string const cut = Connection(bytes, 7).run();
    expect(whole == cut, "in pieces of seven the bytes say something else");
}

void target(std::string_view bytes) {
    auto const read = http::parse_target(bytes);
    if (!read) {
        expect(read.error().status == 400 || read.error().status == 414, "an unexpected status");
        return;
    }
    expect(read->path.starts_with('/'), "a path does not start at the root");
    expect(!has_control(read->path) && !read->path.contains('\\'), "a path holds what it may not");
    for (std::string_view const piece : {"//", "/./", "/../"})
        expect(!read->path.contains(piece), "a path is not in its one spelling");
    expect(!read->path.ends_with("/.") && !read->path.ends_with("/.."), "a path ends in dots");

    // Written anew it says the same.
    std::string text = percent_encoded(read->path, "-._~!$&'()*+,;=:@/");
    char mark = '?';
    for (http::QueryPair const& pair : read->query) {
        text += mark;
        text += percent_encoded(pair.name, "-._~") + '=' + percent_encoded(pair.value, "-._~");
        mark = '&';
    }
    auto const again = http::parse_target(text, {.bytes_max = 4 * bytes.size() + 100});
    expect(again.has_value(), "a target that was read cannot be written: " + text);
    expect(*again == *read, "a target written anew says something else: " + text);
}

} // namespace parley::fuzz

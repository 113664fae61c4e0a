#include "api/http/write_head.hpp"

#include "api/http/problem.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace parley::http {

namespace {

// What the server writes itself; a handler's word on these is not heard.
constexpr std::array<std::string_view, 7> own_fields = {
    "Date",       "Content-Length",        "Connection", "Transfer-Encoding", "Request-Id",
    "Keep-Alive", "X-Content-Type-Options"};

bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_control(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

bool is_writable(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, is_token_char) &&
           std::ranges::none_of(
               own_fields, [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

void append_value(std::string& out, std::string_view value) {
    if (std::ranges::none_of(value, is_control)) {
        out += value;
        return;
    }
    for (char const c : value)
        if (!is_control(c)) out += c;
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end.ptr);
}

} // namespace

void append_response_head(std::string& out, Response const& response, HeadFacts const& facts) {
    out += "HTTP/1.1 ";
    append_number(out, response.status);
    out += ' ';
    out += reason_of(response.status);
    out += "\r\nDate: ";
    out += facts.date;
    switch (facts.framing) {
    case Framing::counted:
        out += "\r\nContent-Length: ";
        append_number(out, facts.body_bytes);
        break;
    case Framing::chunked: out += "\r\nTransfer-Encoding: chunked"; break;
    case Framing::until_close:
    case Framing::none: break;
    }
    bool caching_said = false;
    for (Header const& header : response.headers) {
        if (!is_writable(header.name)) continue;
        caching_said = caching_said || equal_ignoring_case(header.name, "Cache-Control");
        out += "\r\n";
        out += header.name;
        out += ": ";
        append_value(out, header.value);
    }
    if (!caching_said) out += "\r\nCache-Control: no-store";
    out += "\r\nX-Content-Type-Options: nosniff\r\nRequest-Id: ";
    append_value(out, facts.request_id);
    if (!facts.keep_alive) out += "\r\nConnection: close";
    else if (facts.says_keep_alive) out += "\r\nConnection: keep-alive";
    out += "\r\n\r\n";
}

std::string_view DateText::at(std::time_t now) {
    if (now == second_) return text_;
    using namespace std::chrono;
    constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    sys_seconds const instant{seconds(now)};
    sys_days const day = floor<std::chrono::days>(instant);
    year_month_day const date{day};
    hh_mm_ss const time{instant - day};
    text_ =
        fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[weekday(day).c_encoding()],
                    static_cast<unsigned>(date.day()),
                    months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                    time.hours().count(), time.minutes().count(), time.seconds().count());
    second_ = now;
    return text_;
}

} // namespace parley::http

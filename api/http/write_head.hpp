#pragma once

#include "api/http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace parley::http {

// How the bytes of an answer end.
enum class Framing : std::uint8_t { counted, chunked, until_close, none };

struct HeadFacts {
    Framing framing = Framing::counted;
    std::size_t body_bytes = 0; // what GET would send, also for HEAD
    bool keep_alive = true;
    bool says_keep_alive = false; // HTTP/1.0 wants it said
    std::string_view date = {};
    std::string_view request_id = {};
};

// Appends the status line and the header section with the empty line that ends it. Nothing that a
// handler put into a field can end a line: control characters are left out of values, and a field
// whose name is not a token is left out whole.
void append_response_head(std::string& out, Response const& response, HeadFacts const& facts);

// The Date of RFC 9110 §5.6.7, made once a second.
class DateText {
public:
    std::string_view at(std::time_t now);

private:
    std::time_t second_ = -1;
    std::string text_;
};

} // namespace parley::http

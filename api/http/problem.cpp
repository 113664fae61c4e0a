#include "api/http/problem.hpp"

#include "engine/base/blockers.hpp"
#include "engine/base/json.hpp"

namespace parley::http {

namespace {

Response finish(unsigned status, std::string document) {
    return text_response(status, "application/problem+json", std::move(document));
}

// The members that every problem has, in the order in which people read them.
void begin(JsonWriter& json, unsigned status, std::string_view code, std::string_view title,
           std::string_view detail, std::string_view request_id) {
    std::string type = "/problems/";
    type += code;
    json.begin_object();
    json.member("type", type);
    json.member("title", title);
    json.member("status", status);
    json.member("detail", detail.empty() ? title : detail);
    json.member("instance", request_id);
    json.member("code", code);
}

} // namespace

unsigned status_of(RefusalKind kind) {
    switch (kind) {
    case RefusalKind::malformed: return 400;
    case RefusalKind::unauthenticated: return 401;
    case RefusalKind::forbidden: return 403;
    case RefusalKind::unknown: return 404;
    case RefusalKind::conflict: return 409;
    case RefusalKind::stale: return 412;
    case RefusalKind::condition_required: return 428;
    case RefusalKind::too_large: return 413;
    case RefusalKind::unsupported: return 415;
    case RefusalKind::invalid: return 422;
    case RefusalKind::unavailable: return 503;
    }
    return 500;
}

Response problem(Refusal const& refusal, std::string const& request_id,
                 std::chrono::seconds retry_after) {
    RefusalKind const kind = kind_of(refusal.code);
    unsigned const status = status_of(kind);
    std::string document;
    JsonWriter json(document);
    begin(json, status, name_of(refusal.code), title_of(refusal.code), refusal.detail, request_id);
    if (!refusal.errors.empty()) {
        json.key("errors").begin_array();
        for (FieldError const& error : refusal.errors) {
            json.begin_object();
            json.member("pointer", error.pointer);
            json.member("code", name_of(error.code));
            json.member("detail", error.detail);
            json.end_object();
        }
        json.end_array();
    }
    bool const refused_act =
        kind == RefusalKind::conflict || !refusal.blocked_by.empty() || !refusal.allowed.empty();
    if (refused_act) {
        json.key("blocked_by");
        write(json, refusal.blocked_by);
        json.key("allowed").begin_array();
        for (std::string const& act : refusal.allowed) json.value(act);
        json.end_array();
    }
    json.end_object();

    Response response = finish(status, std::move(document));
    if (kind == RefusalKind::unauthenticated) response.set("WWW-Authenticate", "Bearer");
    if (kind == RefusalKind::unavailable)
        response.set("Retry-After", std::to_string(retry_after.count()));
    return response;
}

Response problem(unsigned status, std::string_view code, std::string_view detail,
                 std::string const& request_id) {
    std::string document;
    JsonWriter json(document);
    begin(json, status, code, reason_of(status), detail, request_id);
    json.end_object();
    Response response = finish(status, std::move(document));
    if (status == 503) response.set("Retry-After", "1");
    return response;
}

Response problem(GateFault const& fault, std::string const& request_id) {
    Response response = problem(fault.status, fault.code, fault.detail, request_id);
    if (fault.status == 405) response.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    response.close = true;
    return response;
}

std::string_view reason_of(unsigned status) {
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unnamed";
    }
}

} // namespace parley::http

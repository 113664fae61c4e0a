#include "api/http/message.hpp"

#include <array>

namespace parley::http {

namespace {

constexpr std::array<std::string_view, method_count> method_names = {"GET",   "POST",   "PUT",
                                                                     "PATCH", "DELETE", "OPTIONS"};

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} // namespace

std::string_view name_of(Method method) { return method_names[static_cast<std::size_t>(method)]; }

std::optional<Method> parse_method(std::string_view name) {
    for (std::size_t i = 0; i < method_names.size(); ++i)
        if (method_names[i] == name) return static_cast<Method>(i);
    return std::nullopt;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

void Fields::reserve(std::size_t bytes, std::size_t fields) {
    block_.reserve(bytes);
    spans_.reserve(fields);
}

void Fields::add(std::string_view name, std::string_view value) {
    spans_.push_back({static_cast<std::uint32_t>(block_.size()),
                      static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
    block_ += name;
    block_ += value;
}

void Fields::clear() {
    block_.clear();
    spans_.clear();
}

Fields::Field Fields::at(std::size_t index) const {
    Span const& span = spans_[index];
    std::string_view const block = block_;
    return {block.substr(span.at, span.name_length),
            block.substr(span.at + span.name_length, span.value_length)};
}

std::size_t Fields::count(std::string_view name) const {
    std::size_t found = 0;
    for (std::size_t i = 0; i < size(); ++i)
        if (equal_ignoring_case(at(i).name, name)) ++found;
    return found;
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (std::size_t i = 0; i < size(); ++i) {
        if (spans_[i].name_length != name.size()) continue;
        Field const field = at(i);
        if (equal_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
}

std::string const* Head::parameter(std::string_view name) const {
    for (QueryPair const& pair : query)
        if (pair.name == name) return &pair.value;
    return nullptr;
}

Response& Response::set(std::string_view name, std::string value) & {
    for (Header& header : headers) {
        if (!equal_ignoring_case(header.name, name)) continue;
        header.value = std::move(value);
        return *this;
    }
    headers.push_back({std::string(name), std::move(value)});
    return *this;
}

std::string const* Response::header(std::string_view name) const {
    for (Header const& header : headers)
        if (equal_ignoring_case(header.name, name)) return &header.value;
    return nullptr;
}

std::string_view Response::text() const {
    if (auto const* own = std::get_if<std::string>(&body)) return *own;
    if (auto const* shared = std::get_if<SharedText>(&body); shared && *shared) return **shared;
    return {};
}

Response text_response(unsigned status, std::string content_type, std::string body) {
    Response response;
    response.status = status;
    response.headers.reserve(2);
    response.headers.push_back({"Content-Type", std::move(content_type)});
    response.body = std::move(body);
    return response;
}

Response json_response(unsigned status, std::string body) {
    return text_response(status, "application/json", std::move(body));
}

Response shared_response(unsigned status, std::string content_type, SharedText body) {
    Response response = text_response(status, std::move(content_type), {});
    response.body = std::move(body);
    return response;
}

Response event_response(std::shared_ptr<EventSource> source) {
    Response response = text_response(200, "text/event-stream", {});
    response.body = std::move(source);
    return response;
}

Response empty_response(unsigned status) {
    Response response;
    response.status = status;
    return response;
}

} // namespace parley::http

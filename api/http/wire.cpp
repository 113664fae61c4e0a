// The only file that includes Beast.
#include "api/http/wire.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace parley::http {

namespace {

namespace beast = boost::beast;

constexpr std::size_t receive_bytes = 4096;

// What ends a chunked body at the least: `0`, CRLF, CRLF. Beast aborts the program when a last chunk
// whose first line it has already seen comes back with fewer bytes than that.
constexpr std::size_t chunked_end_bytes = 5;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// Beast's grammar with our own hands: fields go into one block, trailers go nowhere, the body goes
// straight into the string that the handler gets.
class Parser final : public beast::http::basic_parser<true> {
public:
    Parser(Fields& fields, std::string& body, std::size_t chunks_max)
        : fields_(fields), body_(body), chunks_left_(chunks_max) {
        // Our own limits are asked before a byte of the body is read.
        body_limit(boost::none);
    }

    std::string_view method; // views of the buffer, valid until the head is consumed
    std::string_view target;
    unsigned version = 11;
    std::size_t body_max = 0;

private:
    using Code = beast::error_code;

    void on_request_impl(beast::http::verb, beast::string_view method_text,
                         beast::string_view target_text, int version_number, Code&) override {
        method = view(method_text);
        target = view(target_text);
        version = static_cast<unsigned>(version_number);
    }
    void on_response_impl(int, beast::string_view, int, Code&) override {}
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       Code&) override {
        if (!in_body_) fields_.add(view(name), view(value));
    }
    void on_header_impl(Code&) override { in_body_ = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, Code&) override {}
    std::size_t on_body_impl(beast::string_view bytes, Code& code) override {
        return take(bytes, code);
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, Code& code) override {
        if (chunks_left_ == 0) code = beast::http::error::body_limit;
        else --chunks_left_;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, Code& code) override {
        return take(bytes, code);
    }
    void on_finish_impl(Code&) override {}

    std::size_t take(beast::string_view bytes, Code& code) {
        if (bytes.size() > body_max - body_.size()) {
            code = beast::http::error::body_limit;
            return 0;
        }
        body_.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    Fields& fields_;
    std::string& body_;
    std::size_t chunks_left_;
    bool in_body_ = false;
};

GateFault fault_of(beast::error_code const& code) {
    using beast::http::error;
    if (code == error::bad_version)
        return {505, "bad_version", "This server speaks HTTP/1.1 and HTTP/1.0."};
    if (code == error::bad_content_length || code == error::multiple_content_length)
        return {400, "bad_content_length", "The length of the body is not one plain number."};
    if (code == error::bad_transfer_encoding)
        return {400, "bad_transfer_encoding", "The framing of the body is ambiguous."};
    if (code == error::body_limit || code == error::buffer_overflow)
        return {413, "too_large", "The body is too large."};
    if (code == error::header_limit)
        return {431, "head_too_large", "The header section is too large."};
    if (code == error::bad_chunk || code == error::bad_chunk_extension)
        return {400, "bad_chunk", "The chunks of the body are malformed."};
    if (code == error::bad_target)
        return {400, "bad_target", "The request target holds a character that it may not hold."};
    if (code == error::bad_method) return {400, "bad_request_line", "The method is not a token."};
    return {400, "bad_request", "The request is not well-formed HTTP."};
}

} // namespace

class Wire::Impl {
public:
    Impl(HostList const& hosts, WireLimits const& limits)
        : hosts_(hosts), limits_(limits), buffer_(limits.buffer_max), scan_(limits.head) {
        restart();
    }

    std::span<char> prepare() {
        std::size_t const room = buffer_.max_size() - buffer_.size();
        // A head is small; a body is read in as large pieces as the buffer allows.
        std::size_t const wanted = in_body_ ? room : std::max(receive_bytes, free_now());
        auto const space = buffer_.prepare(std::min(room, wanted));
        return {static_cast<char*>(space.data()), space.size()};
    }
    void commit(std::size_t bytes) { buffer_.commit(bytes); }
    bool has_bytes() const { return buffer_.size() != 0; }

    Progress read_head() {
        std::string_view const bytes = received();
        switch (scan_.scan(bytes)) {
        case HeadScan::State::need_more: return Progress::need_more;
        case HeadScan::State::refused: return refused(scan_.fault());
        case HeadScan::State::complete: break;
        }
        head_ = Head{};
        head_.fields.reserve(scan_.size(), scan_.field_count());
        body_.clear();
        parser_.emplace(head_.fields, body_, limits_.chunks_max);
        beast::error_code code;
        std::size_t const used = parser_->put({bytes.data(), scan_.size()}, code);
        if (code) return refused(fault_of(code));
        if (used != scan_.size() || !parser_->is_header_done() ||
            scan_.field_count() != head_.fields.size())
            return refused({400, "ambiguous_head", "The head can be read in two ways."});

        if (auto fault = check_fields({parser_->method, parser_->version}, head_.fields, hosts_))
            return refused(*fault);
        auto target = parse_target(parser_->target, limits_.target);
        if (!target) return refused(target.error());

        head_.head_only = parser_->method == "HEAD";
        head_.method = head_.head_only ? Method::get : *parse_method(parser_->method);
        head_.path = std::move(target->path);
        head_.query = std::move(target->query);
        head_.duplicate_parameter = std::move(target->duplicate);
        head_.version = parser_->version;
        head_.keep_alive = parser_->keep_alive();
        expects_continue_ = parser_->version == 11 && head_.fields.find("Expect").has_value();
        buffer_.consume(used);
        return Progress::done;
    }

    // A client that has already begun to send its body no longer waits for leave.
    bool expects_continue() const { return expects_continue_ && has_body() && buffer_.size() == 0; }
    bool has_body() const { return !parser_->is_done(); }
    Head take_head() { return std::move(head_); }

    std::optional<GateFault> begin_body(BodyPlan const& plan) {
        if (!has_body()) return std::nullopt;
        if (parser_->chunked() && !plan.allow_chunked)
            return GateFault{411, "length_required", "This request needs a Content-Length."};
        std::uint64_t const announced = parser_->content_length().value_or(0);
        if (announced > plan.bytes_max)
            return GateFault{413, "too_large", "The body is larger than this request may have."};
        // No more than the first pieces on the client's word alone.
        body_.reserve(std::min(static_cast<std::size_t>(announced), limits_.buffer_max));
        parser_->body_max = plan.bytes_max;
        parser_->eager(true);
        in_body_ = true;
        return std::nullopt;
    }

    Progress read_body() {
        while (has_body() && buffer_.size() != 0) {
            if (last_chunk_seen_ && buffer_.size() < chunked_end_bytes) return Progress::need_more;
            beast::error_code code;
            std::size_t const used = parser_->put({buffer_.data().data(), buffer_.size()}, code);
            buffer_.consume(used);
            received_ += used;
            if (code == beast::http::error::need_more) {
                std::string_view const left = received();
                last_chunk_seen_ = used == 0 && left.starts_with('0') && left.contains("\r\n");
                if (buffer_.size() < buffer_.max_size()) return Progress::need_more;
                return refused(
                    {413, "too_large", "The body is larger than this request may have."});
            }
            if (code) return refused(fault_of(code));
        }
        return has_body() ? Progress::need_more : Progress::done;
    }

    std::size_t body_received() const { return received_; }
    std::string take_body() { return std::move(body_); }
    GateFault const& fault() const { return fault_; }

    void restart() {
        scan_.restart();
        received_ = 0;
        expects_continue_ = false;
        in_body_ = false;
        last_chunk_seen_ = false;
        if (buffer_.size() == 0) buffer_.clear();
    }

private:
    std::size_t free_now() const { return buffer_.capacity() - buffer_.size(); }
    std::string_view received() const {
        return {static_cast<char const*>(buffer_.cdata().data()), buffer_.size()};
    }
    Progress refused(GateFault fault) {
        fault_ = fault;
        return Progress::refused;
    }

    HostList const& hosts_;
    WireLimits limits_;
    beast::flat_buffer buffer_;
    HeadScan scan_;
    std::optional<Parser> parser_;
    Head head_;
    std::string body_;
    std::size_t received_ = 0;
    bool expects_continue_ = false;
    bool in_body_ = false;
    bool last_chunk_seen_ = false;
    GateFault fault_;
};

Wire::Wire(HostList const& hosts, WireLimits const& limits)
    : impl_(std::make_unique<Impl>(hosts, limits)) {}
Wire::~Wire() = default;
std::span<char> Wire::prepare() { return impl_->prepare(); }
void Wire::commit(std::size_t bytes) { impl_->commit(bytes); }
bool Wire::has_bytes() const { return impl_->has_bytes(); }
Wire::Progress Wire::read_head() { return impl_->read_head(); }
Head Wire::take_head() { return impl_->take_head(); }
bool Wire::has_body() const { return impl_->has_body(); }
bool Wire::expects_continue() const { return impl_->expects_continue(); }
std::optional<GateFault> Wire::begin_body(BodyPlan const& plan) { return impl_->begin_body(plan); }
Wire::Progress Wire::read_body() { return impl_->read_body(); }
std::size_t Wire::body_received() const { return impl_->body_received(); }
std::string Wire::take_body() { return impl_->take_body(); }
GateFault const& Wire::fault() const { return impl_->fault(); }
void Wire::next() { impl_->restart(); }

} // namespace parley::http

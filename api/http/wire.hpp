#pragma once

#include "api/http/gate.hpp"
#include "api/http/message.hpp"
#include "api/http/target.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace parley::http {

struct WireLimits {
    HeadLimits head;
    TargetLimits target;
    // Bounds what header_limit does not: chunk extensions and trailers must fit the buffer.
    std::size_t buffer_max = 16 * 1024;
    // One-byte chunks cost processor time, not memory.
    std::size_t chunks_max = 16 * 1024;
};

// One connection's bytes, turned into messages: no socket, no clock, so that tests and fuzzers can
// drive it. Use: receive into prepare() and commit(); read_head() until it is done; take_head();
// begin_body(); read_body() until it is done; take_body(); next(). After `refused` the connection
// is beyond use: nothing that follows on it may be believed.
class Wire {
public:
    enum class Progress : std::uint8_t { need_more, done, refused };

    explicit Wire(HostList const& hosts, WireLimits const& limits = {});
    ~Wire();
    Wire(Wire const&) = delete;
    Wire& operator=(Wire const&) = delete;

    // Room for the next bytes; never empty while more are needed.
    std::span<char> prepare();
    void commit(std::size_t bytes);
    // Whether bytes of the present or next message are waiting.
    bool has_bytes() const;

    Progress read_head();
    // Everything but remote and request_id.
    Head take_head();
    bool has_body() const;
    bool expects_continue() const;

    // Whether the body that the head announced fits the plan; to be asked before read_body.
    std::optional<GateFault> begin_body(BodyPlan const& plan);
    Progress read_body();
    std::size_t body_received() const;
    std::string take_body();

    GateFault const& fault() const;
    // Forgets the present message; bytes beyond it stay and begin the next.
    void next();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace parley::http

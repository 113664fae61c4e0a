#pragma once

#include "api/http/message.hpp"
#include "engine/model/command.hpp"

#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace parley::routes {

// Answers to keyed requests that leave no receipt in the journal: clocks being advanced, roster
// and keys. Held in memory, a bounded number of them; what such a request creates has an id that
// follows from its key, so that a restart forgets the answer and not the deed. For one thread.
class Answers {
public:
    // Held while a request is worked on; gives the key free again unless an answer was kept.
    class Turn {
    public:
        Turn(Answers& answers, ReceiptKey key) : answers_(&answers), key_(std::move(key)) {}
        Turn(Turn&& other) noexcept
            : answers_(std::exchange(other.answers_, nullptr)), key_(std::move(other.key_)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn();
        // What a later use of the key gets; leave out of it what is shown only once.
        void keep(http::Response const& answer);
        ReceiptKey const& key() const { return key_; }

    private:
        Answers* answers_;
        ReceiptKey key_;
    };

    // A turn of one's own, or the answer given before. Refuses idempotency_in_progress and
    // idempotency_key_reused.
    Result<std::variant<Turn, http::Response>> begin(ReceiptKey key);

private:
    using Name = std::pair<std::string, std::string>;
    struct Kept {
        Digest fingerprint{};
        std::optional<http::Response> answer; // none while it is being worked on
    };
    static constexpr std::size_t kept_max = 1024;

    std::map<Name, Kept> kept_;
    std::list<Name> order_; // answered ones, oldest first
};

} // namespace parley::routes

#include "engine/store/postgres_pool.hpp"

#include "engine/base/assert.hpp"

#include <utility>

namespace parley::store {

PostgresPool::PostgresPool(std::string url, std::size_t connections,
                           std::chrono::milliseconds wait_max,
                           std::chrono::milliseconds answer_wait_max)
    : url_(std::move(url)), most_(connections), wait_max_(wait_max),
      answer_wait_max_(answer_wait_max) {
    PARLEY_ASSERT(connections > 0, "a pool without connections serves nobody");
}

PostgresPool::Lease::Lease(PostgresPool& pool)
    : pool_(pool), connection_(pool.take()), used_before_(connection_ != nullptr) {
    if (connection_) return;
    try {
        connection_ = pool_.connect();
    } catch (...) {
        pool_.give_back(nullptr);
        throw;
    }
}

PostgresPool::Lease::~Lease() { pool_.give_back(std::move(connection_)); }

void PostgresPool::Lease::connect_anew() {
    connection_.reset();
    connection_ = pool_.connect(); // where it fails, the destructor gives back nothing
    used_before_ = false;
}

std::unique_ptr<PostgresConnection> PostgresPool::connect() const {
    return std::make_unique<PostgresConnection>(url_, PostgresRole::reader, answer_wait_max_);
}

// The turn to use one; null where a new one is to be made.
std::unique_ptr<PostgresConnection> PostgresPool::take() {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, wait_max_, [this] { return in_use_ < most_; }))
        throw Fault("all " + std::to_string(most_) + " readers of the database were busy for " +
                    std::to_string(wait_max_.count()) + " ms");
    ++in_use_;
    if (idle_.empty()) return nullptr;
    std::unique_ptr<PostgresConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
    if (connection && connection->broken()) connection.reset();
    {
        std::scoped_lock const lock(mutex_);
        --in_use_;
        if (connection) idle_.push_back(std::move(connection));
    }
    freed_.notify_one();
}

} // namespace parley::store

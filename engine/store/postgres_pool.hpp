#pragma once

#include "engine/store/postgres.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace parley::store {

// At most so many reading connections, each used by one thread at a time.
class PostgresPool {
public:
    PostgresPool(std::string url, std::size_t connections, std::chrono::milliseconds wait_max,
                 std::chrono::milliseconds answer_wait_max);

    // One of the connections, to be used until this goes. Whoever finds it dead asks for a `fresh` one.
    class Lease {
    public:
        explicit Lease(PostgresPool& pool);
        ~Lease();
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;
        // True when the connection was there before, and so may have died unnoticed.
        bool used_before() const { return used_before_; }
        void connect_anew();
        PostgresConnection& operator*() { return *connection_; }
        PostgresConnection* operator->() { return connection_.get(); }

    private:
        PostgresPool& pool_;
        std::unique_ptr<PostgresConnection> connection_;
        bool used_before_ = false;
    };
    // Blocks until one is free, and until it is connected; throws Fault when that takes too long.
    Lease lease() { return Lease(*this); }

private:
    std::unique_ptr<PostgresConnection> take();
    void give_back(std::unique_ptr<PostgresConnection> connection);
    std::unique_ptr<PostgresConnection> connect() const;

    std::string url_;
    std::size_t most_;
    std::chrono::milliseconds wait_max_, answer_wait_max_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<PostgresConnection>> idle_; // guarded by mutex_
    std::size_t in_use_ = 0;                                // guarded by mutex_
};

} // namespace parley::store

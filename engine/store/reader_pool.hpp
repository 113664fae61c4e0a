#pragma once

#include "engine/store/sqlite.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace parley::store {

// A fixed number of read-only connections, each used by one thread at a time.
class ReaderPool {
public:
    ReaderPool(std::string const& path, std::size_t connections,
               std::chrono::milliseconds wait_max);

    class Lease {
    public:
        Lease(ReaderPool& pool, Connection& connection) : pool_(pool), connection_(connection) {}
        ~Lease() { pool_.give_back(connection_); }
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;
        Connection& operator*() { return connection_; }
        Connection* operator->() { return &connection_; }

    private:
        ReaderPool& pool_;
        Connection& connection_;
    };
    // Blocks until a connection is free; throws Fault when that takes too long.
    Lease lease();

private:
    void give_back(Connection& connection);
    std::chrono::milliseconds wait_max_;
    std::vector<std::unique_ptr<Connection>> all_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<Connection*> free_; // guarded by mutex_
};

} // namespace parley::store

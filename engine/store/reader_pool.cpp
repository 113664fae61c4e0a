#include "engine/store/reader_pool.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"

namespace parley::store {

ReaderPool::ReaderPool(std::string const& path, std::size_t connections,
                       std::chrono::milliseconds wait_max)
    : wait_max_(wait_max) {
    PARLEY_ASSERT(connections > 0, "a pool without connections serves nobody");
    for (std::size_t i = 0; i < connections; ++i) {
        all_.push_back(std::make_unique<Connection>(path, Access::read));
        free_.push_back(all_.back().get());
    }
}

ReaderPool::Lease ReaderPool::lease() {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_for(lock, wait_max_, [this] { return !free_.empty(); }))
        throw Fault("all " + std::to_string(all_.size()) +
                    " readers of the database were busy for " + std::to_string(wait_max_.count()) +
                    " ms");
    // The one used last has the warmest cache.
    Connection& connection = *free_.back();
    free_.pop_back();
    return Lease(*this, connection);
}

void ReaderPool::give_back(Connection& connection) {
    {
        std::scoped_lock const lock(mutex_);
        free_.push_back(&connection);
    }
    freed_.notify_one();
}

} // namespace parley::store

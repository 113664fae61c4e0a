#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <utility>

namespace parley {

// Runs one coroutine to its end on this thread; what it throws comes out here. Where an engine answers
// it, `io` must outlive the engine, whose threads may still be about to wake the loop.
template <class T>
T run_on(boost::asio::io_context& io, boost::asio::awaitable<T> what) {
    auto future = boost::asio::co_spawn(io, std::move(what), boost::asio::use_future);
    io.restart();
    io.run();
    return future.get();
}

} // namespace parley

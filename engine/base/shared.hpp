#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

namespace parley {

// A value that its copies share until one of them is changed: copying costs a count, and only `edit`
// copies what is shared. Reads like a `T const`, and like the list or map it holds. Different objects
// may be used from different threads, as with any value, though they share.
template <class T>
class Shared {
public:
    Shared() = default;
    Shared(T value) : held_(new Held(std::move(value))) {}
    template <class U>
    Shared(std::initializer_list<U> values) : Shared(T(values)) {}
    Shared(Shared const& other) noexcept : held_(other.held_) {
        if (held_ != nullptr) held_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    Shared(Shared&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    Shared& operator=(Shared other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~Shared() {
        if (held_ != nullptr && held_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete held_;
    }

    T const& get() const { return held_ != nullptr ? held_->value : nothing(); }
    T const& operator*() const { return get(); }
    T const* operator->() const { return &get(); }
    operator T const&() const { return get(); }

    // To change it; what others share with this object stays as it is.
    T& edit() {
        if (held_ == nullptr) held_ = new Held(T{});
        else if (held_->owners.load(std::memory_order_acquire) != 1) *this = Shared(get());
        return held_->value;
    }

    auto begin() const { return get().begin(); }
    auto end() const { return get().end(); }
    auto rbegin() const { return get().rbegin(); }
    auto rend() const { return get().rend(); }
    template <class Key>
    auto find(Key const& key) const {
        return get().find(key);
    }
    template <class Key>
    bool contains(Key const& key) const {
        return get().contains(key);
    }
    std::size_t size() const { return get().size(); }
    bool empty() const { return get().empty(); }
    decltype(auto) front() const { return get().front(); }
    decltype(auto) back() const { return get().back(); }
    decltype(auto) operator[](std::size_t i) const { return get()[i]; }

    friend bool operator==(Shared const& a, Shared const& b) {
        return a.held_ == b.held_ || a.get() == b.get();
    }

private:
    struct Held {
        explicit Held(T the_value) : value(std::move(the_value)) {}
        std::atomic<std::uint32_t> owners{1};
        T value;
    };
    static T const& nothing() {
        static T const value{};
        return value;
    }
    Held* held_ = nullptr; // null: T{}
};

} // namespace parley

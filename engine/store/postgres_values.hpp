#pragma once

#include "engine/base/assert.hpp"
#include "engine/base/id.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_result;

namespace parley::store {

// Object ids of PostgreSQL's own types, which never change (pg_type.dat).
enum class PgType : std::uint32_t {
    boolean = 16,
    bytes = 17,
    int8 = 20,
    int2 = 21,
    int4 = 23,
    text = 25
};

// One parameter that is an array in PostgreSQL's binary form: a column of many rows, for `unnest`.
class PgArray {
public:
    explicit PgArray(PgType type);
    void clear();
    PgArray& add(std::int64_t number); // of an integer or boolean type
    PgArray& add(std::string_view bytes);
    PgArray& add_null();
    template <std::size_t N>
    PgArray& add(std::array<std::uint8_t, N> const& bytes) {
        return add(std::string_view(reinterpret_cast<char const*>(bytes.data()), N));
    }
    template <class Tag>
    PgArray& add(Id<Tag> const& id) {
        return add(id.bytes());
    }
    template <class T>
    PgArray& add(std::optional<T> const& value) {
        return value ? add(*value) : add_null();
    }
    PgArray& add(Instant at) { return add(at.us); }

    std::size_t size() const { return count_; }
    // Valid until the next change.
    std::string_view finish();

private:
    PgType type_;
    std::string out_;
    std::uint32_t count_ = 0;
    bool has_null_ = false;
};

// The parameters of one statement, in binary form and in order. Numbers are int8, whatever the column.
class PgValues {
public:
    void clear();
    PgValues& add(std::int64_t number);
    PgValues& add(bool value);
    PgValues& add_text(std::string_view text) { return add_bytes(text); }
    PgValues& add_bytes(std::string_view bytes); // copied
    PgValues& add_view(std::string_view bytes);  // not copied: must outlive the sending
    PgValues& add(PgArray& array) { return add_view(array.finish()); }
    PgValues& add_null();
    template <std::size_t N>
    PgValues& add(std::array<std::uint8_t, N> const& bytes) {
        return add_bytes(std::string_view(reinterpret_cast<char const*>(bytes.data()), N));
    }
    template <class Tag>
    PgValues& add(Id<Tag> const& id) {
        return add(id.bytes());
    }
    template <class T>
    PgValues& add(std::optional<T> const& value) {
        return value ? add(*value) : add_null();
    }
    PgValues& add(Instant at) { return add(at.us); }

    int count() const { return static_cast<int>(data_.size()); }
    char const* const* data() const { return data_.data(); }
    int const* sizes() const { return sizes_.data(); }
    int const* formats() const { return formats_.data(); }

private:
    std::vector<char const*> data_;
    std::vector<int> sizes_, formats_;
    std::vector<std::unique_ptr<std::string>> owned_;
};

// The columns of one table's rows, in the order of its statement's parameters.
class PgColumns {
public:
    PgColumns(std::initializer_list<PgType> types);
    // One row.
    template <class... T>
    void add(T const&... values) {
        PARLEY_ASSERT(sizeof...(T) == columns_.size(), "a row has as many values as columns");
        std::size_t at = 0;
        (columns_[at++].add(values), ...);
    }
    bool empty() const { return columns_.front().size() == 0; }
    // In place of what was in `out`; valid until the next row.
    void values(PgValues& out);

private:
    std::vector<PgArray> columns_;
};

// What a statement gave, in binary form. `at` chooses the row that the others read; they have the
// names of SQLite's Statement, so that both kinds of row are read by the same code (rows.hpp).
class PgRows {
public:
    explicit PgRows(pg_result* result);
    int count() const;
    std::uint64_t changes() const; // rows written by the statement
    PgRows& at(int row) {
        row_ = row;
        return *this;
    }

    bool is_null(int column) const;
    std::int64_t number(int column) const;
    std::string_view text(int column) const; // text or bytes; valid as long as this
    Instant instant(int column) const { return {number(column)}; }
    std::optional<Instant> optional_instant(int column) const {
        if (is_null(column)) return std::nullopt;
        return instant(column);
    }
    template <std::size_t N>
    std::array<std::uint8_t, N> bytes(int column) const {
        std::array<std::uint8_t, N> out{};
        copy_bytes(column, out.data(), N);
        return out;
    }
    template <class IdType>
    IdType id(int column) const {
        return IdType(bytes<16>(column));
    }
    template <class IdType>
    std::optional<IdType> optional_id(int column) const {
        if (is_null(column)) return std::nullopt;
        return id<IdType>(column);
    }

private:
    void copy_bytes(int column, std::uint8_t* out, std::size_t size) const;
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };
    std::unique_ptr<pg_result, Clear> result_;
    int row_ = 0;
};

// What `read` makes of each row, in order.
template <class Read>
auto rows(PgRows found, Read const& read) {
    std::vector<decltype(read(found))> out;
    out.reserve(static_cast<std::size_t>(found.count()));
    for (int i = 0; i < found.count(); ++i) out.push_back(read(found.at(i)));
    return out;
}

} // namespace parley::store

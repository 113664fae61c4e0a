#include "engine/store/postgres_values.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <cstring>
#include <utility>

namespace parley::store {

namespace {

// An array begins with its dimensions, whether there are NULLs, the type, and of each dimension the
// size and the first index; then every element after its length (src/backend/utils/adt/arrayfuncs.c).
constexpr std::size_t header_size = 20;
constexpr std::size_t empty_size = 12;

void put(char* out, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<char>(number >> (8 * (size - 1 - i)) & 0xff);
}

void append(std::string& out, std::uint64_t number, std::size_t size) {
    std::size_t const start = out.size();
    out.resize(start + size);
    put(out.data() + start, number, size);
}

std::size_t width_of(PgType type) {
    switch (type) {
    case PgType::boolean: return 1;
    case PgType::int2: return 2;
    case PgType::int4: return 4;
    case PgType::int8: return 8;
    case PgType::bytes:
    case PgType::text: break;
    }
    return 0;
}

} // namespace

PgArray::PgArray(PgType type) : type_(type), out_(header_size, '\0') {}

void PgArray::clear() {
    out_.resize(header_size);
    count_ = 0;
    has_null_ = false;
}

PgArray& PgArray::add(std::int64_t number) {
    std::size_t const width = width_of(type_);
    PARLEY_ASSERT(width > 0, "a number goes into a column of numbers");
    append(out_, width, 4);
    append(out_, static_cast<std::uint64_t>(number), width);
    ++count_;
    return *this;
}

PgArray& PgArray::add(std::string_view bytes) {
    append(out_, bytes.size(), 4);
    out_ += bytes;
    ++count_;
    return *this;
}

PgArray& PgArray::add_null() {
    append(out_, 0xffff'ffffU, 4);
    has_null_ = true;
    ++count_;
    return *this;
}

std::string_view PgArray::finish() {
    bool const empty = count_ == 0;
    put(out_.data(), empty ? 0 : 1, 4);
    put(out_.data() + 4, has_null_ ? 1 : 0, 4);
    put(out_.data() + 8, std::to_underlying(type_), 4);
    put(out_.data() + 12, count_, 4);
    put(out_.data() + 16, 1, 4);
    return std::string_view(out_).substr(0, empty ? empty_size : out_.size());
}

void PgValues::clear() {
    data_.clear();
    sizes_.clear();
    formats_.clear();
    owned_.clear();
}

PgValues& PgValues::add(std::int64_t number) {
    std::string bytes;
    append(bytes, static_cast<std::uint64_t>(number), 8);
    return add_bytes(bytes);
}

PgValues& PgValues::add(bool value) { return add_bytes(std::string(1, value ? '\1' : '\0')); }

PgValues& PgValues::add_bytes(std::string_view bytes) {
    owned_.push_back(std::make_unique<std::string>(bytes));
    return add_view(*owned_.back());
}

PgValues& PgValues::add_view(std::string_view bytes) {
    data_.push_back(bytes.data() == nullptr ? "" : bytes.data()); // a null pointer would be NULL
    sizes_.push_back(static_cast<int>(bytes.size()));
    formats_.push_back(1);
    return *this;
}

PgValues& PgValues::add_null() {
    data_.push_back(nullptr);
    sizes_.push_back(0);
    formats_.push_back(1);
    return *this;
}

PgColumns::PgColumns(std::initializer_list<PgType> types) {
    for (PgType const type : types) columns_.emplace_back(type);
}

void PgColumns::values(PgValues& out) {
    out.clear();
    for (PgArray& column : columns_) out.add(column);
}

void PgRows::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

PgRows::PgRows(pg_result* result) : result_(result) {}

int PgRows::count() const { return PQntuples(result_.get()); }

std::uint64_t PgRows::changes() const {
    std::string_view const text = PQcmdTuples(result_.get());
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool PgRows::is_null(int column) const { return PQgetisnull(result_.get(), row_, column) != 0; }

std::int64_t PgRows::number(int column) const {
    if (is_null(column)) return 0;
    std::string_view const bytes = text(column);
    if (bytes.size() > 8) throw Fault("the database gives something else where a number belongs");
    std::uint64_t value = 0;
    for (char const c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    // The sign is in the first bit of what came; a boolean has none.
    std::size_t const bits = bytes.size() * 8;
    if (bits > 8 && bits < 64 && (value >> (bits - 1) & 1) != 0) value |= ~std::uint64_t{0} << bits;
    return static_cast<std::int64_t>(value);
}

std::string_view PgRows::text(int column) const {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

void PgRows::copy_bytes(int column, std::uint8_t* out, std::size_t size) const {
    std::string_view const found = text(column);
    if (found.size() != size)
        throw Fault("the database holds " + std::to_string(found.size()) + " bytes where " +
                    std::to_string(size) + " belong");
    std::memcpy(out, found.data(), size);
}

} // namespace parley::store

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

// An ISO 4217 currency code.
struct Currency {
    std::array<char, 3> code{};
    std::string_view text() const { return {code.data(), code.size()}; }
    friend auto operator<=>(Currency const&, Currency const&) = default;
};
// Only codes of the built-in ISO 4217 table are currencies.
std::optional<Currency> parse_currency(std::string_view text);
// Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
int minor_digits(Currency currency);

// An amount in minor units; never a floating-point number.
struct Money {
    std::int64_t amount = 0;
    Currency currency;
    friend bool operator==(Money const&, Money const&) = default;
};
// No claim is larger than this many minor units; sums of 1,000 of them still fit 64 bits.
constexpr std::int64_t money_amount_max = 1'000'000'000'000'000;
// "129.90 EUR", "13000 JPY".
std::string text_of(Money const& money);
// The same read back; digits after the point may be left out. Absent for anything else, and for more
// than money_amount_max.
std::optional<Money> parse_money(std::string_view text);

} // namespace parley

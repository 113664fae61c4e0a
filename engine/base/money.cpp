#include "engine/base/money.hpp"

#include <algorithm>
#include <cstddef>

namespace parley {

namespace {

struct Entry {
    std::string_view code;
    int digits;
};

// ISO 4217 list one, sorted by code. Codes without minor units (metals, special drawing rights, the
// testing code) are no money a claim can be made in and stay out. BGN gave way to the euro in 2026
// and stays, because orders paid in it are still disputed.
constexpr auto table = std::to_array<Entry>({
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2}, {"AWG", 2},
    {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2},
    {"BND", 2}, {"BOB", 2}, {"BOV", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2},
    {"BZD", 2}, {"CAD", 2}, {"CDF", 2}, {"CHE", 2}, {"CHF", 2}, {"CHW", 2}, {"CLF", 4}, {"CLP", 0},
    {"CNY", 2}, {"COP", 2}, {"COU", 2}, {"CRC", 2}, {"CUP", 2}, {"CVE", 2}, {"CZK", 2}, {"DJF", 0},
    {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EGP", 2}, {"ERN", 2}, {"ETB", 2}, {"EUR", 2}, {"FJD", 2},
    {"FKP", 2}, {"GBP", 2}, {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GTQ", 2},
    {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2},
    {"IQD", 3}, {"IRR", 2}, {"ISK", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2},
    {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3}, {"KYD", 2}, {"KZT", 2}, {"LAK", 2},
    {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MGA", 2},
    {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRU", 2}, {"MUR", 2}, {"MVR", 2}, {"MWK", 2},
    {"MXN", 2}, {"MXV", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2}, {"NOK", 2},
    {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2},
    {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0}, {"SAR", 2},
    {"SBD", 2}, {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2}, {"SOS", 2},
    {"SRD", 2}, {"SSP", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2}, {"TJS", 2},
    {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRY", 2}, {"TTD", 2}, {"TWD", 2}, {"TZS", 2}, {"UAH", 2},
    {"UGX", 0}, {"USD", 2}, {"USN", 2}, {"UYI", 0}, {"UYU", 2}, {"UYW", 4}, {"UZS", 2}, {"VED", 2},
    {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2}, {"XAD", 2}, {"XAF", 0}, {"XCD", 2}, {"XCG", 2},
    {"XOF", 0}, {"XPF", 0}, {"YER", 2}, {"ZAR", 2}, {"ZMW", 2}, {"ZWG", 2},
});
static_assert(std::ranges::is_sorted(table, {}, &Entry::code));
static_assert(std::ranges::adjacent_find(table, {}, &Entry::code) == table.end());

Entry const* find(std::string_view code) {
    auto const found = std::ranges::lower_bound(table, code, {}, &Entry::code);
    return found != table.end() && found->code == code ? &*found : nullptr;
}

} // namespace

std::optional<Currency> parse_currency(std::string_view text) {
    if (find(text) == nullptr) return std::nullopt;
    return Currency{{text[0], text[1], text[2]}};
}

int minor_digits(Currency currency) {
    Entry const* entry = find(currency.text());
    return entry == nullptr ? 0
                            : entry->digits; // only a Currency nobody parsed is not in the table
}

std::string text_of(Money const& money) {
    // The magnitude is taken unsigned, because the lowest int64 has no positive twin.
    auto magnitude = static_cast<std::uint64_t>(money.amount);
    if (money.amount < 0) magnitude = 0 - magnitude;
    std::string digits = std::to_string(magnitude);
    auto const after_point = static_cast<std::size_t>(minor_digits(money.currency));
    if (after_point > 0) {
        if (digits.size() <= after_point) digits.insert(0, after_point + 1 - digits.size(), '0');
        digits.insert(digits.size() - after_point, 1, '.');
    }
    if (money.amount < 0) digits.insert(0, 1, '-');
    digits += ' ';
    digits += money.currency.text();
    return digits;
}

std::optional<Money> parse_money(std::string_view text) {
    std::size_t const space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    auto const currency = parse_currency(text.substr(space + 1));
    if (!currency) return std::nullopt;
    std::string_view amount = text.substr(0, space);
    bool const negative = amount.starts_with('-');
    if (negative) amount.remove_prefix(1);
    std::size_t const point = amount.find('.');
    std::string_view const fraction =
        point == std::string_view::npos ? std::string_view() : amount.substr(point + 1);
    auto const after_point = static_cast<std::size_t>(minor_digits(*currency));
    bool const empty_fraction = point != std::string_view::npos && fraction.empty();
    if (amount.substr(0, point).empty() || empty_fraction || fraction.size() > after_point)
        return std::nullopt;
    std::string digits(amount.substr(0, point));
    digits += fraction;
    digits.append(after_point - fraction.size(), '0');
    std::int64_t value = 0;
    for (char const c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
        if (value > money_amount_max) return std::nullopt;
    }
    return Money{negative ? -value : value, *currency};
}

} // namespace parley

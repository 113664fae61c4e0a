#include "engine/base/digest.hpp"
#include "engine/base/instant.hpp"
#include "engine/base/money.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/input_parts.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>

// The small spellings. What has one spelling only is written back as it came.

namespace parley::fuzz {

namespace {

void times(std::string_view text) {
    if (auto const at = parse_instant(text)) {
        expect(*at >= instant_min && *at <= instant_max, "an instant outside its range");
        expect(parse_instant(text_of(*at)) == at, "an instant written anew is another");
        Instant const whole{at->us - at->us % us_per_second};
        expect(parse_instant(short_text_of(whole)) == whole, "an instant in short is another");
    }
    if (auto const date = parse_date(text)) {
        expect(text_of(*date) == text, "a date has two spellings");
        // A month is never skipped: at most 31 days on, and never back.
        std::int32_t const ahead = add_months(*date, 1).days - date->days;
        expect(ahead >= 28 && ahead <= 31, "a month on from a date is no month on");
    }
    if (auto const period = parse_period(text)) {
        expect(period->count >= 0 && period->count <= period_count_max, "a period out of range");
        expect(parse_period(text_of(*period)) == period, "a period written anew is another");
        expect(!words_of(*period).empty(), "a period without words");
    }
}

template <class IdType>
void id(std::string_view text) {
    if (auto const read = IdType::parse(text))
        expect(read->text() == text, "an id has two spellings");
}

void digits(std::string_view text) {
    if (auto const bytes = parse_base64url(text))
        expect(base64url_of(*bytes) == text, "base64url has two spellings");
    if (auto const bytes = parse_hex(text)) {
        std::string again;
        append_hex(again, {reinterpret_cast<std::uint8_t const*>(bytes->data()), bytes->size()});
        expect(again == text, "hexadecimal has two spellings");
    }
    if (auto const digest = parse_digest(text))
        expect(hex_of(*digest) == text, "a digest has two spellings");
    // And the other way: any bytes survive being written.
    expect(parse_base64url(base64url_of(text)) == text, "base64url loses bytes");
    std::string const standard = base64_of(text);
    expect(standard.size() == (text.size() + 2) / 3 * 4, "base64 is not padded");
    std::string hex;
    append_hex(hex, {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()});
    expect(parse_hex(hex) == text, "hexadecimal loses bytes");
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

void values(std::string_view bytes) {
    times(bytes);
    digits(bytes);
    id<DisputeId>(bytes);
    id<EventId>(bytes);
    if (auto const raw = parse_crockford(bytes)) {
        std::string again;
        append_crockford(again, *raw);
        expect(again == bytes, "base32 has two spellings");
    }
    if (auto const currency = parse_currency(bytes)) {
        expect(currency->text() == bytes, "a currency has two spellings");
        int const digits_after = minor_digits(*currency);
        expect(digits_after >= 0 && digits_after <= 4, "a currency without digits");
        for (std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, money_amount_max})
            expect(text_of(Money{amount, *currency}).ends_with(bytes), "money without a currency");
    }
    if (is_email(bytes)) {
        expect(std::ranges::count(bytes, '@') == 1, "an address with other than one at sign");
        expect(std::ranges::none_of(bytes,
                                    [](char c) {
                                        return c == '\r' || c == '\n' || c == ',' || c == ';' ||
                                               c == ' ';
                                    }),
               "an address that could be a list or a header");
    }
    for (auto const shape : {is_language_tag, is_zone_name, is_name})
        if (shape(bytes)) expect(!bytes.empty() && is_plain(bytes), "a name that is not plain");
}

} // namespace parley::fuzz

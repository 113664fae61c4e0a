#include "api/http/address_policy.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace parley::fuzz {

// A URL that is taken has one spelling, and an inner address is refused however it is written.
void url(std::string_view bytes) {
    if (auto const read = http::parse_url(bytes)) {
        auto const again = http::parse_url(read->text());
        expect(again.has_value(), "a URL cannot be read again as it is written");
        expect(*again == *read, "a URL written anew is another");
        for (char const c : read->text())
            expect(c > 0x20 && c < 0x7f, "a URL with a character that splits a request");
        http::AddressPolicy const policy;
        if (read->address && policy.check(*read))
            expect(!http::special_range(*read->address), "an inner address passed");
    } else {
        expect(!read.error().empty(), "a refusal says nothing");
    }
    if (auto const address = http::parse_ip(bytes))
        expect(http::parse_ip(http::text_of(*address)) == address,
               "an address written anew is another");
    if (auto const cidr = http::parse_cidr(bytes)) {
        expect(http::parse_cidr(http::text_of(*cidr)) == cidr, "a range written anew is another");
        expect(cidr->contains(cidr->network), "a range without its first address");
    }
}

} // namespace parley::fuzz

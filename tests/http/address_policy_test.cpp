#include "api/http/address_policy.hpp"

#include <gtest/gtest.h>

#include <string>

// Where we may connect to, as a table. Every row of the rules has its URLs, and every trick known for
// writing an inner address so that a filter does not see it.

namespace parley::http {
namespace {

AddressPolicy const strict({}, {443}, {{parse_ip("8.8.4.4").value(), 443}});

// Whether it may be connected to, as far as the URL itself says.
bool passes(AddressPolicy const& policy, std::string_view url) {
    auto const read = parse_url(url);
    return read && policy.check(*read).has_value();
}

constexpr char const* blocked[] = {
    // schemes
    "http://shop.example/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "HTTPS:shop.example",
    "https:/shop.example/",
    "https:shop.example",
    "//shop.example/",
    "/hook",
    "shop.example",
    "",
    "https://",
    "https:///",
    "https://?x",
    "ws://shop.example/",
    "dict://shop.example:11211/",
    "ldap://shop.example/",
    "unix:/run/parley.sock",
    "https+unix://shop.example/",
    " https://shop.example/",
    // users, fragments, characters
    "https://user@shop.example/",
    "https://user:word@shop.example/",
    "https://@shop.example/",
    "https://shop.example@127.0.0.1/",
    "https://127.0.0.1@shop.example/",
    "https://shop.example#@127.0.0.1/",
    "https://shop.example/#part",
    "https://shop.example#part",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example/a b",
    "https://shop.example/\t",
    "https://shop.example/\r\nHost: x",
    "https://sh\xc3\xb6p.example/",
    "https://shop.example/\x7f",
    "https://shop.example/%",
    "https://shop.example/%2",
    "https://shop.example/%zz",
    "https://shop.example/\\x",
    "https://shop.example/\"x",
    "https://shop.example/<x>",
    "https://shop.example/{x}",
    "https://shop.example/^x",
    "https://shop.example/|x",
    "https://shop.example\\.evil.example/",
    // ports
    "https://shop.example:80/",
    "https://shop.example:22/",
    "https://shop.example:8443/",
    "https://shop.example:0/",
    "https://shop.example:65536/",
    "https://shop.example:/",
    "https://shop.example:443x/",
    "https://shop.example:+443/",
    "https://shop.example:0443/",
    "https://shop.example: 443/",
    "https://shop.example:443:443/",
    "https://shop.example:-1/",
    "https://8.8.8.8:25/",
    "https://shop.example:99999999999/",
    // names
    "https://localhost/",
    "https://intranet/",
    "https://metadata/",
    "https://shop.example./",
    "https://shop..example/",
    "https://.shop.example/",
    "https://-shop.example/",
    "https://shop-.example/",
    "https://shop_.example/",
    "https://sh*p.example/",
    "https://shop.example,evil.example/",
    "https://shop.example%2eevil/",
    "https://%31%32%37.0.0.1/",
    "https://shop.123/",
    "https://1.2.3.4.5/",
    "https://127.1/",
    "https://shop.0x7f/",
    "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example/",
    // IPv4 in other spellings
    "https://2130706433/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://127.0.1/",
    "https://127.0.0.1./",
    "https://127.0.0.01/",
    "https://127.000.000.001/",
    "https://00000127.0.0.1/",
    "https://256.1.1.1/",
    "https://8.8.8/",
    "https://8.8.8.8./",
    "https://1.1.1.1%00/",
    "https://127.0.0.1%20/",
    "https://0x8.0x8.0x8.0x8/",
    "https://[127.0.0.1]/",
    "https://8.8.8.8.example:x/",
    // every denied range of IPv4, at its ends
    "https://0.0.0.0/",
    "https://0.255.255.255/",
    "https://10.0.0.0/",
    "https://10.255.255.255/",
    "https://100.64.0.0/",
    "https://100.127.255.255/",
    "https://127.0.0.1/",
    "https://127.0.0.0/",
    "https://127.255.255.255/",
    "https://169.254.0.0/",
    "https://169.254.169.254/",
    "https://169.254.255.255/",
    "https://172.16.0.0/",
    "https://172.31.255.255/",
    "https://192.0.0.0/",
    "https://192.0.0.255/",
    "https://192.0.2.0/",
    "https://192.0.2.255/",
    "https://192.88.99.0/",
    "https://192.88.99.255/",
    "https://192.168.0.0/",
    "https://192.168.255.255/",
    "https://198.18.0.0/",
    "https://198.19.255.255/",
    "https://198.51.100.0/",
    "https://198.51.100.255/",
    "https://203.0.113.0/",
    "https://203.0.113.255/",
    "https://224.0.0.0/",
    "https://239.255.255.255/",
    "https://240.0.0.0/",
    "https://255.255.255.255/",
    "https://10.1.2.3/hook?x=1",
    // every denied range of IPv6, at its ends, and the spellings of each
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::FFFF:192.168.0.1]/",
    "https://[0:0:0:0:0:ffff:a00:1]/",
    "https://[::127.0.0.1]/",
    "https://[::8.8.8.8]/",
    "https://[::a00:1]/",
    "https://[64:ff9b::1]/",
    "https://[64:ff9b::8.8.8.8]/",
    "https://[64:ff9b::ffff:ffff]/",
    "https://[64:ff9b:1::]/",
    "https://[64:ff9b:1:ffff:ffff:ffff:ffff:ffff]/",
    "https://[100::]/",
    "https://[100::ffff:ffff:ffff:ffff]/",
    "https://[2001::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[2001:db8::]/",
    "https://[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[2002::]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[fc00::]/",
    "https://[fd00::1]/",
    "https://[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[fe80::]/",
    "https://[fe80::1]/",
    "https://[febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[fec0::]/",
    "https://[feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[ff00::]/",
    "https://[ff02::1]/",
    "https://[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/",
    "https://[5f00::1]/",
    "https://[3fff::1]/",
    // brackets and zones
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1/",
    "https://::1/",
    "https://[]/",
    "https://[::1]x/",
    "https://[::1]:/",
    "https://[v1.x]/",
    "https://[shop.example]/",
    "https://2606:4700::1111/",
    "https://[2606:4700::1111]:22/",
    "https://[:::1]/",
    "https://[12345::1]/",
    // ourselves
    "https://8.8.4.4/",
    "https://8.8.4.4:443/v1",
    "https://[::ffff:8.8.4.4]/",
};

TEST(AddressPolicy, RefusesEveryRowOfTheTable) {
    static_assert(std::size(blocked) >= 150);
    for (char const* url : blocked) EXPECT_FALSE(passes(strict, url)) << url;
}

TEST(AddressPolicy, TakesTheOpenInternet) {
    for (char const* url : {"https://shop.example",
                            "https://shop.example/",
                            "https://SHOP.example/hooks/parley",
                            "https://shop.example:443/a?b=c&d=%20e",
                            "https://xn--shp-una.example/",
                            "https://a.b.c.d.example/",
                            "https://8.8.8.8/",
                            "https://1.1.1.1/",
                            "https://9.255.255.255/",
                            "https://11.0.0.0/",
                            "https://100.63.255.255/",
                            "https://100.128.0.0/",
                            "https://126.255.255.255/",
                            "https://128.0.0.0/",
                            "https://169.253.255.255/",
                            "https://169.255.0.0/",
                            "https://172.15.255.255/",
                            "https://172.32.0.0/",
                            "https://192.0.1.0/",
                            "https://192.167.255.255/",
                            "https://192.169.0.0/",
                            "https://198.17.255.255/",
                            "https://198.20.0.0/",
                            "https://223.255.255.255/",
                            "https://[2606:4700::1111]/",
                            "https://[2001:200::]/",
                            "https://[2003::]/",
                            "https://[fbff::1]/",
                            "https://[64:ff9b:2::1]/",
                            "https://[100:0:0:1::]/",
                            "https://[::ffff:8.8.8.8]/"})
        EXPECT_TRUE(passes(strict, url)) << url;
}

TEST(AddressPolicy, OneNameIsOneSpelling) {
    auto const url = parse_url("https://SHOP.Example?x=1");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, "shop.example");
    EXPECT_EQ(url->target, "/?x=1");
    EXPECT_EQ(url->text(), "https://shop.example/?x=1");
    auto const v6 = parse_url("https://[2606:4700:0:0::1111]:8443/x");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->authority(), "[2606:4700::1111]:8443");
    EXPECT_EQ(parse_url("https://shop.example/" + std::string(url_length_max, 'a')).has_value(),
              false);
}

// What a name points to is asked at every attempt, address by address.
TEST(AddressPolicy, ANameIsNoBetterThanItsAddress) {
    auto const url = parse_url("https://shop.example/").value();
    for (char const* inner : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1",
                              "::ffff:127.0.0.1", "64:ff9b::7f00:1", "8.8.4.4"})
        EXPECT_FALSE(strict.check(url, parse_ip(inner).value())) << inner;
    EXPECT_TRUE(strict.check(url, parse_ip("8.8.8.8").value()));
    EXPECT_TRUE(strict.check(url, parse_ip("2606:4700::1111").value()));
}

TEST(AddressPolicy, AnOpenedRangeIsOpenForItselfAlone) {
    AddressPolicy const open({parse_cidr("127.0.0.0/8").value()}, {443},
                             {{parse_ip("127.0.0.1").value(), 8080}});
    EXPECT_TRUE(passes(open, "http://127.0.0.1:9000/hook"));
    EXPECT_TRUE(passes(open, "http://[::ffff:127.0.0.1]:9000/hook"));
    EXPECT_FALSE(passes(open, "http://127.0.0.1:8080/hook")) << "that is us";
    for (char const* url : {"http://10.0.0.1/", "http://8.8.8.8/", "https://8.8.8.8:9000/",
                            "https://[::1]/", "https://169.254.169.254/"})
        EXPECT_FALSE(passes(open, url)) << url;
    // A name is looked up first; then its address has to fit.
    auto const plain = parse_url("http://shop.example:9000/").value();
    EXPECT_TRUE(open.check(plain));
    EXPECT_TRUE(open.check(plain, parse_ip("127.0.0.1").value()));
    EXPECT_FALSE(open.check(plain, parse_ip("8.8.8.8").value()));
    EXPECT_FALSE(open.check(plain, parse_ip("10.0.0.1").value()));
}

TEST(AddressPolicy, RangesAreReadStrictly) {
    for (char const* good : {"127.0.0.1/32", "0.0.0.0/0", "10.0.0.0/8", "fd00::/8", "::1/128"}) {
        auto const cidr = parse_cidr(good);
        ASSERT_TRUE(cidr) << good;
        EXPECT_EQ(text_of(*cidr), good);
    }
    for (char const* bad : {"127.0.0.1", "127.0.0.1/", "127.0.0.1/33", "127.0.0.1/8", "::1/129",
                            "10/8", "10.0.0.0/08", "10.0.0.0/-1", "/8", "x/8", "fd00::1/8", ""})
        EXPECT_FALSE(parse_cidr(bad)) << bad;
    auto const cidr = parse_cidr("10.0.0.0/9").value();
    EXPECT_TRUE(cidr.contains(parse_ip("10.127.255.255").value()));
    EXPECT_FALSE(cidr.contains(parse_ip("10.128.0.0").value()));
    EXPECT_FALSE(cidr.contains(parse_ip("::ffff:10.0.0.1").value()));
}

} // namespace
} // namespace parley::http

#include "engine/store/keys.hpp"

#include "engine/model/ids.hpp"

#include <algorithm>
#include <cstdint>

namespace parley::store {

namespace {

// The number of a prefix is its place here, from one. It is stored: add at the end, never reorder.
constexpr std::string_view prefixes[] = {
    "dsp_", "ntr_", "plt_", "evt_", "pty_", "clk_", "key_", "off_", "evd_", "tsk_", "whm_",
};
constexpr std::size_t prefix_size = 4;

} // namespace

CompactKey::CompactKey(std::string_view text) : text_(text) {
    if (text.size() <= prefix_size) return;
    auto const* const found = std::ranges::find(prefixes, text.substr(0, prefix_size));
    if (found == std::end(prefixes)) return;
    auto const id = parse_crockford(text.substr(prefix_size));
    if (!id) return;
    packed_[0] = static_cast<char>(found - std::begin(prefixes) + 1);
    std::ranges::copy(view_of(*id), packed_.begin() + 1);
    text_ = {};
}

std::string_view CompactKey::bytes() const {
    return packed_[0] == 0 ? text_ : std::string_view(packed_.data(), packed_.size());
}

void append_key(std::string& out, std::string_view bytes) {
    auto const number = bytes.empty()
                            ? std::size_t{0}
                            : static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]));
    if (bytes.size() != packed_key_size || number == 0 || number > std::size(prefixes)) {
        out += bytes;
        return;
    }
    Bytes16 id{};
    std::ranges::transform(bytes.substr(1), id.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    out += prefixes[number - 1];
    append_crockford(out, id);
}

std::string key_text(std::string_view bytes) {
    std::string out;
    out.reserve(30);
    append_key(out, bytes);
    return out;
}

Bytes16 receipt_name(std::string_view scope, std::string_view key) {
    // The length keeps apart what would read the same when joined.
    std::array<std::uint8_t, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<std::uint8_t>(scope.size() >> (8 * i));
    Digest const digest = sha256({view_of(length), scope, key});
    Bytes16 name{};
    std::copy_n(digest.begin(), name.size(), name.begin());
    return name;
}

} // namespace parley::store

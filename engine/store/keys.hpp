#pragma once

#include "engine/base/digest.hpp"
#include "engine/model/command.hpp"

#include <array>
#include <string>
#include <string_view>

namespace parley::store {

// Streams and event ids as the database keeps them: one byte for the prefix and the 16 bytes of the
// id, 17 instead of 30. What is no such id ("configuration") is kept as its text, whose first byte
// is larger than any prefix's number.
constexpr std::size_t packed_key_size = 17;
class CompactKey {
public:
    // `text` must outlive this where it is no id.
    explicit CompactKey(std::string_view text);
    std::string_view bytes() const;

private:
    std::array<char, packed_key_size> packed_{};
    std::string_view text_; // not empty: no id
};

void append_key(std::string& out, std::string_view bytes);
std::string key_text(std::string_view bytes);

// 16 bytes that stand for scope and key of a receipt: what is asked of them is only whether they
// are the same, and the digest is shorter.
Bytes16 receipt_name(std::string_view scope, std::string_view key);

} // namespace parley::store

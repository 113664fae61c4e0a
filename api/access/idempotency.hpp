#pragma once

#include "api/access/principal.hpp"
#include "engine/base/json.hpp"
#include "engine/model/command.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace parley::access {

constexpr std::size_t idempotency_key_max = 255;

// Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a quoted string as RFC 8941
// spells it, or the same text bare; 1 to 255 visible ASCII characters. Both spellings are one key.
// Refuses idempotency_key_missing and bad_parameter.
Result<std::string> read_idempotency_key(std::optional<std::string_view> header);

// What was asked: method and path stand in the scope, so this is the query and the document's
// meaning. White space and the order of members make no difference.
Digest fingerprint_of(Json const& body, std::string_view query);

// Who asked for what under that key. Two callers, two parties acted for or two paths never meet.
ReceiptKey receipt_key(Principal const& principal, std::optional<PartyId> const& act_as,
                       std::string_view method, std::string_view path, std::string key,
                       Digest const& fingerprint);

} // namespace parley::access

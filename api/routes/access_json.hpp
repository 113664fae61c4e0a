#pragma once

#include "api/access/access_token.hpp"
#include "api/http/message.hpp"
#include "engine/base/json.hpp"
#include "engine/model/state.hpp"

namespace parley::routes {

// The member `party`; reports one that is not of this dispute.
PartyId read_party(ObjectReader& reader, DisputeState const& state);
// 201 with the token; `text` is in the first answer alone.
http::Response token_answer(access::AccessToken const& token, std::string_view text);

} // namespace parley::routes

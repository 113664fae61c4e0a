#pragma once

#include "engine/core/core.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/model/party_access_rows.hpp"
#include "engine/model/webhook_rows.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley {

// The people and things around disputes as last committed; an immutable snapshot, small enough to be
// held whole.
struct Registry {
    std::map<PlatformId, Platform> platforms;
    std::unordered_map<ApiKeyId, ApiKey> keys;
    std::map<NeutralId, Neutral> neutrals;
    std::map<TestClockId, TestClock> clocks;
    std::set<std::pair<AccessTokenId, DisputeId>> revoked_tokens;
    std::map<WebhookEndpointId, WebhookEndpoint> endpoints; // cursor and failures may be older
    std::vector<Candidate> roster_test, roster_live;        // sorted by id
};
using RegistryPtr = std::shared_ptr<Registry const>;

} // namespace parley

#pragma once

#include "engine/base/id.hpp"

namespace parley {

#define PARLEY_ID(NAME, PREFIX)                                                                    \
    struct NAME##Tag {                                                                             \
        static constexpr std::string_view prefix = PREFIX;                                         \
    };                                                                                             \
    using NAME##Id = Id<NAME##Tag>

PARLEY_ID(Dispute, "dsp_");
PARLEY_ID(Party, "pty_");
PARLEY_ID(Event, "evt_");
PARLEY_ID(Offer, "off_");
PARLEY_ID(Evidence, "evd_");
PARLEY_ID(Neutral, "ntr_");
PARLEY_ID(Platform, "plt_");
PARLEY_ID(TestClock, "clk_");
PARLEY_ID(ApiKey, "key_");
PARLEY_ID(Task, "tsk_");
PARLEY_ID(WebhookEndpoint, "whe_");
PARLEY_ID(WebhookMessage, "whm_"); // one that tells of no event
PARLEY_ID(AccessToken, "tok_");
PARLEY_ID(SignIn, "sgn_");

#undef PARLEY_ID

} // namespace parley

#pragma once

#include "api/routes/services.hpp"

namespace parley::routes {

// One handler a route, each in the file named after what one does there.
#define PARLEY_HANDLER(NAME) net::awaitable<http::Response> NAME(Services& services, Call call)

PARLEY_HANDLER(file_dispute);
PARLEY_HANDLER(list_disputes);
PARLEY_HANDLER(get_dispute);
PARLEY_HANDLER(list_events);
PARLEY_HANDLER(list_actions);
PARLEY_HANDLER(get_document);
PARLEY_HANDLER(take_act);
PARLEY_HANDLER(erase_dispute);

PARLEY_HANDLER(create_access_token);
PARLEY_HANDLER(revoke_access_token);
PARLEY_HANDLER(begin_sign_in);
PARLEY_HANDLER(finish_sign_in);
PARLEY_HANDLER(show_sign_in_code);

PARLEY_HANDLER(list_feed);

PARLEY_HANDLER(list_endpoints);
PARLEY_HANDLER(create_endpoint);
PARLEY_HANDLER(get_endpoint);
PARLEY_HANDLER(update_endpoint);
PARLEY_HANDLER(delete_endpoint);
PARLEY_HANDLER(rotate_endpoint_secret);
PARLEY_HANDLER(pause_endpoint);
PARLEY_HANDLER(resume_endpoint);
PARLEY_HANDLER(test_endpoint);
PARLEY_HANDLER(list_deliveries);
PARLEY_HANDLER(replay_deliveries);

PARLEY_HANDLER(list_procedures);
PARLEY_HANDLER(get_procedure);
PARLEY_HANDLER(get_document_schema);
PARLEY_HANDLER(check_procedure);
PARLEY_HANDLER(get_act_schema);

PARLEY_HANDLER(list_queues);
PARLEY_HANDLER(list_tasks);
PARLEY_HANDLER(next_task);
PARLEY_HANDLER(get_task);
PARLEY_HANDLER(claim_task);
PARLEY_HANDLER(release_task);
PARLEY_HANDLER(assign_task);
PARLEY_HANDLER(complete_task);
PARLEY_HANDLER(snooze_task);

PARLEY_HANDLER(list_neutrals);
PARLEY_HANDLER(create_neutral);
PARLEY_HANDLER(get_neutral);
PARLEY_HANDLER(update_neutral);

PARLEY_HANDLER(list_clocks);
PARLEY_HANDLER(create_clock);
PARLEY_HANDLER(get_clock);
PARLEY_HANDLER(advance_clock);

PARLEY_HANDLER(list_platforms);
PARLEY_HANDLER(create_platform);
PARLEY_HANDLER(get_platform);
PARLEY_HANDLER(create_key);
PARLEY_HANDLER(get_key);
PARLEY_HANDLER(revoke_key);

PARLEY_HANDLER(get_liveness);
PARLEY_HANDLER(get_readiness);
PARLEY_HANDLER(get_metrics);
PARLEY_HANDLER(get_openapi);
PARLEY_HANDLER(get_problem);
PARLEY_HANDLER(get_offer_of_service);

#undef PARLEY_HANDLER

} // namespace parley::routes

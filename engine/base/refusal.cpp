#include "engine/base/refusal.hpp"

namespace parley {

// Switches without a default: a new code does not compile until it has its kind, name and title.

RefusalKind kind_of(RefusalCode code) {
    switch (code) {
    case RefusalCode::unreadable:
    case RefusalCode::duplicate_key:
    case RefusalCode::too_deep:
    case RefusalCode::number_out_of_range:
    case RefusalCode::bad_parameter:
    case RefusalCode::idempotency_key_missing: return RefusalKind::malformed;
    case RefusalCode::not_authenticated: return RefusalKind::unauthenticated;
    case RefusalCode::not_yours:
    case RefusalCode::sign_in_required:
    case RefusalCode::not_permitted: return RefusalKind::forbidden;
    case RefusalCode::not_found:
    case RefusalCode::no_such_act: return RefusalKind::unknown;
    case RefusalCode::not_possible_now:
    case RefusalCode::too_late:
    case RefusalCode::too_early:
    case RefusalCode::already_done:
    case RefusalCode::extension_used:
    case RefusalCode::extension_too_long:
    case RefusalCode::peremptory_exhausted:
    case RefusalCode::neutral_unavailable:
    case RefusalCode::idempotency_in_progress:
    case RefusalCode::clock_moves_forward_only:
    case RefusalCode::quarantined: return RefusalKind::conflict;
    case RefusalCode::version_conflict: return RefusalKind::stale;
    case RefusalCode::precondition_required: return RefusalKind::condition_required;
    case RefusalCode::too_large: return RefusalKind::too_large;
    case RefusalCode::unsupported_media_type: return RefusalKind::unsupported;
    case RefusalCode::invalid:
    case RefusalCode::unknown_field:
    case RefusalCode::missing_field:
    case RefusalCode::wrong_type:
    case RefusalCode::out_of_range:
    case RefusalCode::currency_mismatch:
    case RefusalCode::no_agreement:
    case RefusalCode::out_of_scope:
    case RefusalCode::track_forbidden:
    case RefusalCode::procedure_rejected:
    case RefusalCode::idempotency_key_reused: return RefusalKind::invalid;
    case RefusalCode::busy:
    case RefusalCode::outcome_unknown: return RefusalKind::unavailable;
    }
    std::unreachable();
}

std::string_view name_of(RefusalCode code) {
    switch (code) {
    case RefusalCode::unreadable: return "unreadable";
    case RefusalCode::duplicate_key: return "duplicate_key";
    case RefusalCode::too_deep: return "too_deep";
    case RefusalCode::number_out_of_range: return "number_out_of_range";
    case RefusalCode::bad_parameter: return "bad_parameter";
    case RefusalCode::idempotency_key_missing: return "idempotency_key_missing";
    case RefusalCode::not_authenticated: return "not_authenticated";
    case RefusalCode::not_yours: return "not_yours";
    case RefusalCode::sign_in_required: return "sign_in_required";
    case RefusalCode::not_permitted: return "not_permitted";
    case RefusalCode::not_found: return "not_found";
    case RefusalCode::no_such_act: return "no_such_act";
    case RefusalCode::not_possible_now: return "not_possible_now";
    case RefusalCode::too_late: return "too_late";
    case RefusalCode::too_early: return "too_early";
    case RefusalCode::already_done: return "already_done";
    case RefusalCode::extension_used: return "extension_used";
    case RefusalCode::extension_too_long: return "extension_too_long";
    case RefusalCode::peremptory_exhausted: return "peremptory_exhausted";
    case RefusalCode::neutral_unavailable: return "neutral_unavailable";
    case RefusalCode::idempotency_in_progress: return "idempotency_in_progress";
    case RefusalCode::clock_moves_forward_only: return "clock_moves_forward_only";
    case RefusalCode::quarantined: return "quarantined";
    case RefusalCode::version_conflict: return "version_conflict";
    case RefusalCode::precondition_required: return "precondition_required";
    case RefusalCode::too_large: return "too_large";
    case RefusalCode::unsupported_media_type: return "unsupported_media_type";
    case RefusalCode::invalid: return "invalid";
    case RefusalCode::unknown_field: return "unknown_field";
    case RefusalCode::missing_field: return "missing_field";
    case RefusalCode::wrong_type: return "wrong_type";
    case RefusalCode::out_of_range: return "out_of_range";
    case RefusalCode::currency_mismatch: return "currency_mismatch";
    case RefusalCode::no_agreement: return "no_agreement";
    case RefusalCode::out_of_scope: return "out_of_scope";
    case RefusalCode::track_forbidden: return "track_forbidden";
    case RefusalCode::procedure_rejected: return "procedure_rejected";
    case RefusalCode::idempotency_key_reused: return "idempotency_key_reused";
    case RefusalCode::busy: return "busy";
    case RefusalCode::outcome_unknown: return "outcome_unknown";
    }
    std::unreachable();
}

std::string_view title_of(RefusalCode code) {
    switch (code) {
    case RefusalCode::unreadable: return "The request cannot be read";
    case RefusalCode::duplicate_key: return "A member is given twice";
    case RefusalCode::too_deep: return "The document is nested too deeply";
    case RefusalCode::number_out_of_range: return "A number cannot be kept without loss";
    case RefusalCode::bad_parameter: return "A parameter is not understood";
    case RefusalCode::idempotency_key_missing: return "An Idempotency-Key is needed";
    case RefusalCode::not_authenticated: return "Who is asking is not known";
    case RefusalCode::not_yours: return "This act belongs to someone else";
    case RefusalCode::sign_in_required: return "This act needs a verified sign-in";
    case RefusalCode::not_permitted: return "This credential does not permit it";
    case RefusalCode::not_found: return "There is no such thing";
    case RefusalCode::no_such_act: return "There is no such act";
    case RefusalCode::not_possible_now: return "This is not possible now";
    case RefusalCode::too_late: return "The time for this has passed";
    case RefusalCode::too_early: return "The time for this has not come";
    case RefusalCode::already_done: return "This has already been done";
    case RefusalCode::extension_used: return "The extension has been used";
    case RefusalCode::extension_too_long: return "The extension is too long";
    case RefusalCode::peremptory_exhausted: return "No challenge is left to use";
    case RefusalCode::neutral_unavailable: return "The neutral is not available";
    case RefusalCode::idempotency_in_progress: return "The same request is still running";
    case RefusalCode::clock_moves_forward_only: return "A clock only moves forward";
    case RefusalCode::quarantined: return "The dispute is held for inspection";
    case RefusalCode::version_conflict: return "It has changed since you read it";
    case RefusalCode::precondition_required: return "An If-Match is needed";
    case RefusalCode::too_large: return "The request is too large";
    case RefusalCode::unsupported_media_type: return "The media type is not supported";
    case RefusalCode::invalid: return "The request is not valid";
    case RefusalCode::unknown_field: return "A member is not known";
    case RefusalCode::missing_field: return "A member is missing";
    case RefusalCode::wrong_type: return "A member has the wrong type";
    case RefusalCode::out_of_range: return "A value is out of range";
    case RefusalCode::currency_mismatch: return "The currencies differ";
    case RefusalCode::no_agreement: return "There is no agreement for this";
    case RefusalCode::out_of_scope: return "The procedure does not cover this";
    case RefusalCode::track_forbidden: return "This track is not open to these parties";
    case RefusalCode::procedure_rejected: return "The procedure does not pass its checks";
    case RefusalCode::idempotency_key_reused:
        return "The Idempotency-Key was used for another body";
    case RefusalCode::busy: return "The server is busy";
    case RefusalCode::outcome_unknown: return "It is not known whether this was done";
    }
    std::unreachable();
}

} // namespace parley

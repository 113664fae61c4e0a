#pragma once

#include "engine/base/instant.hpp"
#include "engine/base/phrase.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley {

// An expected no. The name is the stable `code` of the problem document, and `kind_of` says
// what the caller should do next, which is also what the HTTP status says.
enum class RefusalCode : std::uint8_t {
    // malformed: fix the bytes (400)
    unreadable,
    duplicate_key,
    too_deep,
    number_out_of_range,
    bad_parameter,
    idempotency_key_missing,
    // unauthenticated (401)
    not_authenticated,
    // forbidden (403)
    not_yours,
    sign_in_required,
    not_permitted,
    // unknown (404)
    not_found,
    no_such_act,
    // conflict: not possible now (409)
    not_possible_now,
    too_late,
    too_early,
    already_done,
    extension_used,
    extension_too_long,
    peremptory_exhausted,
    neutral_unavailable,
    idempotency_in_progress,
    clock_moves_forward_only,
    quarantined,
    // stale (412), condition required (428)
    version_conflict,
    precondition_required,
    // size and type (413, 415)
    too_large,
    unsupported_media_type,
    // understood but wrong (422)
    invalid,
    unknown_field,
    missing_field,
    wrong_type,
    out_of_range,
    currency_mismatch,
    no_agreement,
    out_of_scope,
    track_forbidden,
    procedure_rejected,
    idempotency_key_reused,
    // wait (503)
    busy,
    outcome_unknown,
};

enum class RefusalKind : std::uint8_t {
    malformed,
    unauthenticated,
    forbidden,
    unknown,
    conflict,
    stale,
    condition_required,
    too_large,
    unsupported,
    invalid,
    unavailable,
};

RefusalKind kind_of(RefusalCode code);
// The stable snake_case code.
std::string_view name_of(RefusalCode code);
// A short sentence for people, the same for every occurrence of the code (RFC 9457 `title`).
std::string_view title_of(RefusalCode code);

// One fault in a document: where (RFC 6901 pointer), which, and how to mend it.
struct FieldError {
    std::string pointer;
    RefusalCode code;
    std::string detail;
    friend bool operator==(FieldError const&, FieldError const&) = default;
};

// What stands in the way of an act, from when it no longer will, where that is known, and the code
// that a refusal for it carries.
struct Blocker {
    Phrase condition;
    Phrase detail; // empty where the condition says it all: `detail_of`
    std::optional<Instant> unlocks_at = std::nullopt;
    RefusalCode code = RefusalCode::not_possible_now;
    friend bool operator==(Blocker const&, Blocker const&) = default;
};
using Blockers = std::vector<Blocker>;

// What was wanted and what stands in the way, in one sentence, with what is allowed instead.
struct Refusal {
    RefusalCode code = RefusalCode::invalid;
    std::string detail;
    std::vector<FieldError> errors;
    Blockers blocked_by;
    std::vector<std::string> allowed; // names of acts that the caller may take now
    friend bool operator==(Refusal const&, Refusal const&) = default;
};

template <class T>
using Result = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(RefusalCode code, std::string detail) {
    return std::unexpected(Refusal{code, std::move(detail), {}, {}, {}});
}

// A refusal about one field of a document.
inline std::unexpected<Refusal> refuse_field(RefusalCode code, std::string pointer,
                                             std::string detail) {
    Refusal refusal{code, detail, {}, {}, {}};
    refusal.errors.push_back({std::move(pointer), code, std::move(detail)});
    return std::unexpected(std::move(refusal));
}

} // namespace parley

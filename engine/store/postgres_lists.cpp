#include "engine/store/postgres_lists.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace parley::store {

namespace {

// The row leaves to the last event what that says anyway: the version, and mostly the time. A stream
// of a dispute is kept as one byte and the id (keys.cpp).
constexpr std::string_view columns =
    "d.id, d.live, d.platform, d.status, d.stage, d.procedure, d.procedure_version, d.created_at,"
    " coalesce(d.changed_at, last.at), coalesce(last.version, 0), d.claimant, d.respondent,"
    " d.mediator, d.decider, d.clock, d.reference";
constexpr std::string_view with_last_event =
    " LEFT JOIN LATERAL (SELECT e.at, e.version FROM event e"
    " WHERE e.stream = '\\x01'::bytea || d.id ORDER BY e.version DESC LIMIT 1) last ON true";

enum class Way : std::uint8_t { any, claimant, respondent, mediator, decider };

std::vector<Way> ways(DisputeFilter const& filter) {
    if (filter.reference && !filter.reference->empty()) return {Way::any};
    if (filter.party) return {Way::claimant, Way::respondent};
    if (filter.neutral) return {Way::mediator, Way::decider};
    return {Way::any};
}

constexpr std::size_t first_word_parameter = 10;

// Where the words of parameter `i` lie.
std::string range_of(std::size_t i) {
    std::string const from = std::to_string(first_word_parameter + 2 * i);
    std::string const to = std::to_string(first_word_parameter + 2 * i + 1);
    return " w.word >= $" + from + "::text AND w.word < $" + to + "::text";
}

// A person has few disputes, so their words are looked at one by one; anyone else starts from a word,
// of one platform or of each in turn.
bool by_words(DisputeFilter const& filter) {
    return !filter.words.empty() && !filter.party && !filter.neutral &&
           (!filter.reference || filter.reference->empty());
}

std::string with_words(DisputeFilter const& filter) {
    std::string sql;
    bool const from_words = by_words(filter);
    if (from_words) {
        sql += " AND id IN (SELECT w.dispute FROM ";
        sql += filter.platform ? "dispute_word w WHERE w.platform = $2::bytea"
                               : "platform p JOIN dispute_word w ON w.platform = p.id WHERE true";
        sql += " AND w.live = $1::bool AND" + range_of(0) + ')';
    }
    for (std::size_t i = from_words ? 1 : 0; i < filter.words.size(); ++i)
        sql += " AND EXISTS (SELECT FROM dispute_word w WHERE w.dispute = dispute.id AND" +
               range_of(i) + ')';
    return sql;
}

std::string part(DisputeFilter const& filter, bool after_one, Way way) {
    std::string sql = "SELECT * FROM dispute WHERE live = $1::bool";
    if (filter.platform) sql += " AND platform = $2::bytea";
    if (way == Way::mediator) sql += " AND mediator = $3::bytea";
    else if (way == Way::decider) sql += " AND decider = $3::bytea";
    else if (filter.neutral) sql += " AND (mediator = $3::bytea OR decider = $3::bytea)";
    if (way == Way::claimant) sql += " AND claimant = $4::bytea";
    else if (way == Way::respondent) sql += " AND respondent = $4::bytea";
    else if (filter.party) sql += " AND (claimant = $4::bytea OR respondent = $4::bytea)";
    // A literal, for a partial index is used only where the condition is known when planning.
    if (filter.status == Status::open) sql += " AND status = 0";
    else if (filter.status) sql += " AND status = $5::int8";
    if (filter.stage) sql += " AND stage = $6::text";
    if (filter.reference) sql += " AND reference = $7::text";
    if (filter.reference && !filter.reference->empty()) sql += " AND reference <> ''";
    sql += with_words(filter);
    if (after_one) sql += " AND id < $8::bytea";
    sql += " ORDER BY id DESC LIMIT $9::int8";
    return sql;
}

static_assert(std::to_underlying(Status::open) == 0, "the partial index names it by number");

// Mentions every parameter, so that all statements take the same.
constexpr std::string_view all_parameters =
    "WITH asked AS (SELECT $1::bool, $2::bytea, $3::bytea, $4::bytea, $5::int8, $6::text, $7::text,"
    " $8::bytea, $9::int8";

} // namespace

std::string postgres_list_sql(DisputeFilter const& filter, bool after_one) {
    std::string page;
    for (Way const way : ways(filter)) {
        // Each half gives one page at most; the union drops what stands in both.
        page += page.empty() ? "(" : " UNION (";
        page += part(filter, after_one, way);
        page += ')';
    }
    std::string sql(all_parameters);
    for (std::size_t i = 0; i < 2 * filter.words.size(); ++i)
        sql += ", $" + std::to_string(first_word_parameter + i) + "::text";
    sql += ") SELECT ";
    sql += columns;
    sql += " FROM (SELECT * FROM (" + page + ") found ORDER BY id DESC LIMIT $9::int8) d";
    sql += with_last_event;
    sql += " ORDER BY d.id DESC";
    return sql;
}

std::string postgres_walk_sql(bool after_one) {
    std::string sql = "SELECT ";
    sql += columns;
    sql += " FROM (SELECT * FROM dispute WHERE ";
    sql += after_one ? "id > $1::bytea" : "$1::bytea IS NULL";
    sql += " ORDER BY id LIMIT $2::int8) d";
    sql += with_last_event;
    sql += " ORDER BY d.id";
    return sql;
}

} // namespace parley::store

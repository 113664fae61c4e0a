#include "engine/store/dispute_query.hpp"

#include "engine/base/assert.hpp"
#include "engine/model/search_words.hpp"
#include "engine/store/rows.hpp"
#include "engine/store/sqlite.hpp"

#include <utility>

namespace parley::store {

namespace {

// The row leaves to the last event what that says anyway: the version, and mostly the time. A
// stream of a dispute is kept as one byte and the id (keys.cpp).
constexpr std::string_view columns =
    "id, live, platform, status, stage, procedure, procedure_version, created_at,"
    " coalesce(changed_at, (SELECT at FROM event INDEXED BY event_of_stream"
    " WHERE stream = CAST(x'01' || dispute.id AS BLOB) ORDER BY version DESC LIMIT 1)),"
    " (SELECT version FROM event INDEXED BY event_of_stream"
    " WHERE stream = CAST(x'01' || dispute.id AS BLOB) ORDER BY version DESC LIMIT 1),"
    " claimant, respondent, mediator, decider, clock, reference";

std::vector<DisputeRow> read_rows(Statement& statement) {
    std::vector<DisputeRow> out;
    while (statement.step()) out.push_back(read_dispute(statement));
    return out;
}

constexpr std::size_t first_word_parameter = 10;

bool only_open(DisputeFilter const& filter) { return filter.status == Status::open; }

// A person has few disputes, so their words are looked at one by one; anyone else starts from a word.
bool by_words(DisputeFilter const& filter) {
    return !filter.words.empty() && !filter.party && !filter.neutral &&
           (!filter.reference || filter.reference->empty());
}
constexpr std::string_view words_way = "dispute_word";

// Parameters of word `i`: where its range begins and ends.
std::string range_of(std::size_t i) {
    return " w.word >= ?" + std::to_string(first_word_parameter + 2 * i) + " AND w.word < ?" +
           std::to_string(first_word_parameter + 2 * i + 1);
}

// Those that the first word leads to, of one platform or of each in turn: never through what another
// platform has.
std::string found_by_first_word(DisputeFilter const& filter) {
    std::string sql = " AND id IN (SELECT w.dispute FROM ";
    sql += filter.platform ? "dispute_word w WHERE w.platform = ?2"
                           : "platform p CROSS JOIN dispute_word w WHERE w.platform = p.id";
    return sql + " AND w.live = ?1 AND" + range_of(0) + ')';
}

// The indexes whose ranges together hold the answer: two where a person can be in either of two
// columns. An empty name is the table itself, which is in the order of ids.
std::vector<std::string_view> ways(DisputeFilter const& filter) {
    if (by_words(filter)) return {words_way};
    if (filter.reference && !filter.reference->empty()) return {"dispute_of_reference"};
    if (filter.party) return {"dispute_of_claimant", "dispute_of_respondent"};
    if (filter.neutral) return {"dispute_of_mediator", "dispute_of_decider"};
    if (filter.platform && only_open(filter)) return {"dispute_open_of_platform"};
    if (filter.platform) return {"dispute_of_platform"};
    if (filter.stage) return {"dispute_in_stage"};
    return {""};
}

// Numbered parameters, so that both halves of a union share them:
// 1 live, 2 platform, 3 neutral, 4 party, 5 status, 6 stage, 7 reference, 8 before, 9 limit, and from
// 10 on two a word.
std::string part(DisputeFilter const& filter, bool after_one, std::string_view way) {
    std::string sql = "SELECT ";
    sql += columns;
    sql += " FROM dispute";
    bool const from_words = way == words_way;
    if (from_words) way = {};
    if (!way.empty()) {
        sql += " INDEXED BY ";
        sql += way;
    }
    // The plus keeps the planner from an index on `live`, whose rows it would then sort.
    sql += way.empty() ? " WHERE +live = ?1" : " WHERE live = ?1";
    if (filter.platform) sql += " AND platform = ?2";
    if (way == "dispute_of_mediator") sql += " AND mediator = ?3";
    else if (way == "dispute_of_decider") sql += " AND decider = ?3";
    else if (filter.neutral) sql += " AND (mediator = ?3 OR decider = ?3)";
    if (way == "dispute_of_claimant") sql += " AND claimant = ?4";
    else if (way == "dispute_of_respondent") sql += " AND respondent = ?4";
    else if (filter.party) sql += " AND (claimant = ?4 OR respondent = ?4)";
    // A literal, for a partial index is used only where the condition is known when planning.
    if (only_open(filter)) sql += " AND status = 0";
    else if (filter.status) sql += " AND status = ?5";
    if (filter.stage) sql += " AND stage = ?6";
    if (filter.reference) sql += " AND reference = ?7";
    if (way == "dispute_of_reference") sql += " AND reference <> ''";
    if (from_words) sql += found_by_first_word(filter);
    for (std::size_t i = from_words ? 1 : 0; i < filter.words.size(); ++i)
        sql += " AND EXISTS (SELECT 1 FROM dispute_word w INDEXED BY dispute_word_of_dispute"
               " WHERE w.dispute = dispute.id AND" +
               range_of(i) + ')';
    if (after_one) sql += " AND id < ?8";
    sql += " ORDER BY id DESC LIMIT ?9";
    return sql;
}

static_assert(std::to_underlying(Status::open) == 0, "the partial index names it by number");

} // namespace

std::string dispute_list_sql(DisputeFilter const& filter, bool after_one) {
    std::vector<std::string_view> const all = ways(filter);
    if (all.size() == 1) return part(filter, after_one, all.front());
    // Each half gives one page at most; the union drops what stands in both.
    std::string sql;
    for (std::string_view const way : all) {
        sql += sql.empty() ? "SELECT * FROM (" : " UNION SELECT * FROM (";
        sql += part(filter, after_one, way);
        sql += ')';
    }
    sql += " ORDER BY id DESC LIMIT ?9";
    return sql;
}

std::vector<DisputeRow> list_disputes(Connection& connection, DisputeFilter const& filter,
                                      std::optional<DisputeId> const& before, std::size_t limit) {
    PARLEY_ASSERT(filter.words.size() <= search_words_max, "a question has few words");
    // Every parameter up to the limit exists, used or not, because the limit has the highest
    // number.
    Use list(connection.kept(dispute_list_sql(filter, before.has_value())));
    list->bind(filter.live ? 1 : 0).bind(filter.platform).bind(filter.neutral).bind(filter.party);
    if (filter.status) list->bind(std::int64_t{std::to_underlying(*filter.status)});
    else list->bind_null();
    if (filter.stage) list->bind_text(*filter.stage);
    else list->bind_null();
    if (filter.reference) list->bind_text(*filter.reference);
    else list->bind_null();
    list->bind(before).bind(static_cast<std::int64_t>(limit));
    std::vector<std::string> ends;
    ends.reserve(filter.words.size());
    for (std::string const& word : filter.words) {
        ends.push_back(end_of_words(word));
        list->bind_text(word).bind_text(ends.back());
    }
    return read_rows(*list);
}

std::vector<DisputeRow> walk_disputes(Connection& connection, std::optional<DisputeId> const& after,
                                      std::size_t limit) {
    std::string sql = "SELECT ";
    sql += columns;
    sql += " FROM dispute";
    if (after) sql += " WHERE id > ?1";
    sql += " ORDER BY id LIMIT ?2";
    Use walk(connection.kept(sql));
    walk->bind(after).bind(static_cast<std::int64_t>(limit));
    return read_rows(*walk);
}

} // namespace parley::store

#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/store/postgres.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace parley::store {

// The hot path on PostgreSQL: a batch of units in one transaction and two exchanges. The first locks
// the log's head, which puts the batches of all nodes in order, and asks for what the guards need; the
// second sends the rows of the winners, a statement a table, and the commit. While the database looks,
// nothing is computed twice: fates are judged here, by the rules that SQLite's writer follows
// (docs/decisions/0007-postgresql-batches.md).
class PostgresBatch {
public:
    explicit PostgresBatch(std::span<Unit> units);

    // Fills `position` of the events that win. Throws PostgresFault when nothing was written, and
    // UnknownFate.
    std::vector<UnitFate> write(PostgresConnection& connection);

    // The same in one exchange, where the units write to one log and no load is looked at. Nothing, and
    // nothing written, when it is not so or a unit would lose; then `write` finds out why, on another
    // batch of the same units.
    std::optional<std::vector<UnitFate>> write_at_once(PostgresConnection& connection);

    static void prepare(PostgresConnection& connection); // once a connection

private:
    void ask(PostgresConnection& connection);
    void judge(PostgresConnection& connection, std::vector<UnitFate>& fates);
    void add_winner(Unit& unit);
    void add_event(StoredEvent& event, std::string_view stream, std::int64_t place);
    void add_dispute(Unit const& unit, DisputeRow const& row);
    bool all_win();
    // Known, or counted from the head that was asked for just before and is then given back.
    enum class Places : std::uint8_t { known, from_head };
    std::uint64_t send_winners(PostgresConnection& connection, Places places);
    static PgRows answer_of(PostgresConnection& connection);

    std::span<Unit> units_;
    std::vector<std::string> streams_; // distinct, packed
    std::vector<Bytes16> names_;       // of receipts
    std::vector<NeutralId> neutrals_;  // distinct, in order
    std::set<bool> logs_;              // live or not
    // Of the logs, after the units that won; from the head where that is not known.
    std::map<bool, std::uint64_t> sizes_;

    // What is sent, in the order of the statements' parameters.
    struct Rows;
    std::shared_ptr<Rows> rows_;
};

} // namespace parley::store

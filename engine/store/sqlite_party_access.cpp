#include "engine/store/sqlite_party_access.hpp"

namespace parley::store {

namespace {

constexpr auto find_sql =
    "SELECT id, dispute, party, made_at, expires_at, wrong, used_at FROM sign_in WHERE id = ?";

std::optional<SignIn> read_sign_in(Connection& connection, SignInId id) {
    Use find(connection.kept(find_sql));
    find->bind(id);
    if (!find->step()) return std::nullopt;
    return SignIn{find->id<SignInId>(0),    find->id<DisputeId>(1),
                  find->id<PartyId>(2),     find->instant(3),
                  find->instant(4),         static_cast<std::uint32_t>(find->number(5)),
                  find->optional_instant(6)};
}

class SqlitePartyAccessWrites final : public PartyAccessWrites {
public:
    SqlitePartyAccessWrites(Connection& connection, Write write)
        : connection_(connection), write_(std::move(write)) {}

    void note_token(StoredReceipt const& receipt) override {
        write_(receipt, [] {});
    }

    bool begin_sign_in(SignIn const& sign_in, OutboxRow const& notice, Instant since,
                       std::size_t most, WithReceipt const& receipt) override {
        bool kept = false;
        WithReceipt told; // only of what was begun
        write_(told, [&] {
            Use count(
                connection_.kept("SELECT count(*) FROM sign_in WHERE party = ? AND made_at >= ?"));
            count->bind(sign_in.party).bind(since);
            if (!count->step() || count->number(0) >= static_cast<std::int64_t>(most)) return;
            Use add(connection_.kept("INSERT INTO sign_in (id, dispute, party, made_at, expires_at,"
                                     " wrong) VALUES (?, ?, ?, ?, ?, 0)"));
            add->bind(sign_in.id).bind(sign_in.dispute).bind(sign_in.party);
            add->bind(sign_in.made_at).bind(sign_in.expires_at);
            add->run();
            Use tell(connection_.kept("INSERT INTO outbox (id, kind, dispute, event, addressee,"
                                      " notice, at) VALUES (?, ?, ?, ?, ?, ?, ?)"));
            tell->bind_text(notice.id).bind_text(notice.kind).bind(notice.dispute);
            tell->bind_text(notice.event).bind_text(notice.addressee).bind_text(notice.notice);
            tell->bind(notice.at);
            tell->run();
            kept = true;
            told = receipt;
        });
        return kept;
    }

    SignInFate try_sign_in(SignInId id, bool right, Instant now,
                           std::uint32_t wrong_most) override {
        SignInFate fate = SignInFate::over;
        write_({}, [&] {
            auto const known = read_sign_in(connection_, id);
            if (!known || known->used_at || known->expires_at <= now || known->wrong >= wrong_most)
                return;
            fate = right ? SignInFate::good : SignInFate::wrong;
            Use note(connection_.kept(right ? "UPDATE sign_in SET used_at = ? WHERE id = ?"
                                            : "UPDATE sign_in SET wrong = wrong + 1 WHERE id = ?"));
            if (right) note->bind(now);
            note->bind(id);
            note->run();
        });
        return fate;
    }

    void revoke_token(RevokedToken const& token, WithReceipt const& receipt) override {
        write_(receipt, [&] {
            Use add(connection_.kept("INSERT INTO revoked_token (id, dispute, keep_until)"
                                     " VALUES (?, ?, ?) ON CONFLICT DO NOTHING"));
            add->bind(token.id).bind(token.dispute).bind(token.keep_until);
            add->run();
        });
    }

    void delete_party_access_before(Instant at) override {
        write_({}, [&] {
            Use sign_ins(connection_.kept("DELETE FROM sign_in WHERE expires_at < ?"));
            sign_ins->bind(at);
            sign_ins->run();
            Use tokens(connection_.kept("DELETE FROM revoked_token WHERE keep_until < ?"));
            tokens->bind(at);
            tokens->run();
        });
    }

private:
    Connection& connection_;
    Write write_;
};

class SqlitePartyAccessReads final : public PartyAccessReads {
public:
    explicit SqlitePartyAccessReads(ReaderPool& pool) : pool_(pool) {}

    std::optional<SignIn> sign_in(SignInId id) override {
        auto lease = pool_.lease();
        return read_sign_in(*lease, id);
    }

    std::vector<RevokedToken> revoked_tokens() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT id, dispute, keep_until FROM revoked_token ORDER BY id"));
        std::vector<RevokedToken> out;
        while (find->step())
            out.push_back({find->id<AccessTokenId>(0), find->id<DisputeId>(1), find->instant(2)});
        return out;
    }

private:
    ReaderPool& pool_;
};

} // namespace

std::unique_ptr<PartyAccessWrites> sqlite_party_access_writes(Connection& connection, Write write) {
    return std::make_unique<SqlitePartyAccessWrites>(connection, std::move(write));
}

std::unique_ptr<PartyAccessReads> sqlite_party_access_reads(ReaderPool& pool) {
    return std::make_unique<SqlitePartyAccessReads>(pool);
}

} // namespace parley::store

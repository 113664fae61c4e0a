#include "engine/store/postgres_party_access.hpp"

#include <utility>

namespace parley::store {

namespace {

SignIn read_sign_in(PgRows& row) {
    return {row.id<SignInId>(0),    row.id<DisputeId>(1), row.id<PartyId>(2),
            row.instant(3),         row.instant(4),       static_cast<std::uint32_t>(row.number(5)),
            row.optional_instant(6)};
}
constexpr auto find_sql = "SELECT id, dispute, party, made_at, expires_at, wrong, used_at"
                          " FROM sign_in WHERE id = $1::bytea";

class PostgresPartyAccessWrites final : public PartyAccessWrites {
public:
    explicit PostgresPartyAccessWrites(PgWrite write) : write_(std::move(write)) {}

    void note_token(StoredReceipt const& receipt) override {
        write_(receipt, [](PostgresConnection&) {});
    }

    bool begin_sign_in(SignIn const& sign_in, OutboxRow const& notice, Instant since,
                       std::size_t most, WithReceipt const& receipt) override {
        bool kept = false;
        WithReceipt told; // only of what was begun
        write_(told, [&](PostgresConnection& connection) {
            kept = false;
            told.reset();
            PgValues whose;
            whose.add(sign_in.party).add(since);
            PgRows const count = connection.run("SELECT count(*)::int8 FROM sign_in WHERE party = "
                                                "$1::bytea AND made_at >= $2::int8",
                                                whose);
            if (count.number(0) >= static_cast<std::int64_t>(most)) return;
            PgValues row;
            row.add(sign_in.id).add(sign_in.dispute).add(sign_in.party);
            row.add(sign_in.made_at).add(sign_in.expires_at);
            connection.run("INSERT INTO sign_in (id, dispute, party, made_at, expires_at, wrong)"
                           " VALUES ($1::bytea, $2::bytea, $3::bytea, $4::int8, $5::int8, 0)",
                           row);
            PgValues tell;
            tell.add_text(notice.id).add_text(notice.kind).add(notice.dispute);
            tell.add_text(notice.event).add_text(notice.addressee).add_text(notice.notice);
            tell.add(notice.at);
            connection.run("INSERT INTO outbox (id, kind, dispute, event, addressee, notice, at)"
                           " VALUES ($1::text, $2::text, $3::bytea, $4::text, $5::text, $6::text,"
                           " $7::int8)",
                           tell);
            kept = true;
            told = receipt;
        });
        return kept;
    }

    SignInFate try_sign_in(SignInId id, bool right, Instant now,
                           std::uint32_t wrong_most) override {
        SignInFate fate = SignInFate::over;
        write_({}, [&](PostgresConnection& connection) {
            fate = SignInFate::over;
            PgValues which;
            which.add(id);
            PgRows found = connection.run(std::string(find_sql) + " FOR UPDATE", which);
            if (found.count() == 0) return;
            SignIn const known = read_sign_in(found);
            if (known.used_at || known.expires_at <= now || known.wrong >= wrong_most) return;
            fate = right ? SignInFate::good : SignInFate::wrong;
            if (right) which.add(now);
            connection.run(right ? "UPDATE sign_in SET used_at = $2::int8 WHERE id = $1::bytea"
                                 : "UPDATE sign_in SET wrong = wrong + 1 WHERE id = $1::bytea",
                           which);
        });
        return fate;
    }

    void revoke_token(RevokedToken const& token, WithReceipt const& receipt) override {
        write_(receipt, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(token.id).add(token.dispute).add(token.keep_until);
            connection.run("INSERT INTO revoked_token (id, dispute, keep_until)"
                           " VALUES ($1::bytea, $2::bytea, $3::int8) ON CONFLICT DO NOTHING",
                           values);
        });
    }

    void delete_party_access_before(Instant at) override {
        write_({}, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(at);
            connection.run("DELETE FROM sign_in WHERE expires_at < $1::int8", values);
            connection.run("DELETE FROM revoked_token WHERE keep_until < $1::int8", values);
        });
    }

private:
    PgWrite write_;
};

class PostgresPartyAccessReads final : public PartyAccessReads {
public:
    explicit PostgresPartyAccessReads(PgAsk ask) : ask_(std::move(ask)) {}

    std::optional<SignIn> sign_in(SignInId id) override {
        PgValues values;
        values.add(id);
        PgRows found = ask_(find_sql, values);
        if (found.count() == 0) return std::nullopt;
        return read_sign_in(found);
    }

    std::vector<RevokedToken> revoked_tokens() override {
        return rows(ask_("SELECT id, dispute, keep_until FROM revoked_token ORDER BY id", {}),
                    [](PgRows const& row) {
                        return RevokedToken{row.id<AccessTokenId>(0), row.id<DisputeId>(1),
                                            row.instant(2)};
                    });
    }

private:
    PgAsk ask_;
};

} // namespace

std::unique_ptr<PartyAccessWrites> postgres_party_access_writes(PgWrite write) {
    return std::make_unique<PostgresPartyAccessWrites>(std::move(write));
}

std::unique_ptr<PartyAccessReads> postgres_party_access_reads(PgAsk ask) {
    return std::make_unique<PostgresPartyAccessReads>(std::move(ask));
}

} // namespace parley::store

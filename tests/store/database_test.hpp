#pragma once

#include "engine/store/postgres_journal.hpp"
#include "engine/store/postgres_reader.hpp"
#include "tests/store/store_world.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace parley {
inline namespace store_world {

// The server that all PostgreSQL tests of this program share; each test has a database of its own.
inline PostgresCluster& shared_cluster() {
    static PostgresCluster cluster;
    return cluster;
}

class SqliteStore final : public AnyStore {
public:
    SqliteStore() : data_(folder_.path() / "data") {
        journal = open_sqlite_journal(data_);
        reader = open_sqlite_reader(data_);
    }
    ~SqliteStore() override {
        reader.reset();
        journal.reset();
    }

private:
    TemporaryFolder folder_;
    DataFolder data_;
};

class PostgresStore final : public AnyStore {
public:
    PostgresStore() : database(shared_cluster().make_database()) {
        std::string const url = shared_cluster().url(database);
        journal = open_postgres_journal(url, {.strict = false}); // the tests' server does not flush
        reader = open_postgres_reader(url);
    }
    std::string const database;
};

// A test that is run on both databases: TEST_P, and PARLEY_ON_BOTH_DATABASES(fixture) once.
class DatabaseTest : public ::testing::TestWithParam<Kind> {
protected:
    std::unique_ptr<AnyStore> const owned_ = make();
    AnyStore& store_ = *owned_;

private:
    static std::unique_ptr<AnyStore> make() {
        if (GetParam() == Kind::sqlite) return std::make_unique<SqliteStore>();
        return std::make_unique<PostgresStore>();
    }
};

#define PARLEY_ON_BOTH_DATABASES(fixture)                                                          \
    INSTANTIATE_TEST_SUITE_P(Sqlite, fixture, ::testing::Values(Kind::sqlite));                    \
    INSTANTIATE_TEST_SUITE_P(PostgreSQL, fixture, ::testing::Values(Kind::postgresql))

} // namespace store_world
} // namespace parley

#include "engine/store/postgres_session.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <algorithm>

namespace parley::store {

struct PostgresSession::Body {
    explicit Body(std::string const& connect) : session(soci::postgresql, connect) {}
    soci::session session;
};

PostgresSession::PostgresSession(std::string const& connection_string, std::string const& where) {
    try {
        body_ = std::make_unique<Body>(connection_string);
    } catch (soci::soci_error const& error) {
        std::string said = error.get_error_message(); // several lines, for a log that wants one
        while (said.ends_with('\n')) said.pop_back();
        std::ranges::replace(said, '\n', ' ');
        std::ranges::replace(said, '\t', ' ');
        throw Fault("the database " + where + " cannot be reached: " + said);
    }
}

PostgresSession::~PostgresSession() = default;

// As in session.cpp: the library keeps the type information of its backend to itself.
#ifdef __clang__
[[clang::no_sanitize("vptr")]]
#endif
void* PostgresSession::native() {
    PARLEY_ASSERT(body_->session.get_backend_name() == "postgresql",
                  "the PostgreSQL factory was named");
    return static_cast<soci::postgresql_session_backend*>(body_->session.get_backend())->conn_;
}

} // namespace parley::store

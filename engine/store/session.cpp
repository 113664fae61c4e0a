#include "engine/store/session.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace parley::store {

struct Session::Body {
    explicit Body(std::string const& connect) : session(soci::sqlite3, connect) {}
    soci::session session;
};

Session::Session(std::string const& path, bool read_only) {
    // SOCI splits its connect string at spaces and understands double quotes, without an escape.
    if (path.find('"') != std::string::npos)
        throw Fault("the database " + path +
                    " cannot be opened: its path has a double quote in it");
    std::string connect = "dbname=\"" + path + "\" timeout=5";
    if (read_only) connect += " readonly=1";
    try {
        body_ = std::make_unique<Body>(connect);
    } catch (soci::soci_error const& error) {
        throw Fault("the database " + path + " cannot be opened: " + error.get_error_message());
    }
}

Session::~Session() = default;

// The library keeps the type information of its backend to itself: neither a dynamic_cast nor the
// sanitizer's check of a static one can be linked.
#ifdef __clang__
[[clang::no_sanitize("vptr")]]
#endif
void* Session::native() {
    PARLEY_ASSERT(body_->session.get_backend_name() == "sqlite3", "the SQLite factory was named");
    return static_cast<soci::sqlite3_session_backend*>(body_->session.get_backend())->conn_;
}

} // namespace parley::store

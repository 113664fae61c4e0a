#pragma once

#include <memory>
#include <string>

namespace parley::store {

// A SOCI session with its SQLite factory named, for one database file. It alone knows SOCI: that
// header puts SQLite's names into a namespace of its own and cannot stand beside sqlite3.h.
class Session {
public:
    // Opens or creates the file; throws Fault.
    Session(std::string const& path, bool read_only);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    // The sqlite3* behind it.
    void* native();

private:
    struct Body;
    std::unique_ptr<Body> body_;
};

} // namespace parley::store

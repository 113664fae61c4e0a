#include "api/app/house_keys.hpp"

#include "api/app/files.hpp"

#include <fmt/format.h>

#include <limits>

namespace parley::app {
namespace {

struct SharedKey {
    char const* file;
    Bytes32 HouseKeys::* key;
};
constexpr SharedKey shared_keys[] = {{"sealing.key", &HouseKeys::sealing},
                                     {"tokens.key", &HouseKeys::tokens},
                                     {"webhooks.key", &HouseKeys::webhooks}};

} // namespace

HouseKeys read_house_keys(std::string const& folder) {
    HouseKeys keys;
    for (auto const& [file, key] : shared_keys) keys.*key = kept_key(folder, file);
    keys.node = hex_of(kept_key(folder, "node.id"));
    return keys;
}

Done hold_shared_keys(HouseKeys const& keys, std::string const& folder, Journal& journal,
                      Instant now) {
    Instant const never{std::numeric_limits<std::int64_t>::max()};
    for (auto const& [file, key] : shared_keys) {
        Digest const digest = sha256({"parley-shared-key/v1\n", view_of(keys.*key)});
        if (!journal.take_lease(file, hex_of(digest), now, never))
            return fail(fmt::format(
                "{}/{} is not the {} that this database is used with; copy it from the data folder"
                " of another node, or of the server that used the database before"
                " (docs/OPERATING.md, Several nodes)",
                folder, file, file));
    }
    return {};
}

} // namespace parley::app

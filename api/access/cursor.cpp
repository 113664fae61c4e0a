#include "api/access/cursor.hpp"

namespace parley::access {

namespace {

constexpr std::size_t cursor_length_max = 512;

} // namespace

std::string cursor_binding(Principal const& principal, std::optional<PartyId> const& act_as,
                           std::string_view path, std::string_view filter) {
    std::string out = "parley-cursor/v1\n" + principal.name() + '\n';
    if (act_as) act_as->append_to(out);
    out += '\n';
    out += path;
    out += '\n';
    out += filter;
    return out;
}

std::string make_cursor(Bytes32 const& key, std::string_view place, std::string_view binding) {
    Bytes16 nonce{};
    fill_random(nonce);
    return base64url_of(seal(key, nonce, place, binding));
}

Result<std::string> open_cursor(Bytes32 const& key, std::string_view cursor,
                                std::string_view binding) {
    if (cursor.size() <= cursor_length_max)
        if (auto const sealed = parse_base64url(cursor))
            if (auto place = unseal(key, *sealed, binding)) return std::move(*place);
    return refuse(RefusalCode::bad_parameter,
                  "This cursor does not belong to this list: start again without `after`.");
}

} // namespace parley::access

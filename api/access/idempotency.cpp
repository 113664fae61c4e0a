#include "api/access/idempotency.hpp"

#include <nlohmann/json.hpp>

namespace parley::access {

namespace {

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

std::unexpected<Refusal> unreadable_key() {
    return refuse(RefusalCode::bad_parameter,
                  "Idempotency-Key takes 1 to 255 visible ASCII characters, in quotes or bare.");
}

// RFC 8941 §4.2.5, without the space that it would allow; parameters are not taken.
std::optional<std::string> unquoted(std::string_view text) {
    text.remove_prefix(1);
    std::string out;
    while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\') {
            text.remove_prefix(1);
            if (text.empty() || (text.front() != '"' && text.front() != '\\')) return std::nullopt;
        }
        if (!is_visible(text.front())) return std::nullopt;
        out += text.front();
        text.remove_prefix(1);
    }
    if (text.size() != 1) return std::nullopt;
    return out;
}

} // namespace

Result<std::string> read_idempotency_key(std::optional<std::string_view> header) {
    if (!header)
        return refuse(RefusalCode::idempotency_key_missing,
                      "Send an Idempotency-Key with every POST: any text of your own, new for each "
                      "request and the same when you try again.");
    if (header->starts_with('"')) {
        auto key = unquoted(*header);
        if (!key || key->empty() || key->size() > idempotency_key_max) return unreadable_key();
        return std::move(*key);
    }
    if (header->empty() || header->size() > idempotency_key_max) return unreadable_key();
    for (char const c : *header)
        if (!is_visible(c) || c == '"' || c == '\\' || c == ',') return unreadable_key();
    return std::string(*header);
}

Digest fingerprint_of(Json const& body, std::string_view query) {
    // Objects of this type keep their members sorted, so one meaning has one text.
    return sha256({body.dump(), "\n", query});
}

ReceiptKey receipt_key(Principal const& principal, std::optional<PartyId> const& act_as,
                       std::string_view method, std::string_view path, std::string key,
                       Digest const& fingerprint) {
    std::string scope = principal.name();
    scope += ' ';
    if (act_as) act_as->append_to(scope);
    else scope += '-';
    scope += ' ';
    scope += method;
    scope += ' ';
    scope += path;
    return {std::move(scope), std::move(key), fingerprint};
}

} // namespace parley::access

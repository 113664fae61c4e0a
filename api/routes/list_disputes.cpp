#include "api/routes/dispute_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/permit.hpp"
#include "engine/model/search_words.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace parley::routes {

namespace {

constexpr std::size_t parameter_length_max = 200;

// What `q` asks for: an id of a dispute or of a party as it is, or else words that must each begin a
// word of the reference or of a party's name.
struct Question {
    std::optional<DisputeId> dispute;
    bool nothing = false; // no dispute can fit
};

// The filter starts from who asks and is only ever narrowed.
DisputeFilter filter_of(Call const& call) {
    access::Principal const& principal = call.principal();
    DisputeFilter filter;
    filter.live = principal.live;
    filter.platform = principal.platform;
    filter.neutral = principal.neutral;
    filter.party = principal.party ? principal.party : call.act_as();
    return filter;
}

std::unexpected<Refusal> bad(std::string detail) {
    return refuse(RefusalCode::bad_parameter, std::move(detail));
}

Result<void> read_question(std::string const& text, DisputeFilter& filter, Question& question) {
    if (text.size() > parameter_length_max) return bad("q is at most 200 bytes long.");
    question.dispute = DisputeId::parse(text);
    if (question.dispute) return {};
    if (auto const party = PartyId::parse(text)) {
        question.nothing = filter.party && *filter.party != *party;
        filter.party = party;
        return {};
    }
    add_search_words(filter.words, text);
    if (filter.words.size() > search_words_max) return bad("q is at most five words.");
    // The longest is the rarest, and the one that the search starts from.
    std::ranges::sort(filter.words, std::ranges::greater{},
                      [](std::string const& word) { return std::pair(word.size(), word); });
    question.nothing = filter.words.empty();
    return {};
}

// The one dispute of that id, if the filter has it: rows come in the order of ids.
std::vector<DisputeRow> only(std::vector<DisputeRow> rows, DisputeId wanted) {
    std::erase_if(rows, [&](DisputeRow const& row) { return row.id != wanted; });
    return rows;
}
DisputeId after_one(DisputeId id) {
    Bytes16 bytes = id.bytes();
    for (std::size_t i = bytes.size(); i-- > 0;)
        if (++bytes[i] != 0) break;
    return DisputeId(bytes);
}

// Nothing when no dispute can be in the list.
Result<std::optional<DisputeFilter>> read_filter(Call const& call, Question& question) {
    DisputeFilter filter = filter_of(call);
    http::Head const& head = call.head();
    bool empty = false;
    if (auto const* status = head.parameter("status")) {
        filter.status = parse_name<Status>(*status);
        if (!filter.status) return bad("status is one of " + names_joined<Status>() + ".");
    }
    if (auto const* stage = head.parameter("stage")) {
        if (stage->size() > parameter_length_max) return bad("stage is the name of a stage.");
        filter.stage = *stage;
    }
    if (auto const* reference = head.parameter("reference")) {
        if (reference->size() > parameter_length_max)
            return bad("reference is at most 200 bytes long.");
        filter.reference = *reference;
    }
    if (auto const* text = head.parameter("party")) {
        auto const party = PartyId::parse(*text);
        if (!party) return bad("party is the id of a party: pty_ and 26 characters.");
        empty = filter.party && *filter.party != *party;
        filter.party = party;
    }
    if (auto const* q = head.parameter("q"))
        if (auto fine = read_question(*q, filter, question); !fine)
            return std::unexpected(std::move(fine.error()));
    if (empty || question.nothing) return std::optional<DisputeFilter>{};
    return filter;
}

std::string filter_text(http::Head const& head) {
    std::string out;
    for (std::string_view const name : {"status", "stage", "party", "reference", "q"}) {
        if (auto const* value = head.parameter(name)) out += *value;
        out += '\0';
    }
    return out;
}

} // namespace

// GET /v1/disputes
net::awaitable<http::Response> list_disputes(Services& services, Call call) {
    auto page = read_page(services, call, filter_text(call.head()));
    if (!page) co_return refused(call, page.error());
    Question question;
    auto filter = read_filter(call, question);
    if (!filter) co_return refused(call, filter.error());

    std::vector<DisputeRow> rows;
    if (*filter && question.dispute) {
        rows = only(co_await services.engine.read(
                        [filter = **filter, id = *question.dispute](Reader& reader) {
                            return reader.disputes(filter, after_one(id), 1);
                        }),
                    *question.dispute);
    } else if (*filter) {
        auto const before = DisputeId::parse(page->after);
        rows = co_await services.engine.read(
            [filter = **filter, before, limit = page->limit + 1](Reader& reader) {
                return reader.disputes(filter, before, limit);
            });
    }
    std::optional<std::string> next;
    if (rows.size() > page->limit) {
        rows.resize(page->limit);
        next = rows.back().id.text();
    }
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (DisputeRow const& row : rows)
        if (access::may_list(call.principal(), row, call.act_as())) write_row(json, row);
    json.end_array();
    write_page_end(json, services, *page, next);
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

} // namespace parley::routes

#include "engine/core/transitions.hpp"

#include "engine/base/json.hpp"

#include <algorithm>

#include <fmt/core.h>

// What the notice says and how that changes later: completed, amended, corrected, answered by someone
// with authority, in another language (Art. 3(2), 3(3), 4A, 4C(1), 15, 16).

namespace parley {

namespace {

bool lacks(DisputeState const& state, std::string_view item) {
    return std::ranges::find(state.missing, item) != state.missing.end();
}

std::string content_of_claim(ClaimInput const& claim) {
    std::string content;
    JsonWriter json(content);
    json.begin_object().member("statement", claim.statement).key("remedies");
    write_descriptions(json, claim.remedies);
    json.end_object();
    return content;
}

// A claim of the same transaction is in its currency (Art. 4C(1)).
Result<void> check_claim(Act const& act, ClaimInput const& claim) {
    Currency const currency = act.state.claim->amount.currency;
    if (claim.amount.currency != currency)
        return refuse_field(
            RefusalCode::currency_mismatch, "/amount/currency",
            fmt::format("A claim is about the same transaction, in {}.", currency.text()));
    return check_currency(act.state, claim.remedies, "/remedies");
}

bool is_to_be_had(DisputeState const& state, std::string_view language) {
    return std::ranges::find(state.languages, language) != state.languages.end();
}

} // namespace

Result<Said> complete_notice(Act const& act) {
    CompleteInput const& input = input_of<CompleteInput>(act);
    if (lacks(act.state, notice_items::respondent_address) && input.respondent_email.empty())
        return refuse_field(RefusalCode::missing_field, "/respondent_email",
                            "The notice says where the respondent can be reached.");
    if (lacks(act.state, notice_items::identification) && input.identified_by.empty())
        return refuse_field(RefusalCode::missing_field, "/identified_by",
                            "The notice says how the claimant was identified.");
    std::string content;
    JsonWriter(content)
        .begin_object()
        .member("respondent_email", input.respondent_email)
        .member("identified_by", input.identified_by)
        .end_object();
    return Said(NoticeCompleted{{}}, std::move(content));
}

Result<Said> amend_claim(Act const& act) {
    ClaimInput const& input = input_of<ClaimInput>(act);
    if (auto fine = check_claim(act, input); !fine) return std::unexpected(std::move(fine.error()));
    // An amendment must stay within what the parties agreed to resolve here.
    DisputeState amended = act.state;
    amended.claim = facts_of(input);
    if (auto again = resolve_again(act.world, amended, act.stamp.at); !again)
        return std::unexpected(std::move(again.error()));
    return Said(ClaimAmended{std::move(amended.claim)}, content_of_claim(input));
}

Result<Said> make_counterclaim(Act const& act) {
    ClaimInput const& input = input_of<ClaimInput>(act);
    if (auto fine = check_claim(act, input); !fine) return std::unexpected(std::move(fine.error()));
    return Said(CounterclaimMade{facts_of(input)}, content_of_claim(input));
}

Result<Said> correct_facts(Act const& act) {
    FactsInput const& input = input_of<FactsInput>(act);
    PartyFacts const& party = act.state.party(input.side);
    bool const another = (input.kind && *input.kind != party.kind) ||
                         (input.country && *input.country != party.country);
    if (!another)
        return refuse_field(RefusalCode::invalid, input.country ? "/country" : "/kind",
                            "Name a fact that is another than the record has it.");
    if (input.reasons.empty())
        return refuse_field(RefusalCode::missing_field, "/reasons", "Say what shows it.");
    return Said(FactsCorrected{input.side, input.kind, input.country},
                content_of("reasons", input.reasons));
}

Result<Said> change_details(Act const& act) {
    DetailsInput const& input = input_of<DetailsInput>(act);
    if (!input.email && !input.address && !input.time_zone && !input.language)
        return refuse_field(RefusalCode::missing_field, "", "Say what changes.");
    if (input.time_zone && act.world.zones.find(*input.time_zone) == nullptr)
        return refuse_field(
            RefusalCode::invalid, "/time_zone",
            fmt::format("{} is not a time zone of the IANA database.", *input.time_zone));
    std::string content;
    if (input.email || input.address) {
        JsonWriter json(content);
        json.begin_object();
        if (input.email) json.member("email", *input.email);
        if (input.address) json.member("address", *input.address);
        json.end_object();
    }
    return Said(DetailsChanged{input.time_zone, input.language}, std::move(content));
}

Result<Said> name_representative(Act const& act) {
    RepresentativeInput const& input = input_of<RepresentativeInput>(act);
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party names who speaks for it.");
    if (input.name.empty() || input.authority.empty())
        return refuse_field(RefusalCode::missing_field, input.name.empty() ? "/name" : "/authority",
                            "Name the person and the authority.");
    Consent mandate = input.consent;
    mandate.kind = ConsentKind::mandate;
    mandate.by = *side;
    mandate.given_at = act.stamp.at;
    std::string content;
    JsonWriter(content)
        .begin_object()
        .member("name", input.name)
        .member("email", input.email)
        .member("address", input.address)
        .member("authority", input.authority)
        .end_object();
    return Said(RepresentativeNamed{std::move(mandate)}, std::move(content));
}

Result<Said> ask_language(Act const& act) {
    LanguageInput const& input = input_of<LanguageInput>(act);
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party asks for a language.");
    if (input.language.empty())
        return refuse_field(RefusalCode::missing_field, "/language", "Name the language.");
    if (act.state.language_asked_by[index_of(*side)] == input.language)
        return refuse(RefusalCode::already_done, "You have asked for this language already.");
    if (!act.state.languages.empty() && !is_to_be_had(act.state, input.language))
        return refuse_field(RefusalCode::invalid, "/language",
                            "The administrator has not listed this language.");
    bool const agreed = is_to_be_had(act.state, input.language) &&
                        act.state.language_asked_by[index_of(other(*side))] == input.language;
    return Said(LanguageAsked{input.language, agreed});
}

Result<Said> list_languages(Act const& act) {
    LanguagesInput const& input = input_of<LanguagesInput>(act);
    if (input.languages.empty())
        return refuse_field(RefusalCode::missing_field, "/languages", "Name the languages.");
    auto const& asked = act.state.language_asked_by;
    bool const agreed = !asked[0].empty() && asked[0] == asked[1] &&
                        std::ranges::find(input.languages, asked[0]) != input.languages.end();
    return Said(LanguagesListed{input.languages, agreed ? asked[0] : std::string()});
}

} // namespace parley

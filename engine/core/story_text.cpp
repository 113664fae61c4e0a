#include "engine/core/story_text.hpp"

#include "engine/core/behaviour.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley::stories {

namespace {

using Fault = std::unexpected<std::string>;

std::optional<std::int64_t> read_number(std::string_view text) {
    if (text.empty() || text.size() > 15) return std::nullopt;
    std::int64_t value = 0;
    for (char const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// "60.00", in the currency of the dispute.
std::optional<Money> read_money(std::string_view text, Currency currency) {
    return parse_money(fmt::format("{} {}", text, currency.text()));
}

std::optional<std::int64_t> read_time_of_day(std::string_view text) {
    auto const parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
    auto const hours = read_number(parts[0]), minutes = read_number(parts[1]);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    std::int64_t us = *hours * us_per_hour + *minutes * 60 * us_per_second;
    if (parts.size() == 2) return us;
    auto const [whole, fraction] = cut(parts[2], ".");
    auto const seconds = read_number(whole);
    if (!seconds || *seconds > 59 || fraction.size() > 6) return std::nullopt;
    std::string micros(fraction);
    micros.resize(6, '0');
    auto const rest = read_number(micros);
    if (!rest) return std::nullopt;
    return us + *seconds * us_per_second + *rest;
}

Instant from_local(Instant local, Zone const& zone) {
    Instant const guess = local - zone.offset_at(local) * us_per_second;
    return local - zone.offset_at(guess) * us_per_second;
}

std::expected<PartyInput, std::string> read_party(std::string_view text) {
    auto const words = split(text, ' ');
    if (words.size() < 2 || words.size() > 4)
        return Fault("a party reads: consumer ES Europe/Madrid es");
    auto const kind = parse_name<PartyKind>(words[0]);
    if (!kind) return Fault("a party is a consumer or a business");
    PartyInput party;
    party.kind = *kind;
    party.name = "Someone";
    party.email = "someone@example.net";
    party.country = words[1];
    party.time_zone = words.size() > 2 ? std::string(words[2]) : "UTC";
    party.language = words.size() > 3 ? std::string(words[3]) : "en";
    return party;
}

// "odr_clause track I" for both sides, or "respondent standing_submission" for one.
std::expected<void, std::string> read_consent(std::string_view text, Instant at,
                                              std::vector<Consent>& out) {
    auto words = split(text, ' ');
    std::vector<Side> sides{Side::claimant, Side::respondent};
    if (!words.empty())
        if (auto side = parse_name<Side>(words[0])) {
            sides = {*side};
            words.erase(words.begin());
        }
    Consent consent;
    auto const kind = words.empty() ? std::nullopt : parse_name<ConsentKind>(words[0]);
    if (!kind) return Fault(fmt::format("'{}' is no consent", text));
    consent.kind = *kind;
    consent.text_sha256 = std::string(64, 'a');
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "track" && i + 1 < words.size()) {
            consent.track = parse_name<Track>(words[++i]);
            if (!consent.track) return Fault("a track is I or II");
        } else if (words[i] == "certified") {
            consent.read_and_understood = consent.separate_document = true;
        } else if (words[i] == "separate") {
            consent.separate_document = true;
        } else if (words[i] == "same_neutral") {
            consent.same_neutral = true;
        } else if (words[i] == "other_text") {
            consent.text_sha256 = std::string(64, 'b');
        } else if (auto redaction = parse_name<Redaction>(words[i])) {
            consent.redaction = redaction;
        } else {
            return Fault(fmt::format("'{}' is no consent", text));
        }
    }
    consent.given_at = at;
    consent.locale = "en";
    for (Side const side : sides) {
        consent.by = side;
        out.push_back(consent);
    }
    return {};
}

// The agreement as the dispute shows it to whoever acts, in their own language where it has one.
void show_agreement(Consent& consent, StoryContext const& context) {
    Side const side = side_of(context.role).value_or(Side::claimant);
    std::string const& language = context.state.party(side).language;
    std::vector<AgreementText> const texts =
        agreement_texts(context.world.law, context.state.parties, side, context.state.concluded_at);
    for (AgreementText const& text : texts)
        if (consent.text_sha256 == std::string(64, 'a') || text.locale == language) {
            consent.text_sha256 = text.sha256;
            consent.locale = text.locale;
        }
}

std::string_view setting(StoryText const& story, std::string_view key, std::string_view otherwise) {
    for (auto const& [name, value] : story.settings)
        if (name == key) return value;
    return otherwise;
}

std::expected<RespondInput, std::string> read_response(std::string_view text,
                                                       StoryContext const& context) {
    auto const [answer, counterclaim] = cut(text, "with counterclaim");
    RespondInput input;
    auto const parsed = parse_name<Answer>(answer.empty() ? std::string_view("contest") : answer);
    if (!parsed) return Fault("a response reads: contest, accept, contest with counterclaim 20.00");
    input.answer = *parsed;
    input.statement = "The answer.";
    if (text.find("with counterclaim") == std::string_view::npos) return input;
    Currency const currency = context.state.claim->amount.currency;
    auto const amount = counterclaim.empty() ? std::optional<Money>(context.state.claim->amount)
                                             : read_money(counterclaim, currency);
    if (!amount) return Fault("a counterclaim has an amount such as 20.00");
    input.counterclaim =
        ClaimInput{ClaimReason::non_payment, *amount, "The price was not paid.", {}};
    return input;
}

// Takes a trailing "without grounds" and the like off an outcome.
std::expected<OutcomeInput, std::string> read_outcome(std::string_view text,
                                                      StoryContext const& context) {
    auto const [outcome, missing] = cut(text, " without ");
    auto const [terms, place] = cut(outcome, " at ");
    OutcomeInput input;
    input.place = place;
    input.grounds = missing == "grounds" ? "" : "The file shows it.";
    input.signature = missing == "signature" ? "" : "Signed by the decider.";
    auto remedies = read_remedies(terms, context.state.claim->amount.currency);
    if (!remedies) return Fault("an outcome reads: refund 100.00 and apology at London");
    input.dispositions = std::move(*remedies);
    return input;
}

std::expected<OfferInput, std::string> read_offer(std::string_view text,
                                                  StoryContext const& context) {
    auto const [terms, until] = cut(text, "until");
    OfferInput input;
    auto remedies = read_remedies(terms, context.state.claim->amount.currency);
    if (!remedies) return Fault("an offer reads: refund 60.00 until 2026-03-09 12:00 UTC");
    input.remedies = std::move(*remedies);
    if (until.empty()) return input;
    input.expires_at = read_when(until, context.zone);
    if (!input.expires_at) return Fault(fmt::format("'{}' is no instant", until));
    return input;
}

// What a field is said to hold, by its type; a word that does not fit goes on as it is, to be refused.
std::expected<FieldValue, std::string> read_field(FieldType type, std::string_view words,
                                                  StoryContext const& context) {
    switch (type) {
    case FieldType::text:
    case FieldType::choice:
    case FieldType::date: break;
    case FieldType::yes_no:
        if (words == "yes" || words == "no") return words == "yes";
        break;
    case FieldType::number:
        if (auto const number = read_number(words)) return *number;
        return Fault(fmt::format("'{}' is no number", words));
    case FieldType::money:
        if (auto const money = read_money(words, context.state.claim->amount.currency))
            return *money;
        return Fault(fmt::format("'{}' is no amount such as 20.00", words));
    case FieldType::instant:
        if (auto const at = read_when(words, context.zone)) return text_of(*at);
        break;
    }
    return std::string(words);
}

// "held_at 2026-03-05 10:00 UTC; claimant present; summary what was agreed", by the document's fields.
std::expected<DocumentInput, std::string> read_document(std::string_view text,
                                                        StoryContext const& context) {
    DocumentInput input;
    for (std::string_view const part : split(text, ';')) {
        auto const [name, words] = cut(part, " ");
        FieldRule const* const rule =
            context.document == nullptr ? nullptr : context.document->field(name);
        auto value = read_field(rule == nullptr ? FieldType::text : rule->type, words, context);
        if (!value) return Fault(value.error());
        input.fields.emplace_back(name, std::move(*value));
    }
    return input;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    std::size_t const first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        std::size_t const end = text.find(separator);
        std::string_view const part = trimmed(text.substr(0, end));
        if (!part.empty()) out.push_back(part);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return out;
}

std::pair<std::string_view, std::string_view> cut(std::string_view text,
                                                  std::string_view separator) {
    std::size_t const at = text.find(separator);
    if (at == std::string_view::npos) return {trimmed(text), {}};
    return {trimmed(text.substr(0, at)), trimmed(text.substr(at + separator.size()))};
}

std::vector<StoryText> split_stories(std::string_view text) {
    std::vector<StoryText> out;
    bool header = false; // the table's first row names its columns
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::size_t const end = text.find('\n');
        std::string_view const line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.starts_with("## ")) {
            out.push_back({std::string(trimmed(line.substr(3))), number, {}, {}});
            header = true;
            continue;
        }
        if (out.empty() || line.empty()) continue;
        if (!line.starts_with('|')) {
            auto const [key, value] = cut(line, ":");
            bool const one_word = key.find(' ') == std::string_view::npos;
            if (one_word && !value.empty() && out.back().rows.empty())
                out.back().settings.emplace_back(key, value);
            continue;
        }
        if (header || line.starts_with("|-") || line.starts_with("| -") || line.starts_with("|:")) {
            header = false;
            continue;
        }
        StoryRow row;
        row.line = number;
        std::string* const cells[] = {&row.when, &row.who, &row.act, &row.then};
        std::string_view rest = line.substr(1);
        for (std::string* cell : cells) {
            std::size_t const bar = rest.find('|');
            *cell = trimmed(rest.substr(0, bar));
            rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
        }
        out.back().rows.push_back(std::move(row));
    }
    return out;
}

std::optional<Instant> read_when(std::string_view text, Zone const* zone) {
    text = trimmed(text);
    bool const here = text.ends_with(" here");
    if (here && zone == nullptr) return std::nullopt;
    if (text.starts_with("end of ")) {
        auto const date = parse_date(cut(text.substr(7), " ").first);
        if (!date) return std::nullopt;
        if (here) return zone->end_of_day(*date);
        return Instant{(std::int64_t{date->days} + 1) * us_per_day - 1};
    }
    if (auto instant = parse_instant(text)) return instant;
    auto const words = split(text, ' ');
    if (words.size() != 3 || (words[2] != "UTC" && !here)) return std::nullopt;
    auto const date = parse_date(words[0]);
    auto const time = read_time_of_day(words[1]);
    if (!date || !time) return std::nullopt;
    Instant const read{std::int64_t{date->days} * us_per_day + *time};
    return here ? from_local(read, *zone) : read;
}

std::optional<std::vector<RemedyInput>> read_remedies(std::string_view text, Currency currency) {
    std::vector<RemedyInput> out;
    for (std::string_view rest = trimmed(text); !rest.empty();) {
        auto const [one, more] = cut(rest, " and ");
        rest = more;
        auto const words = split(one, ' ');
        RemedyInput input;
        auto const kind = parse_name<RemedyKind>(words[0]);
        if (!kind) return std::nullopt;
        input.remedy.kind = *kind;
        input.description = one;
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words[i] == "by" && i + 1 < words.size()) {
                input.remedy.by = parse_name<Side>(words[++i]);
                if (!input.remedy.by) return std::nullopt;
            } else if (auto currency_named = parse_currency(words[i])) {
                if (!input.remedy.amount) return std::nullopt;
                input.remedy.amount->currency = *currency_named;
            } else {
                input.remedy.amount = read_money(words[i], currency);
                if (!input.remedy.amount) return std::nullopt;
            }
        }
        out.push_back(std::move(input));
    }
    return out;
}

NeutralId StoryRoster::find(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return candidates[i].id;
    return {};
}

std::optional<StoryRoster> read_roster(std::string_view text) {
    if (text.empty())
        text =
            "Mia mediator, Max mediator, Mei mediator, Mo mediator, Mara mediator, Milan mediator, "
            "Dan decider, Dora decider, Dev decider, Di decider, Dina decider, Bo mediator decider";
    if (text == "nobody") return StoryRoster{};
    StoryRoster roster;
    for (std::string_view const entry : split(text, ',')) {
        auto const words = split(entry, ' ');
        Candidate candidate;
        Bytes16 bytes{};
        bytes[0] = 0x7f;
        bytes[15] = static_cast<std::uint8_t>(roster.names.size() + 1);
        candidate.id = NeutralId(bytes);
        candidate.languages = {"en"};
        candidate.country = "GB";
        candidate.time_zone = "UTC";
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words[i] == "busy") candidate.free = false;
            else if (auto seat = parse_name<SeatKind>(words[i])) candidate.seats.push_back(*seat);
            else if (words[i].size() == 2) candidate.languages = {std::string(words[i])};
            else return std::nullopt;
        }
        roster.names.emplace_back(words[0]);
        roster.candidates.push_back(std::move(candidate));
    }
    return roster;
}

std::expected<FileInput, std::string> read_filing(StoryText const& story,
                                                  Procedure const& procedure, Instant at) {
    bool const one = procedure.track == Track::one;
    FileInput input;
    auto claimant = read_party(setting(story, "claimant", one ? "business GB" : "consumer ES"));
    if (!claimant) return Fault(claimant.error());
    auto respondent = read_party(setting(story, "respondent", one ? "business GB" : "business CN"));
    if (!respondent) return Fault(respondent.error());
    input.claimant = std::move(*claimant);
    input.respondent = std::move(*respondent);

    auto const [number, code] = cut(setting(story, "amount", "12990 EUR"), " ");
    auto const minor = read_number(number);
    auto const currency = parse_currency(code);
    if (!minor || !currency) return Fault("an amount reads: 12990 EUR (in minor units)");
    Money const amount{*minor, *currency};
    Instant const concluded = at - 30 * us_per_day;
    input.transaction = {
        "ORDER-1",   concluded, one ? "b2b" : "b2c", amount, {{"Desk lamp", 1, amount}},
        std::nullopt};
    input.claim = {ClaimReason::not_received,
                   amount,
                   "Nothing arrived.",
                   {{{RemedyKind::refund, amount, std::nullopt, std::nullopt}, "The price back."}}};
    for (std::string_view const text :
         split(setting(story, "consents", one ? "odr_clause track I" : "odr_clause track II"), ','))
        if (auto fine = read_consent(text, concluded, input.consents); !fine)
            return Fault(fine.error());
    input.identified_by = "platform";
    for (std::string_view const item : split(setting(story, "missing", ""), ',')) {
        if (item == "identification") input.identified_by.clear();
        else if (item == "respondent_address") input.respondent.email.clear();
        else return Fault("a notice can lack: identification, respondent_address");
    }
    input.procedure = procedure.ref.name;
    return input;
}

std::expected<ActInput, std::string> read_arguments(InputKind kind, Room room,
                                                    std::string_view text,
                                                    StoryContext const& context) {
    std::string const words(text);
    switch (kind) {
    case InputKind::none: return NoInput{};
    case InputKind::message: return MessageInput{words, room};
    case InputKind::respond: return read_response(text, context);
    case InputKind::reply: {
        auto const answer = parse_name<Answer>(text.empty() ? std::string_view("contest") : text);
        if (!answer) return Fault("a reply reads: contest or accept");
        return ReplyInput{*answer, "The reply."};
    }
    case InputKind::offer: return read_offer(text, context);
    case InputKind::offer_ref: return OfferRefInput{std::nullopt, words};
    case InputKind::extend: {
        // "P10D", or "response P3D" where it must be said which deadline is meant.
        auto const [name, length] = cut(text, " ");
        auto const by = parse_period(length.empty() ? name : length);
        if (!by) return Fault("an extension reads: P10D or response P3D");
        if (length.empty()) return ExtendInput{std::nullopt, *by, ""};
        return ExtendInput{std::string(name), *by, "It is needed."};
    }
    case InputKind::appoint: return AppointInput{context.roster.find(text), ""};
    case InputKind::accept_appointment:
        return AcceptAppointmentInput{text != "unavailable", text != "partial", ""};
    case InputKind::object: {
        auto const [objection, reasons] = cut(text, " without ");
        auto const parsed = parse_name<ObjectionKind>(objection);
        if (!parsed) return Fault("an objection reads: peremptory or cause");
        return ObjectInput{*parsed, *parsed == ObjectionKind::cause && reasons.empty()
                                        ? "A former colleague of the other side."
                                        : ""};
    }
    case InputKind::decide_objection: return DecideObjectionInput{text == "upheld", "Reasons."};
    case InputKind::final_date: {
        auto const at = read_when(text, context.zone);
        if (!at) return Fault(fmt::format("'{}' is no instant", text));
        return FinalDateInput{*at, ""};
    }
    case InputKind::evidence: return EvidenceInput{words, "receipt 1"};
    case InputKind::request_evidence: {
        auto const from = parse_name<Side>(text);
        if (!from) return Fault("evidence is asked for from: claimant or respondent");
        return RequestEvidenceInput{*from, "The delivery slip."};
    }
    case InputKind::outcome: return read_outcome(text, context);
    case InputKind::outcome_ref: {
        OutcomeRefInput input;
        OutcomeState const* const outcome = context.state.outcome();
        if (outcome != nullptr) input.text_sha256 = outcome->text_sha256;
        if (text == "no text") input.text_sha256.clear();
        if (text == "another text") input.text_sha256 = std::string(64, 'b');
        if (text.empty() || text.ends_with(" text")) return input;
        auto const version = text.starts_with('v') ? read_number(text.substr(1)) : std::nullopt;
        if (!version) return Fault("an outcome is named by its version: v1");
        input.version = static_cast<std::uint32_t>(*version);
        return input;
    }
    case InputKind::consent: {
        std::vector<Consent> read;
        if (auto fine = read_consent(text, context.state.last_at, read); !fine)
            return Fault(fine.error());
        Consent consent = read.front();
        bool const shown = consent.text_sha256 == std::string(64, 'a');
        if (consent.kind == ConsentKind::arbitration && shown) show_agreement(consent, context);
        return ConsentInput{std::move(consent)};
    }
    case InputKind::complete: {
        CompleteInput input;
        for (std::string_view const item : split(text, ',')) {
            if (item == "identification") input.identified_by = "bank";
            else if (item == "respondent_address") input.respondent_email = "care@lamps.example";
            else return Fault("what completes a notice: identification, respondent_address");
        }
        return input;
    }
    case InputKind::details: {
        DetailsInput input;
        if (text.find('/') != std::string_view::npos) input.time_zone = words;
        else if (text.find('@') != std::string_view::npos) input.email = words;
        else if (!text.empty()) input.language = words;
        return input;
    }
    case InputKind::facts: {
        FactsInput input;
        input.reasons = "The file shows it.";
        for (std::string_view const word : split(text, ' ')) {
            if (auto side = parse_name<Side>(word)) input.side = *side;
            else if (auto kind_named = parse_name<PartyKind>(word)) input.kind = kind_named;
            else input.country = std::string(word);
        }
        return input;
    }
    case InputKind::claim: {
        auto const amount = read_money(text, context.state.claim->amount.currency);
        if (!amount) return Fault("a claim reads: 119.90");
        return ClaimInput{ClaimReason::damaged,
                          *amount,
                          "It came, and broken.",
                          {{{RemedyKind::refund, amount, std::nullopt, std::nullopt}, ""}}};
    }
    case InputKind::language: return LanguageInput{words};
    case InputKind::languages: {
        LanguagesInput input;
        for (std::string_view const one : split(text, ',')) input.languages.emplace_back(one);
        return input;
    }
    case InputKind::representative: {
        RepresentativeInput input{words, "advocate@example.net", "", "A power of attorney.", {}};
        input.consent.text_sha256 = std::string(64, 'a');
        input.consent.locale = "en";
        return input;
    }
    case InputKind::burden: {
        auto const side = parse_name<Side>(text);
        if (!side) return Fault("a burden lies on: claimant or respondent");
        return BurdenInput{*side, "That the parcel left.", "Only that side can know."};
    }
    case InputKind::publication: {
        auto const ground = parse_name<PublicationGround>(text);
        if (!ground) return Fault("a ground is one of: " + names_joined<PublicationGround>());
        return PublicationInput{*ground, *ground == PublicationGround::consent ? "" : "Asked for."};
    }
    case InputKind::document: return read_document(text, context);
    case InputKind::procedure: return Fault("no step of a procedure takes that");
    case InputKind::record: return RecordInput{words, "Signed by the decider.", ""};
    case InputKind::consent_ref: {
        auto const meant = parse_name<ConsentKind>(text.empty() ? "arbitration" : text);
        if (!meant) return Fault(fmt::format("'{}' is no consent", text));
        return ConsentRefInput{*meant};
    }
    }
    return NoInput{};
}

} // namespace parley::stories

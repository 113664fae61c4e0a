#include "engine/model/countries.hpp"
#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley {

namespace {

using namespace input_limits;

bool is_channel(std::string_view text) {
    return text == "b2c" || text == "b2b" || text == "c2c" || text == "c2b";
}

bool is_civil_date(std::string_view text) { return parse_date(text).has_value(); }

// The respondent's address is given as far as it is known (Art. 4A); without one the notice is not
// complete.
PartyInput read_party(Json const& object, std::string pointer, Side side,
                      std::vector<FieldError>& errors) {
    ObjectReader reader(object, std::move(pointer), errors);
    PartyInput party;
    party.kind = choice<PartyKind>(reader, "kind");
    party.name = line_text(reader, "name");
    if (side == Side::claimant || reader.has("email"))
        party.email = shaped_text(reader, "email", is_email,
                                  "one e-mail address, such as ana@example.net", 254);
    party.country = shaped_text(reader, "country", is_country,
                                "an ISO 3166-1 alpha-2 country code in capitals, such as ES");
    party.language = shaped_text(reader, "language", is_language_tag,
                                 "a language tag of BCP 47, such as es or zh-Hans");
    party.time_zone =
        shaped_text(reader, "time_zone", is_zone_name, "an IANA time zone, such as Europe/Madrid");
    party.address = reader.optional_text("address", address);
    party.representative = reader.optional_text("representative", signature);
    return party;
}

DeliveryInput read_delivery(Json const& object, std::string pointer,
                            std::vector<FieldError>& errors) {
    ObjectReader reader(object, std::move(pointer), errors);
    DeliveryInput delivery;
    delivery.carrier = reader.optional_text("carrier", line);
    delivery.tracking_number = reader.optional_text("tracking_number", line);
    delivery.promised_by =
        optional_shaped_text(reader, "promised_by", is_civil_date, "a date, such as 2026-10-20")
            .value_or("");
    delivery.delivered_at = reader.optional_instant("delivered_at");
    return delivery;
}

TransactionInput read_transaction(Json const& object, std::string pointer,
                                  std::vector<FieldError>& errors) {
    ObjectReader reader(object, std::move(pointer), errors);
    TransactionInput transaction;
    transaction.reference = line_text(reader, "reference");
    transaction.concluded_at = reader.instant("concluded_at");
    transaction.channel = shaped_text(reader, "channel", is_channel, "one of b2c, b2b, c2c, c2b");
    transaction.total = reader.money("total");
    read_list(reader, "items", 1, items, [&](Json const& entry, std::string entry_pointer) {
        ObjectReader item(entry, std::move(entry_pointer), errors);
        transaction.items.push_back({item.text("description", description),
                                     item.integer("quantity", 1, quantity), item.money("price")});
    });
    if (Json const* const delivery = reader.optional("delivery"))
        transaction.delivery = read_delivery(*delivery, reader.pointer_to("delivery"), errors);
    return transaction;
}

Consent read_consent(Json const& object, std::string pointer, std::vector<FieldError>& errors) {
    ObjectReader reader(object, std::move(pointer), errors);
    Consent consent = read_consent_text(reader);
    consent.by = choice<Side>(reader, "by");
    consent.given_at = reader.instant("given_at");
    consent.amount_most = reader.optional_money("amount_most");
    return consent;
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::vector<std::pair<std::string, std::string>> read_metadata(Json const& object,
                                                               std::string pointer,
                                                               std::vector<FieldError>& errors) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (object.is_object() && object.size() > metadata) {
        errors.push_back(
            {std::move(pointer), RefusalCode::out_of_range,
             fmt::format("must hold at most {} members, holds {}", metadata, object.size())});
        return pairs;
    }
    ObjectReader reader(object, std::move(pointer), errors);
    if (!object.is_object()) return pairs;
    for (auto const& [key, value] : object.items()) {
        bool const printable =
            std::ranges::none_of(key, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
        if (key.empty() || characters_of(key) > metadata_key || !printable)
            reader.error(
                key, RefusalCode::invalid,
                fmt::format("must have a name of 1 to {} printable characters", metadata_key));
        pairs.emplace_back(key, reader.text(key, metadata_value, 0));
    }
    return pairs;
}

// The entries of an array of texts, held to the rules for text members by reading them as such.
std::vector<std::string> read_texts(ObjectReader& reader, std::string_view name, std::size_t max) {
    Json members = Json::object();
    read_list(reader, name, 0, max, [&](Json const& entry, std::string const&) {
        members[std::to_string(members.size())] = entry;
    });
    ObjectReader entries(members, reader.pointer_to(name), reader.errors());
    std::vector<std::string> texts;
    texts.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i)
        texts.push_back(entries.text(std::to_string(i), description));
    return texts;
}

// One dispute has one currency, that of the sale: amounts of two could be neither summed nor compared.
void check_currencies(FileInput const& input, std::vector<FieldError>& errors) {
    Currency const wanted = input.transaction.total.currency;
    if (wanted == Currency{}) return; // already a fault of its own
    auto const check = [&](std::string pointer, std::optional<Money> const& money) {
        if (!money || money->currency == Currency{} || money->currency == wanted) return;
        errors.push_back({std::move(pointer) + "/currency", RefusalCode::currency_mismatch,
                          fmt::format("must be {}, the currency of /transaction/total, not {}",
                                      wanted.text(), money->currency.text())});
    };
    for (std::size_t i = 0; i < input.transaction.items.size(); ++i)
        check(fmt::format("/transaction/items/{}/price", i), input.transaction.items[i].price);
    check("/claim/amount", input.claim.amount);
    for (std::size_t i = 0; i < input.claim.remedies.size(); ++i)
        check(fmt::format("/claim/remedies/{}/amount", i), input.claim.remedies[i].remedy.amount);
    for (std::size_t i = 0; i < input.consents.size(); ++i)
        check(fmt::format("/consents/{}/amount_most", i), input.consents[i].amount_most);
}

FileInput read_members(ObjectReader& reader, std::vector<FieldError>& errors) {
    FileInput input;
    if (Json const* const claimant = reader.required("claimant"))
        input.claimant =
            read_party(*claimant, reader.pointer_to("claimant"), Side::claimant, errors);
    if (Json const* const respondent = reader.required("respondent"))
        input.respondent =
            read_party(*respondent, reader.pointer_to("respondent"), Side::respondent, errors);
    if (Json const* const transaction = reader.required("transaction"))
        input.transaction =
            read_transaction(*transaction, reader.pointer_to("transaction"), errors);
    if (Json const* const claim = reader.required("claim"))
        input.claim = read_claim(*claim, reader.pointer_to("claim"), errors, 1);
    // Required although it may be empty: a filing without consents says so.
    if (reader.required("consents") != nullptr)
        read_list(reader, "consents", 0, consents, [&](Json const& entry, std::string pointer) {
            input.consents.push_back(read_consent(entry, std::move(pointer), errors));
        });
    input.identified_by = reader.optional_text("identified_by", line);
    input.other_remedies = read_texts(reader, "other_remedies", other_remedies);
    input.procedure = optional_shaped_text(
        reader, "procedure", is_name, "null or the name of a procedure, such as uncitral-track-2");
    input.clock = optional_id<TestClockId>(reader, "clock", "clk_");
    if (Json const* const pairs = reader.optional("metadata"))
        input.metadata = read_metadata(*pairs, reader.pointer_to("metadata"), errors);
    return input;
}

} // namespace

Result<FileInput> read_file_input(Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    FileInput input;
    if (body.is_object()) input = read_members(reader, errors);
    reader.finish();
    check_currencies(input, errors);
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return input;
}

} // namespace parley

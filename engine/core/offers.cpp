#include "engine/core/behaviour.hpp"

#include "engine/base/json.hpp"

#include <algorithm>

#include <fmt/core.h>

// Offers of a party and proposals of a neutral; a settlement at any stage (Art. 8).

namespace parley {

namespace {

// An offer that this side may answer: the other side's, or a neutral's that it has not accepted
// yet.
bool answerable(Offer const& offer, Side side) {
    if (offer.status != OfferStatus::open) return false;
    std::optional<Side> const by = side_of(offer.by);
    return by ? *by != side : !offer.accepted_by[index_of(side)];
}

// The offer that is meant: the one named, or else the latest one that can be answered.
Result<Offer const*> find_offer(Act const& act) {
    OfferRefInput const& input = input_of<OfferRefInput>(act);
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party answers an offer.");
    if (!input.offer) {
        for (auto offer = act.state.offers.rbegin(); offer != act.state.offers.rend(); ++offer)
            if (answerable(*offer, *side)) return &*offer;
        return refuse(RefusalCode::not_possible_now, "There is no open offer by the other side.");
    }
    auto found = std::ranges::find(act.state.offers, *input.offer, &Offer::id);
    if (found == act.state.offers.end())
        return refuse_field(RefusalCode::invalid, "/offer", "This dispute has no such offer.");
    if (found->status != OfferStatus::open)
        return refuse(RefusalCode::not_possible_now,
                      fmt::format("This offer is {}.", name_of(found->status)));
    if (found->by == role_of(*side))
        return refuse(RefusalCode::not_yours, "This offer is your own; the other side answers it.");
    if (!answerable(*found, *side))
        return refuse(RefusalCode::already_done,
                      "You have accepted this proposal; the other side has not answered yet.");
    return &*found;
}

} // namespace

Result<Said> make_offer(Act const& act) {
    OfferInput const& input = input_of<OfferInput>(act);
    if (input.remedies.empty())
        return refuse_field(RefusalCode::missing_field, "/remedies",
                            "An offer says what somebody will do.");
    if (auto fine = check_currency(act.state, input.remedies, "/remedies"); !fine)
        return std::unexpected(std::move(fine.error()));
    if (input.expires_at && *input.expires_at <= act.stamp.at)
        return refuse_field(
            RefusalCode::invalid, "/expires_at",
            fmt::format("An offer cannot end before it is made, at {}.", text_of(act.stamp.at)));

    OfferMade body{act.stamp.entropy.make_id<OfferId>(act.stamp.at), facts_of(input.remedies),
                   input.expires_at};
    std::string content;
    content.reserve(256);
    JsonWriter json(content);
    json.begin_object().member("message", input.message).key("remedies");
    write_descriptions(json, input.remedies);
    json.end_object();
    return Said(std::move(body), std::move(content));
}

Result<Said> accept_offer(Act const& act) {
    auto found = find_offer(act);
    if (!found) return std::unexpected(std::move(found.error()));
    Offer const& offer = **found;
    if (offer.expires_at && act.stamp.at > *offer.expires_at)
        return refuse(RefusalCode::too_late,
                      fmt::format("This offer was open until {}.", text_of(*offer.expires_at)));
    bool const by_party = side_of(offer.by).has_value();
    bool const settles = by_party || offer.accepted_by[index_of(other(*act.side()))];
    return Said(OfferAccepted{offer.id, settles},
                content_of("message", input_of<OfferRefInput>(act).message));
}

Result<Said> decline_offer(Act const& act) {
    auto found = find_offer(act);
    if (!found) return std::unexpected(std::move(found.error()));
    return Said(OfferDeclined{(*found)->id},
                content_of("message", input_of<OfferRefInput>(act).message));
}

} // namespace parley

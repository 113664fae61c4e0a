#include "engine/core/packet.hpp"

#include "engine/core/behaviour.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

// What the record knows of an award that stands, item by item.
class Packet {
public:
    Packet(DisputeState const& state, OutcomeState const& award,
           std::span<StoredEvent const> events)
        : state_(state), award_(award), events_(events) {}

    std::vector<PacketItem> items() const {
        return {original(),  agreement(), translation(),   notice(),    scope(),
                procedure(), seat(),      public_policy(), commercial()};
    }

private:
    std::vector<std::string> events_of(std::initializer_list<std::string_view> types) const {
        std::vector<std::string> out;
        for (StoredEvent const& event : events_)
            if (event.room == Room::joint && std::ranges::find(types, event.type) != types.end())
                out.push_back(event.id);
        return out;
    }
    bool after_the_dispute() const {
        return std::ranges::any_of(state_.consents, [&](Consent const& c) {
            return c.kind == ConsentKind::arbitration && state_.commenced_at &&
                   c.given_at > *state_.commenced_at;
        });
    }

    PacketItem original() const {
        return {1,
                "authenticated original of the award",
                true,
                fmt::format("The text in the event, with SHA-256 {}.", award_.text_sha256),
                {award_.event.text()}};
    }
    PacketItem agreement() const {
        if (after_the_dispute())
            return {2, "arbitration agreement", true,
                    "Agreed after the dispute arose; the text is the law table's, by its hash.",
                    events_of({"consent_given", "consent_confirmed"})};
        return {2, "arbitration agreement", false,
                "The clause is on record by its hash and time alone; who showed it has the text.",
                events_of({"dispute_filed"})};
    }
    PacketItem translation() const {
        return {3, "certified translation", false, "Whoever asks for enforcement has it made.", {}};
    }
    PacketItem notice() const {
        return {4, "notice of the appointment and of the proceedings", true,
                "Each event says who was told of it; proof that it was read is no part of it.",
                events_of({"dispute_filed", "notice_completed", "neutral_appointed",
                           "appointment_accepted", "final_date_set"})};
    }
    PacketItem scope() const {
        return {5, "what was decided of what was claimed", true,
                fmt::format("{} disposition(s) on a claim{}.", award_.dispositions.size(),
                            state_.counterclaim ? " and a counterclaim" : ""),
                events_of({"dispute_filed", "claim_amended", "responded", "counterclaim_made"})};
    }
    PacketItem procedure() const {
        return {6, "composition of the tribunal and procedure", true,
                fmt::format("{} version {}, {}; every event names it.", state_.procedure.name,
                            state_.procedure.version, hex_of(state_.procedure.sha256)),
                events_of({"neutral_appointed", "appointment_accepted", "neutral_objected",
                           "objection_decided", "neutral_stood_down"})};
    }
    PacketItem seat() const {
        bool const named = !award_.place.empty();
        return {7,
                "place of arbitration and binding force",
                named,
                named
                    ? fmt::format("Made at {}; binding. Whether a court there set it aside is not "
                                  "known here.",
                                  award_.place)
                    : std::string("No place is named."),
                {}};
    }
    PacketItem public_policy() const {
        return {8, "arbitrability and public policy", true, explain(state_.resolution), {}};
    }
    PacketItem commercial() const {
        bool const consumer = std::ranges::any_of(
            state_.parties, [](PartyFacts const& p) { return p.kind == PartyKind::consumer; });
        return {9,
                "commercial reservation",
                true,
                consumer ? "A party is a consumer: States that reserved the Convention to commerce "
                           "may not apply it."
                         : "Both parties are businesses.",
                {}};
    }

    DisputeState const& state_;
    OutcomeState const& award_;
    std::span<StoredEvent const> events_;
};

} // namespace

std::vector<PacketItem> enforcement_packet(DisputeState const& state,
                                           std::span<StoredEvent const> events) {
    OutcomeState const* outcome = state.outcome();
    if (outcome == nullptr || outcome->kind != OutcomeKind::award || outcome->annulled) return {};
    return Packet(state, *outcome, events).items();
}

} // namespace parley

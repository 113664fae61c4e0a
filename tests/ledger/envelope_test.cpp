#include "engine/ledger/envelope.hpp"
#include "engine/ledger/merkle.hpp"

#include "engine/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <vector>

namespace parley {
namespace {

constexpr std::string_view published_envelope =
    R"({"prev":"0000000000000000000000000000000000000000000000000000000000000000",)"
    R"("stream":"dsp_01KJMA0FM0E00R0081040G2081","room":"joint","number":1,)"
    R"("id":"evt_01KJMA0FM0E01800G2081040G2","stage":"notice","type":"dispute_filed","version":1,)"
    R"("at":"2026-03-01T09:00:00.000000Z","actor":"pty_01KJMA0FM0E01R00R30C1G60R3",)"
    R"("procedure":"uncitral-track-2/1@44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",)"
    R"("facts":{"reason":"not_received","amount":12990,"currency":"EUR"},)"
    R"("commitment":"3771356e862c0da7b33a3fe0b2fda000659b1c75264a3fc0948590de59dde124"})";
constexpr std::string_view published_content = R"({"statement":"Nothing arrived."})";
constexpr std::string_view procedure =
    "uncitral-track-2/1@44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
constexpr std::string_view stream = "dsp_01KJMA0FM0E00R0081040G2081";

Bytes32 filled(std::uint8_t byte) {
    Bytes32 out;
    out.fill(byte);
    return out;
}

StoredEvent published_event() {
    StoredEvent stored;
    stored.stream = stream;
    stored.version = 1;
    stored.number = 1;
    stored.id = "evt_01KJMA0FM0E01800G2081040G2";
    stored.stage = "notice";
    stored.type = "dispute_filed";
    stored.at = parse_instant("2026-03-01T09:00:00Z").value();
    stored.envelope = published_envelope;
    stored.nonce = filled(0x44);
    stored.hash = event_hash(published_envelope);
    stored.content = published_content;
    stored.salt = filled(0x11);
    return stored;
}

TEST(Envelope, DigestsAreThePublishedOnes) {
    ASSERT_EQ(published_envelope.size(), 553U);
    EXPECT_EQ(hex_of(event_hash(published_envelope)),
              "ea69303e53c8887148922adeacda16172c4bc8b09607635762c9a70b59aa6858");
    EXPECT_EQ(hex_of(commitment_of(filled(0x11), published_content)),
              "3771356e862c0da7b33a3fe0b2fda000659b1c75264a3fc0948590de59dde124");
    EXPECT_EQ(hex_of(leaf_hash(event_hash(published_envelope), filled(0x44))),
              "8648e63506ee959ae5bf4a4213d26e4a8da3cf6de8de36c56689f32b1af6504c");
}

TEST(Envelope, ALeafIsTheMerkleLeafOfHashAndNonce) {
    Digest const hash = event_hash(published_envelope);
    Bytes32 const nonce = filled(0x44);
    std::string entry(view_of(hash));
    entry += view_of(nonce);
    EXPECT_EQ(leaf_hash(hash, nonce), merkle_leaf(entry));
}

TEST(Envelope, ContentEncryptsAsPublished) {
    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> const context(
        EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    Bytes32 const key = filled(0x22);
    Bytes32 const nonce = filled(0x33);
    std::string const aad = "evt_01KJMA0FM0E01800G2081040G2";
    auto const bytes = [](std::string_view text) {
        return reinterpret_cast<unsigned char const*>(text.data());
    };
    std::array<std::uint8_t, 64> out{};
    std::array<std::uint8_t, 16> tag{};
    int size = 0;
    ASSERT_EQ(
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()), 1);
    ASSERT_EQ(
        EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(aad), static_cast<int>(aad.size())),
        1);
    ASSERT_EQ(EVP_EncryptUpdate(context.get(), out.data(), &size, bytes(published_content),
                                static_cast<int>(published_content.size())),
              1);
    std::string const text = hex_of(std::span(out).first(static_cast<std::size_t>(size)));
    ASSERT_EQ(EVP_EncryptFinal_ex(context.get(), out.data(), &size), 1);
    ASSERT_EQ(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data()), 1);
    EXPECT_EQ(text, "0de1b59e145813056d83ef522ff343fd51c902e93f90088378be5e93faa12000");
    EXPECT_EQ(hex_of(tag), "5e58e2c8aa6bc03c82b4a4660524044f");
}

TEST(Envelope, ThePublishedEventIsTheFirstOfItsStream) {
    Heads heads;
    auto const checked = check_next(heads, published_event());
    ASSERT_TRUE(checked.has_value()) << checked.error();
    EXPECT_EQ(heads.version, 1U);
    EXPECT_EQ(heads.numbers[0], 1U);
    EXPECT_EQ(heads.last[0], event_hash(published_envelope));
}

TEST(Envelope, ErasedContentStillVerifies) {
    StoredEvent stored = published_event();
    stored.content.clear();
    stored.salt.reset();
    Heads heads;
    EXPECT_TRUE(check_next(heads, stored).has_value());
}

Event message(Entropy& entropy, Room room, std::int64_t us) {
    Event event;
    event.at = {1'772'355'600'000'000 + us};
    event.id = entropy.make_id<EventId>(event.at);
    event.step = "message";
    event.room = room;
    event.stage = "negotiation";
    event.actor = {Role::claimant, "pty_01KJMA0FM0E01R00R30C1G60R3", std::nullopt, true};
    event.body = MessagePosted{};
    return event;
}

// Six events, alternating between two rooms.
std::vector<StoredEvent> sealed_chain(Heads& heads) {
    Entropy entropy(filled(0x55));
    std::vector<StoredEvent> out;
    for (int i = 0; i < 6; ++i) {
        Room const room = i % 2 == 0 ? Room::joint : Room::claimant_caucus;
        std::string content = i == 4 ? "" : R"({"text":"Hello )" + std::to_string(i) + R"("})";
        out.push_back(seal_event(heads, std::string(stream), message(entropy, room, i), procedure,
                                 std::move(content), entropy));
    }
    return out;
}

std::vector<StoredEvent> sealed_chain() {
    Heads heads;
    return sealed_chain(heads);
}

// The first event that does not fit, counted from one, or zero.
std::size_t first_misfit(std::vector<StoredEvent> const& events) {
    Heads heads;
    for (std::size_t i = 0; i < events.size(); ++i)
        if (!check_next(heads, events[i])) return i + 1;
    return 0;
}

TEST(Envelope, WhatIsSealedHasThePublishedShape) {
    StoredEvent const stored = sealed_chain()[0];
    std::string expected =
        R"({"prev":"0000000000000000000000000000000000000000000000000000000000000000",)"
        R"("stream":"dsp_01KJMA0FM0E00R0081040G2081","room":"joint","number":1,"id":")";
    expected += stored.id;
    expected += R"(","stage":"negotiation","type":"message_posted","version":1,)"
                R"("at":"2026-03-01T09:00:00.000000Z","actor":"pty_01KJMA0FM0E01R00R30C1G60R3",)"
                R"("procedure":")";
    expected += procedure;
    expected += R"(","facts":{)";
    EXPECT_EQ(stored.envelope.substr(0, expected.size()), expected);
    std::string end = R"(},"commitment":")";
    end += hex_of(commitment_of(stored.salt.value(), stored.content));
    end += R"("})";
    EXPECT_TRUE(stored.envelope.ends_with(end)) << stored.envelope;

    auto const parsed = parse_json(stored.envelope);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
    std::vector<std::string> keys;
    std::size_t at = 0;
    for (std::string_view const key :
         {"prev", "stream", "room", "number", "id", "stage", "type", "version", "at", "actor",
          "procedure", "facts", "commitment"}) {
        EXPECT_TRUE(parsed->contains(key)) << key;
        std::size_t const found = stored.envelope.find("\"" + std::string(key) + "\":", at);
        ASSERT_NE(found, std::string::npos) << key;
        at = found;
    }
    EXPECT_EQ(parsed->size(), 13U);
}

TEST(Envelope, WhatIsSealedReadsBackAsTheSameEvent) {
    Entropy entropy(filled(0x56));
    Heads heads;
    Event const event = message(entropy, Room::joint, 123456);
    StoredEvent const stored =
        seal_event(heads, std::string(stream), event, procedure, R"({"text":"x"})", entropy);
    auto const parsed = parse_json(stored.envelope);
    ASSERT_TRUE(parsed.has_value());
    auto const read = read_event(*parsed);
    ASSERT_TRUE(read.has_value()) << read.error();
    EXPECT_EQ(*read, event);
}

TEST(Envelope, ChainsRunPerRoomAndVersionsPerStream) {
    Heads heads;
    std::vector<StoredEvent> const events = sealed_chain(heads);
    for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].version, i + 1);
        EXPECT_EQ(events[i].number, i / 2 + 1);
        std::string prev = R"({"prev":")";
        prev += hex_of(i < 2 ? Digest{} : events[i - 2].hash);
        EXPECT_TRUE(events[i].envelope.starts_with(prev)) << i;
    }
    EXPECT_EQ(heads.version, 6U);
    EXPECT_EQ(heads.numbers, (std::array<std::uint32_t, room_count>{3, 3, 0, 0, 0}));
    EXPECT_EQ(heads.last[0], events[4].hash);
    EXPECT_EQ(heads.last[1], events[5].hash);
}

TEST(Envelope, AnEventWithoutContentKeepsItsSaltToo) {
    StoredEvent const stored = sealed_chain()[4];
    EXPECT_TRUE(stored.content.empty());
    EXPECT_TRUE(stored.salt.has_value());
}

TEST(Envelope, SaltsAndNoncesAreAllDifferent) {
    std::vector<StoredEvent> const events = sealed_chain();
    std::vector<Bytes32> drawn;
    for (StoredEvent const& event : events) {
        drawn.push_back(event.nonce);
        if (event.salt) drawn.push_back(*event.salt);
    }
    std::ranges::sort(drawn);
    EXPECT_TRUE(std::ranges::adjacent_find(drawn) == drawn.end());
}

TEST(Chain, AnUntouchedChainFits) { EXPECT_EQ(first_misfit(sealed_chain()), 0U); }

TEST(Chain, CheckingMovesTheHeadsAsSealingDid) {
    Heads sealed;
    std::vector<StoredEvent> const events = sealed_chain(sealed);
    Heads checked;
    for (StoredEvent const& event : events) ASSERT_TRUE(check_next(checked, event).has_value());
    EXPECT_EQ(checked, sealed);
}

TEST(Chain, AnyChangedByteOfAnEnvelopeIsFound) {
    std::vector<StoredEvent> const events = sealed_chain();
    for (std::size_t at = 0; at < events[2].envelope.size(); ++at) {
        std::vector<StoredEvent> changed = events;
        changed[2].envelope[at] = static_cast<char>(changed[2].envelope[at] ^ 1);
        EXPECT_EQ(first_misfit(changed), 3U) << at;
    }
}

TEST(Chain, ARehashedForgeryIsFoundAtTheNextEventOfItsRoom) {
    std::vector<StoredEvent> events = sealed_chain();
    std::size_t const role = events[2].envelope.find("pty_01KJ");
    events[2].envelope[role + 8] = 'N';
    events[2].hash = event_hash(events[2].envelope);
    EXPECT_EQ(first_misfit(events), 5U); // number two is of the other room
}

TEST(Chain, ASwappedOrderIsFound) {
    std::vector<StoredEvent> events = sealed_chain();
    std::swap(events[2], events[4]);
    EXPECT_EQ(first_misfit(events), 3U);
    std::swap(events[2].version, events[4].version);
    EXPECT_EQ(first_misfit(events), 3U);
    std::swap(events[2].number, events[4].number);
    EXPECT_EQ(first_misfit(events), 3U);
}

TEST(Chain, AMissingEventIsFound) {
    std::vector<StoredEvent> events = sealed_chain();
    events.erase(events.begin() + 2);
    EXPECT_EQ(first_misfit(events), 3U);
    for (std::size_t i = 2; i < events.size(); ++i) --events[i].version; // covers the gap
    EXPECT_EQ(first_misfit(events), 4U);
}

TEST(Chain, AWrongPrevIsFoundThoughTheHashIsRight) {
    std::vector<StoredEvent> events = sealed_chain();
    events[2].envelope.replace(9, 64, hex_of(filled(0x77)));
    events[2].hash = event_hash(events[2].envelope);
    Heads heads;
    ASSERT_TRUE(check_next(heads, events[0]).has_value());
    ASSERT_TRUE(check_next(heads, events[1]).has_value());
    auto const checked = check_next(heads, events[2]);
    ASSERT_FALSE(checked.has_value());
    EXPECT_NE(checked.error().find("does not follow"), std::string::npos) << checked.error();
}

TEST(Chain, AColumnThatDiffersFromTheEnvelopeIsFound) {
    std::vector<StoredEvent> const events = sealed_chain();
    std::vector<void (*)(StoredEvent&)> const changes = {
        [](StoredEvent& event) { event.stream.back() = '2'; },
        [](StoredEvent& event) { event.version += 1; },
        [](StoredEvent& event) { event.room = Room::administration; },
        [](StoredEvent& event) { event.number += 1; },
        [](StoredEvent& event) { event.id.back() = event.id.back() == '0' ? '1' : '0'; },
        [](StoredEvent& event) { event.stage = "mediation"; },
        [](StoredEvent& event) { event.type = "offer_made"; },
        [](StoredEvent& event) { event.at.us += 1; },
        [](StoredEvent& event) { event.hash[0] ^= 1; },
        [](StoredEvent& event) { event.stage = "x\",\"y"; },
        [](StoredEvent& event) { event.room = static_cast<Room>(room_count); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        std::vector<StoredEvent> changed = events;
        changes[i](changed[2]);
        EXPECT_EQ(first_misfit(changed), 3U) << i;
    }
}

TEST(Chain, ContentThatWasNotCommittedToIsFound) {
    std::vector<StoredEvent> const events = sealed_chain();
    std::vector<void (*)(StoredEvent&)> const changes = {
        [](StoredEvent& event) { event.content[3] = 'X'; },
        [](StoredEvent& event) { event.content.clear(); },
        [](StoredEvent& event) { event.salt->front() ^= 1; },
        [](StoredEvent& event) { event.salt.reset(); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        std::vector<StoredEvent> changed = events;
        changes[i](changed[2]);
        EXPECT_EQ(first_misfit(changed), 3U) << i;
    }
}

TEST(Chain, AMisfitMovesNothing) {
    Heads heads;
    StoredEvent bad = published_event();
    bad.hash[3] ^= 1;
    ASSERT_FALSE(check_next(heads, bad).has_value());
    EXPECT_EQ(heads, Heads{});
}

TEST(Envelope, AProcedureIsNamedWithItsHash) {
    ProcedureRef const reference{
        "uncitral-track-2", 1,
        parse_digest("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a").value()};
    EXPECT_EQ(reference_text(reference), procedure);
}

} // namespace
} // namespace parley

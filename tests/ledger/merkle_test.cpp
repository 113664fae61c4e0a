#include "engine/ledger/merkle.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace parley {
namespace {

Digest digest(std::string_view hex) { return parse_digest(hex).value(); }

std::vector<Digest> digests(std::initializer_list<std::string_view> hex) {
    std::vector<Digest> out;
    for (std::string_view const one : hex) out.push_back(digest(one));
    return out;
}

std::vector<Digest> published_leaves() {
    std::vector<Digest> out;
    for (std::string_view const hex : {"", "00", "10", "2021", "3031", "40414243",
                                       "5051525354555657", "606162636465666768696a6b6c6d6e6f"})
        out.push_back(merkle_leaf(parse_hex(hex).value()));
    return out;
}

std::vector<Digest> numbered_leaves(std::size_t count) {
    std::vector<Digest> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(merkle_leaf("leaf " + std::to_string(i)));
    return out;
}

std::span<Digest const> first(std::vector<Digest> const& leaves, std::size_t count) {
    return std::span(leaves).first(count);
}

Digest flipped(Digest digest) {
    digest[7] ^= 0x10;
    return digest;
}

TEST(Merkle, RootsAreThePublishedOnes) {
    std::vector<Digest> const leaves = published_leaves();
    std::vector<Digest> const roots = digests({
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    });
    for (std::size_t size = 0; size < roots.size(); ++size)
        EXPECT_EQ(hex_of(merkle_root(first(leaves, size))), hex_of(roots[size])) << size;
}

TEST(Merkle, ProofsAreThePublishedOnes) {
    std::vector<Digest> const leaves = published_leaves();
    EXPECT_EQ(inclusion_proof(first(leaves, 7), 5),
              digests({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                       "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                       "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
    EXPECT_EQ(consistency_proof(first(leaves, 7), 3),
              digests({"0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
                       "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
                       "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                       "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e"}));
    EXPECT_EQ(consistency_proof(first(leaves, 8), 4),
              digests({"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
    EXPECT_EQ(consistency_proof(first(leaves, 8), 6),
              digests({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                       "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                       "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
}

TEST(Merkle, TheFrontierGivesTheRootOfEverySize) {
    std::vector<Digest> const leaves = numbered_leaves(200);
    MerkleFrontier frontier;
    for (std::size_t size = 0; size < leaves.size(); ++size) {
        // Recomputed by the definition: split at the largest power of two below the size.
        std::vector<Digest> level(leaves.begin(),
                                  leaves.begin() + static_cast<std::ptrdiff_t>(size));
        while (level.size() > 1) {
            std::vector<Digest> above;
            for (std::size_t i = 0; i + 1 < level.size(); i += 2)
                above.push_back(merkle_node(level[i], level[i + 1]));
            if (level.size() % 2 == 1) above.push_back(level.back());
            level = std::move(above);
        }
        EXPECT_EQ(frontier.root(), level.empty() ? sha256("") : level.front()) << size;
        EXPECT_EQ(frontier.size(), size);
        frontier.add(leaves[size]);
    }
}

TEST(Merkle, EveryInclusionProofVerifiesAndNoOtherDoes) {
    std::vector<Digest> const leaves = numbered_leaves(64);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        Digest const root = merkle_root(first(leaves, size));
        for (std::size_t index = 0; index < size; ++index) {
            std::vector<Digest> proof = inclusion_proof(first(leaves, size), index);
            ASSERT_TRUE(verify_inclusion(leaves[index], index, size, proof, root));
            ASSERT_FALSE(verify_inclusion(flipped(leaves[index]), index, size, proof, root));
            ASSERT_FALSE(verify_inclusion(leaves[index], index, size, proof, flipped(root)));
            ASSERT_FALSE(verify_inclusion(leaves[index], size, size, proof, root));
            if (size > 1)
                ASSERT_FALSE(
                    verify_inclusion(leaves[index], (index + 1) % size, size, proof, root));
            proof.push_back(root);
            ASSERT_FALSE(verify_inclusion(leaves[index], index, size, proof, root));
            proof.pop_back();
            if (proof.empty()) continue;
            proof.back() = flipped(proof.back());
            ASSERT_FALSE(verify_inclusion(leaves[index], index, size, proof, root));
            proof.pop_back();
            ASSERT_FALSE(verify_inclusion(leaves[index], index, size, proof, root));
        }
    }
}

TEST(Merkle, EveryConsistencyProofVerifiesAndNoOtherDoes) {
    std::vector<Digest> const leaves = numbered_leaves(64);
    for (std::size_t newer = 0; newer <= leaves.size(); ++newer) {
        Digest const newer_root = merkle_root(first(leaves, newer));
        for (std::size_t older = 0; older <= newer; ++older) {
            Digest const older_root = merkle_root(first(leaves, older));
            std::vector<Digest> proof = consistency_proof(first(leaves, newer), older);
            ASSERT_TRUE(verify_consistency(older, older_root, newer, newer_root, proof));
            proof.push_back(newer_root);
            ASSERT_FALSE(verify_consistency(older, older_root, newer, newer_root, proof));
            proof.pop_back();
            if (older == 0) continue;
            ASSERT_FALSE(verify_consistency(older, flipped(older_root), newer, newer_root, proof));
            ASSERT_FALSE(verify_consistency(older, older_root, newer, flipped(newer_root), proof));
            if (proof.empty()) continue;
            proof.front() = flipped(proof.front());
            ASSERT_FALSE(verify_consistency(older, older_root, newer, newer_root, proof));
            proof.front() = flipped(proof.front());
            proof.pop_back();
            ASSERT_FALSE(verify_consistency(older, older_root, newer, newer_root, proof));
        }
    }
}

TEST(Merkle, ALargerTreeIsNotOlder) {
    std::vector<Digest> const leaves = numbered_leaves(4);
    Digest const three = merkle_root(first(leaves, 3));
    Digest const four = merkle_root(first(leaves, 4));
    EXPECT_FALSE(verify_consistency(4, four, 3, three, {}));
}

} // namespace
} // namespace parley

#include "engine/ledger/merkle.hpp"

#include "engine/base/assert.hpp"

#include <algorithm>
#include <bit>

namespace parley {

namespace {

constexpr std::string_view leaf_prefix("\x00", 1);
constexpr std::string_view node_prefix("\x01", 1);

// The largest power of two below `size`: where a tree of that many leaves is split.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

// Where a verifier stands on its way up: the node it has, and the last node of that level.
struct Climb {
    std::uint64_t node;
    std::uint64_t last;

    bool at_top() const { return last == 0; }
    bool sibling_is_left() const { return (node & 1) == 1 || node == last; }
    void up() {
        node >>= 1;
        last >>= 1;
    }
    // A node without a right sibling is its own parent until a level where it is a right child.
    void skip_lonely_levels() {
        while ((node & 1) == 0 && node != 0) up();
    }
};

} // namespace

Digest merkle_leaf(std::string_view entry) { return sha256({leaf_prefix, entry}); }

Digest merkle_node(Digest const& left, Digest const& right) {
    return sha256({node_prefix, view_of(left), view_of(right)});
}

Digest merkle_root(std::span<Digest const> leaves) {
    MerkleFrontier frontier;
    for (Digest const& leaf : leaves) frontier.add(leaf);
    return frontier.root();
}

std::vector<Digest> inclusion_proof(std::span<Digest const> leaves, std::uint64_t index) {
    PARLEY_ASSERT(index < leaves.size(), "a proof is asked for a leaf that the tree has");
    std::vector<Digest> proof;
    while (leaves.size() > 1) {
        std::uint64_t const split = split_of(leaves.size());
        if (index < split) {
            proof.push_back(merkle_root(leaves.subspan(split)));
            leaves = leaves.first(split);
        } else {
            proof.push_back(merkle_root(leaves.first(split)));
            leaves = leaves.subspan(split);
            index -= split;
        }
    }
    std::ranges::reverse(proof);
    return proof;
}

std::vector<Digest> consistency_proof(std::span<Digest const> leaves, std::uint64_t older) {
    PARLEY_ASSERT(older <= leaves.size(), "a tree is consistent with smaller ones only");
    std::vector<Digest> proof;
    if (older == 0 || older == leaves.size()) return proof;
    bool known = true; // the verifier has the older root, so that subtree needs no naming
    while (older != leaves.size()) {
        std::uint64_t const split = split_of(leaves.size());
        if (older <= split) {
            proof.push_back(merkle_root(leaves.subspan(split)));
            leaves = leaves.first(split);
        } else {
            proof.push_back(merkle_root(leaves.first(split)));
            leaves = leaves.subspan(split);
            older -= split;
            known = false;
        }
    }
    if (!known) proof.push_back(merkle_root(leaves));
    std::ranges::reverse(proof);
    return proof;
}

bool verify_inclusion(Digest const& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<Digest const> proof, Digest const& root) {
    if (index >= size) return false;
    Climb climb{index, size - 1};
    Digest hash = leaf;
    for (Digest const& sibling : proof) {
        if (climb.at_top()) return false;
        if (climb.sibling_is_left()) {
            hash = merkle_node(sibling, hash);
            climb.skip_lonely_levels();
        } else {
            hash = merkle_node(hash, sibling);
        }
        climb.up();
    }
    return climb.at_top() && hash == root;
}

bool verify_consistency(std::uint64_t older, Digest const& older_root, std::uint64_t newer,
                        Digest const& newer_root, std::span<Digest const> proof) {
    if (older > newer) return false;
    if (older == newer) return proof.empty() && older_root == newer_root;
    if (older == 0) return proof.empty(); // every tree grew out of the empty one
    Digest first = older_root;
    if (!std::has_single_bit(older)) {
        if (proof.empty()) return false;
        first = proof.front();
        proof = proof.subspan(1);
    }
    Climb climb{older - 1, newer - 1};
    while ((climb.node & 1) == 1) climb.up();
    Digest older_hash = first;
    Digest newer_hash = first;
    for (Digest const& sibling : proof) {
        if (climb.at_top()) return false;
        if (climb.sibling_is_left()) {
            older_hash = merkle_node(sibling, older_hash);
            newer_hash = merkle_node(sibling, newer_hash);
            climb.skip_lonely_levels();
        } else {
            newer_hash = merkle_node(newer_hash, sibling);
        }
        climb.up();
    }
    return climb.at_top() && older_hash == older_root && newer_hash == newer_root;
}

void MerkleFrontier::add(Digest const& leaf) {
    // Adding one to a binary number: every trailing one is a full subtree that joins its new twin.
    Digest joined = leaf;
    for (std::uint64_t rest = size_; (rest & 1) == 1; rest >>= 1) {
        joined = merkle_node(peaks_.back(), joined);
        peaks_.pop_back();
    }
    peaks_.push_back(joined);
    ++size_;
}

Digest MerkleFrontier::root() const {
    if (peaks_.empty()) return sha256("");
    Digest root = peaks_.back();
    for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = merkle_node(peaks_[i], root);
    return root;
}

} // namespace parley

#pragma once

#include "engine/base/digest.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace parley {

// RFC 6962 §2.1 (RFC 9162) Merkle trees over leaf hashes; pure functions of the leaves in order.
Digest merkle_leaf(std::string_view entry);                  // SHA-256(0x00 || entry)
Digest merkle_node(Digest const& left, Digest const& right); // SHA-256(0x01 || left || right)
Digest merkle_root(std::span<Digest const> leaves);
std::vector<Digest> inclusion_proof(std::span<Digest const> leaves, std::uint64_t index);
std::vector<Digest> consistency_proof(std::span<Digest const> leaves, std::uint64_t older);
bool verify_inclusion(Digest const& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<Digest const> proof, Digest const& root);
bool verify_consistency(std::uint64_t older, Digest const& older_root, std::uint64_t newer,
                        Digest const& newer_root, std::span<Digest const> proof);

// Grows a root leaf by leaf in O(log n) memory: for verification of long journals.
class MerkleFrontier {
public:
    void add(Digest const& leaf);
    Digest root() const;
    std::uint64_t size() const { return size_; }

private:
    std::vector<Digest> peaks_; // of the complete subtrees, largest first
    std::uint64_t size_ = 0;
};

} // namespace parley

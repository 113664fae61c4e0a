#pragma once

#include "engine/procedure/procedure.hpp"

#include <span>
#include <string_view>

namespace parley {

// What a behaviour is, apart from its code: core implements each one, and a test pairs the two.
struct BehaviourSpec {
    Behaviour behaviour;
    InputKind input;                              // what its act takes
    std::span<std::string_view const> parameters; // the settings it may be given in a file
    std::span<std::string_view const> required;   // those it must be given
    std::span<std::string_view const> events;     // event kinds it may write
    bool clock_may;                               // a step of the clock may do it
    std::string_view means;
};

BehaviourSpec const& spec_of(Behaviour behaviour);

// The act that the house itself offers in every dispute, whatever its procedure: the administrator moves
// the dispute to a later version of its procedure, and a party agrees to that beforehand. No procedure may
// call an act of its own so.
constexpr std::string_view change_procedure_act = "change_procedure";

// A sentence for a condition, as it appears in `blocked_by`: "an offer by the other side is open".
Phrase sentence_of(Condition const& condition);

} // namespace parley

#include "engine/core/behaviour.hpp"

#include <algorithm>

#include <fmt/core.h>

// Words in a room. What is said outside the joint room is a confidence: its event has no
// consequences.

namespace parley {

Result<Said> post_message(Act const& act) {
    MessageInput const& input = input_of<MessageInput>(act);
    std::vector<Room> const& listed = act.step.rooms;
    bool const allowed = listed.empty() ? input.room == Room::joint
                                        : std::ranges::find(listed, input.room) != listed.end();
    if (!allowed)
        return refuse(RefusalCode::not_possible_now,
                      fmt::format("{} cannot be said in {} at this stage.", act.step.name,
                                  name_of(input.room)));
    Rooms const rooms = rooms_of(act.state, act.viewer());
    if (std::ranges::find(rooms, input.room) == rooms.end())
        return refuse(RefusalCode::not_possible_now,
                      fmt::format("{} opens when a mediator is seated.", name_of(input.room)));
    if (input.text.find_first_not_of(" \t\r\n") == std::string::npos)
        return refuse_field(RefusalCode::missing_field, "/text", "A message has words.");
    return Said(MessagePosted{}, content_of("text", input.text), input.room);
}

} // namespace parley

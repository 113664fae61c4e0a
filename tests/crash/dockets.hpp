#pragma once

#include "tests/app/program.hpp"

#include <cstdlib>
#include <map>

namespace parley::app::testing {

// How often the server is killed: PARLEY_LONG=1 asks for the night's work.
inline int kills() { return std::getenv("PARLEY_LONG") != nullptr ? 200 : 20; }

// What one dispute's docket says, for whoever holds that key.
inline Json docket_of(DemoClient& client, std::string const& key, std::string const& dispute) {
    auto const answer =
        client.send("GET", "/v1/disputes/" + dispute + "/events?limit=100", as(key));
    if (answer && answer->status == 200) return Json::parse(answer->body).at("data");
    ADD_FAILURE() << "the docket of " << dispute
                  << " cannot be read: " << (answer ? answer->body : answer.error());
    return Json::array();
}

// The deadlines that passed in it: name -> when, as often as they passed.
inline std::multimap<std::string, std::string> passed_in(Json const& docket) {
    std::multimap<std::string, std::string> passed;
    for (Json const& event : docket)
        if (event.at("actor").dump().find("clock") != std::string::npos)
            passed.emplace(event.at("facts").value("deadline", ""),
                           event.at("at").get<std::string>());
    return passed;
}

} // namespace parley::app::testing

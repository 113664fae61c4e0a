#pragma once

#include "tests/app/program.hpp"

#include <map>

namespace parley::app::testing {

// How often the server is killed.
inline int kills() { return long_run() ? 200 : 20; }

// What one dispute's docket says, page by page, for whoever holds that key. `client` sends as DemoClient
// does.
template <class Client>
Json docket_of(Client& client, std::string const& key, std::string const& dispute) {
    Json all = Json::array();
    for (std::string after;;) {
        std::expected<ClientAnswer, std::string> const answer =
            client.send("GET", "/v1/disputes/" + dispute + "/events?limit=100" + after, as(key));
        if (!answer || answer->status != 200) {
            ADD_FAILURE() << "the docket of " << dispute
                          << " cannot be read: " << (answer ? answer->body : answer.error());
            return all;
        }
        Json const page = Json::parse(answer->body);
        for (Json const& event : page.at("data")) all.push_back(event);
        if (!page.at("has_more").get<bool>()) return all;
        after = "&after=" + page.at("next").get<std::string>();
    }
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

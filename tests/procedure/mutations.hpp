#pragma once

#include "tests/procedure/shipped.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Good procedures, each made wrong in one place, by rules that go through the whole file.

namespace parley {

struct Mutant {
    std::string kind; // the rule that made it
    std::string what; // and where
    OrderedJson file;
};

class Mutations {
public:
    // Every one of them, or each one of `shares`, beginning with number `share`.
    explicit Mutations(OrderedJson good, std::size_t share = 0, std::size_t shares = 1)
        : good_(std::move(good)), share_(share), shares_(shares) {}

    std::vector<Mutant> all() {
        deadlines();
        for_steps([&](std::string const& at, OrderedJson const& step) {
            actors(at, step);
            notices(at, step);
            branches(at, step);
            clock_ways(at, step);
            words(at, step);
        });
        labels();
        cut_short();
        return std::move(out_);
    }

private:
    template <class F>
    void mutate(std::string kind, std::string what, F const& change) {
        if (made_++ % shares_ != share_) return;
        OrderedJson file = good_;
        change(file);
        out_.push_back({std::move(kind), std::move(what), std::move(file)});
    }
    static OrderedJson& at(OrderedJson& file, std::string const& pointer) {
        return file.at(OrderedJson::json_pointer(pointer));
    }
    // Every place that holds steps or deadlines: stages, and what several of them share.
    std::vector<std::string> holders() const {
        std::vector<std::string> out;
        for (auto const& [name, stage] : good_.at("stages").items())
            out.push_back("/stages/" + name);
        for (std::size_t i = 0; i < good_.at("common").size(); ++i)
            out.push_back("/common/" + std::to_string(i));
        return out;
    }
    OrderedJson const& good_at(std::string const& pointer) const {
        return good_.at(OrderedJson::json_pointer(pointer));
    }
    template <class F>
    void for_steps(F const& each) {
        for (std::string const& holder : holders()) {
            if (!good_at(holder).contains("steps")) continue;
            for (auto const& [name, step] : good_at(holder).at("steps").items())
                each(holder + "/steps/" + name, step);
        }
    }
    static bool has(OrderedJson const& list, std::string_view wanted) {
        return std::ranges::find(list, OrderedJson(wanted)) != list.end();
    }
    static std::string does(OrderedJson const& step) {
        OrderedJson const& does = step.at("does");
        return does.is_string() ? does.get<std::string>() : does.begin().key();
    }
    static bool leads_away(OrderedJson const& step) {
        if (!step.contains("to")) return false;
        if (step.at("to").is_string()) return step.at("to") != "stay";
        return std::ranges::any_of(step.at("to"),
                                   [](OrderedJson const& b) { return b.at("to") != "stay"; });
    }

    void deadlines() {
        for (std::string const& holder : holders()) {
            if (!good_at(holder).contains("deadlines")) continue;
            for (auto const& [name, rule] : good_at(holder).at("deadlines").items()) {
                std::string const pointer = holder + "/deadlines/" + name;
                mutate("a clock removed", pointer,
                       [&](OrderedJson& file) { at(file, holder + "/deadlines").erase(name); });
                mutate("a clock without length", pointer, [&](OrderedJson& file) {
                    OrderedJson& parameter =
                        at(file, "/parameters/" + rule.at("after").get<std::string>());
                    parameter["value"] = "P0D";
                    parameter.erase("least");
                });
                mutate("a clock of a hundred years", pointer, [&](OrderedJson& file) {
                    OrderedJson& parameter =
                        at(file, "/parameters/" + rule.at("after").get<std::string>());
                    parameter["value"] = "P3660D";
                    parameter.erase("most");
                });
                mutate("a clock that leads to nothing", pointer,
                       [&](OrderedJson& file) { at(file, pointer)["then"] = "nothing"; });
            }
        }
    }

    void actors(std::string const& pointer, OrderedJson const& step) {
        OrderedJson const& by = step.at("by");
        if (has(by, "claimant") && has(by, "respondent"))
            for (char const* role : {"claimant", "respondent"})
                mutate("a side shut out", pointer + " " + role, [&](OrderedJson& file) {
                    OrderedJson& list = at(file, pointer + "/by");
                    list.erase(std::ranges::find(list, OrderedJson(role)));
                });
        if (by.size() != 1) return;
        for (auto const& [from, to] : {std::pair{"claimant", "respondent"},
                                       {"respondent", "claimant"},
                                       {"mediator", "decider"},
                                       {"decider", "mediator"},
                                       {"clock", "administrator"},
                                       {"administrator", "claimant"}})
            if (by.at(0) == from && !anyones(step, to))
                mutate("a role swapped", pointer, [&](OrderedJson& file) {
                    at(file, pointer + "/by") = OrderedJson::array({to});
                });
    }
    // What the other person may do as well.
    static bool anyones(OrderedJson const& step, std::string_view to) {
        std::string const act = does(step);
        if (to == "claimant")
            return act == "move_on" || act == "post_message" || act == "make_offer";
        return act == "withdraw" || act == "move_on" || act == "request_evidence" ||
               act == "order_burden" || act == "make_offer" || act == "grant_time";
    }

    void notices(std::string const& pointer, OrderedJson const& step) {
        if (!step.contains("notifies")) return;
        OrderedJson const& by = step.at("by");
        for (OrderedJson const& role : step.at("notifies")) {
            bool const party = role == "claimant" || role == "respondent";
            bool const own = by.size() == 1 && by.at(0) == role;
            if (!party || own) continue;
            mutate("a notice dropped", pointer + " " + role.get<std::string>(),
                   [&](OrderedJson& file) {
                       OrderedJson& list = at(file, pointer + "/notifies");
                       list.erase(std::ranges::find(list, role));
                   });
        }
        mutate("nobody told", pointer,
               [&](OrderedJson& file) { at(file, pointer).erase("notifies"); });
    }

    void branches(std::string const& pointer, OrderedJson const& step) {
        if (!step.contains("to") || !step.at("to").is_array()) return;
        OrderedJson const& to = step.at("to");
        for (std::size_t b = 0; b < to.size(); ++b) {
            std::string const branch = pointer + "/to/" + std::to_string(b);
            if (!to.at(b).contains("when")) {
                mutate("the last branch removed", branch,
                       [&](OrderedJson& file) { at(file, pointer + "/to").erase(b); });
                continue;
            }
            mutate("a branch twice", branch, [&](OrderedJson& file) {
                OrderedJson& list = at(file, pointer + "/to");
                OrderedJson const copy = list.at(b);
                list.insert(list.begin() + static_cast<std::ptrdiff_t>(b), copy);
            });
            mutate("a condition lifted", branch,
                   [&](OrderedJson& file) { at(file, branch).erase("when"); });
            OrderedJson const& when = to.at(b).at("when");
            for (std::size_t i = 0; i < when.size(); ++i) {
                bool const bound =
                    when.at(i).is_object() && when.at(i).contains("replacements_below");
                if (bound)
                    mutate("a bound lifted", branch,
                           [&](OrderedJson& file) { at(file, branch + "/when").erase(i); });
                mutate("a condition and its contrary", branch, [&](OrderedJson& file) {
                    OrderedJson& list = at(file, branch + "/when");
                    OrderedJson const one = list.at(i);
                    bool const negated = one.is_object() && one.contains("not");
                    list.push_back(negated ? one.at("not") : OrderedJson({{"not", one}}));
                });
            }
            if (to.at(b).contains("vacates"))
                mutate("a seat not vacated", branch,
                       [&](OrderedJson& file) { at(file, branch).erase("vacates"); });
        }
    }

    // Silence that ends what only acts may end, goes back to where it was, or stays.
    void clock_ways(std::string const& pointer, OrderedJson const& step) {
        if (!has(step.at("by"), "clock") || !leads_away(step)) return;
        for (char const* end : {"settled", "withdrawn", "settled_by_contract"})
            if (step.at("to") != end)
                mutate("silence decides", pointer + " -> " + end,
                       [&](OrderedJson& file) { at(file, pointer)["to"] = end; });
        // Where a successor can be found in the same stage, staying is as good.
        std::string const holder = pointer.substr(0, pointer.find("/steps/"));
        bool const appoints =
            does(step) == "stand_down" && good_at(holder + "/steps").contains("appoint");
        if (!appoints)
            mutate("a clock that stays", pointer,
                   [&](OrderedJson& file) { at(file, pointer)["to"] = "stay"; });
        mutate("a clock that goes back", pointer,
               [&](OrderedJson& file) { at(file, pointer)["to"] = "notice"; });
    }

    void words(std::string const& pointer, OrderedJson const& step) {
        if (++step_number_ % 9 == 0) { // the reader sees it wherever it is; see reader_test.cpp
            mutate("a source missing", pointer,
                   [&](OrderedJson& file) { at(file, pointer).erase("cites"); });
            mutate("an unknown key", pointer,
                   [&](OrderedJson& file) { at(file, pointer)["note"] = "x"; });
        }
        if (step.contains("verified_sign_in"))
            mutate("a word that anyone can give", pointer,
                   [&](OrderedJson& file) { at(file, pointer).erase("verified_sign_in"); });
        if (step.contains("arms"))
            mutate("a clock not started", pointer,
                   [&](OrderedJson& file) { at(file, pointer).erase("arms"); });
        if (does(step) == "render_outcome")
            mutate("a track not asked for", pointer,
                   [&](OrderedJson& file) { at(file, pointer).erase("needs"); });
        static std::set<std::string> const needed{"respond",
                                                  "file_dispute",
                                                  "complete_notice",
                                                  "decide_objection",
                                                  "object_to_neutral",
                                                  "stand_down",
                                                  "accept_appointment",
                                                  "appoint_neutral",
                                                  "draw_neutral",
                                                  "render_outcome",
                                                  "accept_offer",
                                                  "decline_offer",
                                                  "make_offer",
                                                  "refuse_outcome",
                                                  "confirm_consent",
                                                  "revoke_consent",
                                                  "lapse_consent",
                                                  "object_to_file",
                                                  "reply",
                                                  "let_pass"};
        // A mediator may propose terms, and need not.
        bool const proposal = does(step) == "make_offer" && has(step.at("by"), "mediator");
        if (needed.contains(does(step)) && !proposal)
            mutate("a step removed", pointer, [&](OrderedJson& file) {
                auto const slash = pointer.rfind('/');
                at(file, pointer.substr(0, slash)).erase(pointer.substr(slash + 1));
            });
    }

    void labels() {
        for (auto const& [name, stage] : good_.at("stages").items()) {
            if (stage.contains("label") && stage.at("label") != "open")
                mutate("a confidence opened", "/stages/" + name,
                       [&](OrderedJson& file) { at(file, "/stages/" + name)["label"] = "open"; });
            mutate("a stage removed", "/stages/" + name,
                   [&](OrderedJson& file) { at(file, "/stages").erase(name); });
            if (stage.at("kind") != "end") continue;
            for (char const* status : {"settled", "withdrawn", "decided", "closed"})
                if (stage.at("status") != status)
                    mutate(
                        "an end under another name", "/stages/" + name + " " + status,
                        [&](OrderedJson& file) { at(file, "/stages/" + name)["status"] = status; });
        }
    }

    // The way to a decision that leaves out where a side is heard, and a case never reopened.
    void cut_short() {
        mutate("straight to a decision", "notice", [](OrderedJson& file) {
            at(file, "/stages/notice/steps/file/to/1/to") = "deliberation";
        });
        mutate("no way back", "reopen_response", [](OrderedJson& file) {
            for (OrderedJson& common : file.at("common"))
                if (common.contains("steps")) common.at("steps").erase("reopen_response");
        });
        mutate("silence that spares", "response", [](OrderedJson& file) {
            at(file, "/stages/response/steps/respondent_silent")["to"] = "closed_without_prejudice";
        });
    }

    OrderedJson good_;
    std::size_t share_, shares_;
    std::size_t made_ = 0, step_number_ = 0;
    std::vector<Mutant> out_;
};

} // namespace parley

#include "engine/procedure/examine_parts.hpp"

#include "engine/base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

// What is read off the text: who may answer what, who is told, who may object, whose word is needed.

namespace parley {

namespace {

// What one side may do, the other may too. The rest belongs to one side by its nature: who files,
// completes and amends a claim, and who answers it.
bool is_symmetric(Behaviour does) {
    switch (does) {
    case Behaviour::make_offer:
    case Behaviour::accept_offer:
    case Behaviour::decline_offer:
    case Behaviour::post_message:
    case Behaviour::extend_deadline:
    case Behaviour::object_to_neutral:
    case Behaviour::object_to_file:
    case Behaviour::submit_evidence:
    case Behaviour::request_correction:
    case Behaviour::accept_outcome:
    case Behaviour::refuse_outcome:
    case Behaviour::give_consent:
    case Behaviour::confirm_consent:
    case Behaviour::revoke_consent:
    case Behaviour::confirm_performance:
    case Behaviour::report_breach:
    case Behaviour::request_review:
    case Behaviour::change_details:
    case Behaviour::ask_language:
    case Behaviour::name_representative:
    case Behaviour::ask_consent_award: return true;
    case Behaviour::file_dispute:
    case Behaviour::respond:
    case Behaviour::reply:
    case Behaviour::move_on: // asked for apart: only where it leads away
    case Behaviour::let_pass:
    case Behaviour::withdraw:
    case Behaviour::appoint_neutral:
    case Behaviour::draw_neutral:
    case Behaviour::accept_appointment:
    case Behaviour::decide_objection:
    case Behaviour::stand_down:
    case Behaviour::disclose:
    case Behaviour::set_final_date:
    case Behaviour::request_evidence:
    case Behaviour::render_outcome:
    case Behaviour::correct_outcome:
    case Behaviour::complete_notice:
    case Behaviour::pass_file:
    case Behaviour::grant_time:
    case Behaviour::decide_review:
    case Behaviour::lapse_consent:
    case Behaviour::correct_facts:
    case Behaviour::amend_claim:
    case Behaviour::make_counterclaim:
    case Behaviour::list_languages:
    case Behaviour::order_burden:
    case Behaviour::record_settlement:
    case Behaviour::file_document:
    case Behaviour::publish_outcome: return false;
    }
    std::unreachable();
}

class Rights {
public:
    Rights(Procedure const& procedure, Stage const& stage, std::vector<Finding>& findings)
        : procedure_(procedure), stage_(stage), findings_(findings) {}

    void run() {
        check_label();
        if (stage_.ends()) check_end();
        for (Step const& step : stage_.steps) {
            check_symmetry(step);
            check_told(step);
            check_neutral(step);
            check_answers(step);
            check_own_word(step);
            check_conditions(step);
        }
    }

private:
    void fault(std::string rule, std::string pointer, std::string says) {
        bool const known = std::ranges::any_of(
            findings_, [&](Finding const& f) { return f.rule == rule && f.pointer == pointer; });
        if (!known) findings_.push_back({std::move(rule), std::move(pointer), std::move(says), {}});
    }
    // A step of this stage that does this, open to this role, about this seat.
    Step const* find(Behaviour does, Role role, std::optional<SeatKind> seat = {}) const {
        for (Step const& step : stage_.steps)
            if (step.does == does && contains(step.by, role) &&
                (!seat || step.settings.seat == seat))
                return &step;
        return nullptr;
    }

    // What is said while people try to agree never reaches who decides (K13).
    void check_label() {
        Label const wanted = stage_.kind == StageKind::negotiation    ? Label::negotiation
                             : stage_.kind == StageKind::facilitation ? Label::mediation
                                                                      : stage_.label;
        if (stage_.label != wanted)
            fault("confidence", stage_.pointer + "/label",
                  fmt::format("must be {} in a stage of the kind {}, or who decides reads what was "
                              "said here",
                              name_of(wanted), name_of(stage_.kind)));
        bool const seats_mediator = std::ranges::any_of(stage_.steps, [](Step const& s) {
            return s.does == Behaviour::accept_appointment && s.settings.seat == SeatKind::mediator;
        });
        if (seats_mediator && stage_.label == Label::open)
            fault("confidence", stage_.pointer + "/label",
                  "must not be open where a mediator is found, or who decides reads the offers "
                  "that are made meanwhile");
    }

    // What an end is called and what it says come in pairs.
    void check_end() {
        bool const fits = stage_.result == "settlement"   ? stage_.status == Status::settled
                          : stage_.result == "withdrawal" ? stage_.status == Status::withdrawn
                          : stage_.result == "award" || stage_.result == "judgment"
                              ? stage_.status == Status::decided
                          : stage_.result == "recommendation"
                              ? stage_.status == Status::decided || stage_.status == Status::closed
                              : stage_.status == Status::closed;
        if (!fits)
            fault("ends as it happened", stage_.pointer + "/status",
                  fmt::format("is {}, which does not fit the result {}", name_of(stage_.status),
                              stage_.result));
    }

    static bool asks_own_time(Step const& step, Role role) {
        return step.does == Behaviour::extend_deadline && step.settings.consent == "none" &&
               contains(step.by, role);
    }
    void check_symmetry(Step const& step) {
        bool const claimant = contains(step.by, Role::claimant);
        bool const respondent = contains(step.by, Role::respondent);
        if (claimant == respondent) return;
        Role const own = claimant ? Role::claimant : Role::respondent;
        Role const other = claimant ? Role::respondent : Role::claimant;
        bool const free =
            step.does == Behaviour::move_on && (step.leads_away() || step.once_per_side);
        bool const both = is_symmetric(step.does) || (free && !is_turn_of(own));
        bool const met = std::ranges::any_of(stage_.steps, [&](Step const& s) {
            return contains(s.by, other) && gives_the_same(step, s);
        });
        // More of one's own time, on request, each side may have in the stages that wait for it.
        bool const own_time = asks_own_time(step, own) && is_turn_of(own);
        bool const met_elsewhere =
            own_time && std::ranges::any_of(procedure_.stages, [&](Stage const& stage) {
                return std::ranges::any_of(stage.steps,
                                           [&](Step const& s) { return asks_own_time(s, other); });
            });
        if (own_time && !met_elsewhere)
            fault("symmetry", step.pointer + "/by",
                  fmt::format("gives more time on request to one side; let the {} have it, too, "
                              "where its time runs",
                              name_of(other)));
        else if (both && !met && !own_time)
            fault("symmetry", step.pointer + "/by",
                  fmt::format("gives {} to one side; let the {} do the same in {}",
                              name_of(step.does), name_of(other), stage_.name));
        if (step.does == Behaviour::withdraw && step.settings.consent == "other_side" &&
            find(Behaviour::withdraw, other) == nullptr)
            fault("symmetry", step.pointer + "/by",
                  fmt::format("asks for the other side's word, which the {} has no step to give",
                              name_of(other)));
    }

    // A clock waits for this side alone, so that what it may do here is its answer.
    bool is_turn_of(Role side) const {
        return std::ranges::any_of(stage_.deadlines, [&](DeadlineRule const& rule) {
            return !rule.by_step && rule.actors.size() == 1 && rule.actors.front() == side;
        });
    }
    static bool gives_the_same(Step const& one, Step const& other) {
        auto const targets = [](Step const& step) {
            std::set<std::string> out;
            for (Branch const& branch : step.to) out.insert(branch.to);
            return out;
        };
        if (one.does != other.does || one.settings.seat != other.settings.seat ||
            one.settings.consents != other.settings.consents)
            return false;
        if (one.does != Behaviour::move_on) return true;
        return one.needs == other.needs && targets(one) == targets(other) &&
               one.marks == other.marks;
    }

    // Nothing is said or done behind a side's back.
    void check_told(Step const& step) {
        bool const before_start = std::ranges::any_of(
            stage_.steps, [](Step const& s) { return s.does == Behaviour::complete_notice; });
        if (step.notifies.empty())
            fault("told", step.pointer + "/notifies",
                  "tells nobody, not even who took the step; what is received is acknowledged");
        if (step.does == Behaviour::stand_down && step.to.empty() &&
            !contains(step.notifies, Role::administrator))
            fault("told", step.pointer + "/notifies",
                  "leaves out the administrator, who must look for someone else");
        if (stage_.kind == StageKind::filing || before_start) return; // asked of the cases
        for (Role const role : {Role::claimant, Role::respondent}) {
            bool const alone = step.by.size() == 1 && step.by.front() == role;
            if (alone || contains(step.notifies, role) || is_quiet(step, role)) continue;
            fault("told", step.pointer + "/notifies",
                  fmt::format("leaves out the {}, who would not learn of it; name both parties",
                              name_of(role)));
        }
        if (step.does == Behaviour::appoint_neutral && step.settings.seat &&
            !contains(step.notifies, role_of(*step.settings.seat)))
            fault("told", step.pointer + "/notifies",
                  fmt::format("leaves out the {}, who is asked and would not know",
                              name_of(*step.settings.seat)));
    }
    // Finding a neutral is told when someone takes the seat; a clock that only notes something is told
    // to whom it is about.
    bool is_quiet(Step const& step, Role role) const {
        if (step.does == Behaviour::appoint_neutral) return true;
        if (step.does == Behaviour::stand_down && step.to.empty()) return true;
        if (!contains(step.by, Role::clock)) return false;
        if (step.leads_away() || step.does != Behaviour::let_pass) return false;
        return std::ranges::none_of(stage_.deadlines, [&](DeadlineRule const& rule) {
            return rule.then == step.name && contains(rule.actors, role);
        });
    }

    void check_neutral(Step const& step) {
        auto const seat = step.settings.seat;
        if (step.does == Behaviour::appoint_neutral && seat) {
            need(step, Behaviour::accept_appointment, role_of(*seat), *seat,
                 "who is asked must be able to accept");
            need(step, Behaviour::stand_down, role_of(*seat), *seat,
                 "who is asked must be able to decline");
        }
        if (step.does == Behaviour::accept_appointment && seat)
            need(step, Behaviour::appoint_neutral, Role::administrator, *seat,
                 "nobody can accept who was not asked");
        check_place(step);
        bool const works =
            step.does == Behaviour::render_outcome ||
            (stage_.kind == StageKind::facilitation &&
             (step.does == Behaviour::make_offer || step.does == Behaviour::post_message) &&
             contains(step.by, Role::mediator));
        if (works) {
            SeatKind const at = step.does == Behaviour::render_outcome
                                    ? seat.value_or(SeatKind::decider)
                                    : SeatKind::mediator;
            need(step, Behaviour::object_to_neutral, Role::claimant, at,
                 "a side must be able to object to who sits here");
            need(step, Behaviour::stand_down, role_of(at), at, "who sits must be able to leave");
            need(step, Behaviour::disclose, role_of(at), at,
                 "who sits must be able to say what raises doubts");
        }
        if (step.does == Behaviour::object_to_neutral && seat) {
            need(step, Behaviour::decide_objection, Role::administrator, *seat,
                 "someone must decide an objection");
            if (!clock_ends_objection(step, *seat))
                fault("rights", step.pointer + "/arms",
                      "arms no clock that removes the neutral when nobody decides the objection");
        }
        bool const decides = step.does == Behaviour::render_outcome ||
                             step.does == Behaviour::decide_review ||
                             step.does == Behaviour::correct_outcome;
        bool const asks = std::ranges::any_of(step.needs, [](Condition const& c) {
            return c.fact == Fact::mediator_may_decide && !c.negated;
        });
        if (decides && (seat == SeatKind::mediator || contains(step.by, Role::mediator)) && !asks)
            fault("own case", step.pointer + "/needs",
                  "lets who mediated decide; ask for mediator_may_decide, the recorded consent of "
                  "every party");
        if (step.does == Behaviour::render_outcome && step.settings.kind == OutcomeKind::award &&
            std::ranges::none_of(step.needs, [](Condition const& c) {
                return c.fact == Fact::track_is_one && !c.negated;
            }))
            fault("consents", step.pointer + "/needs",
                  "must ask for track_is_one: an award binds, and the law table says whom");
        if (step.does == Behaviour::pass_file && seat)
            need(step, Behaviour::object_to_file, Role::claimant, *seat,
                 "a side must be able to keep the negotiation from who sits here");
    }
    // A neutral does not act alone where only the other one's seat is at work (K4).
    void check_place(Step const& step) {
        if (step.by.size() != 1 || !is_neutral(step.by.front())) return;
        bool own = false, other = false;
        for (Step const& s : stage_.steps) {
            if (s.does != Behaviour::object_to_neutral && s.does != Behaviour::appoint_neutral)
                continue;
            if (!s.settings.seat) continue;
            (role_of(*s.settings.seat) == step.by.front() ? own : other) = true;
        }
        if (other && !own)
            fault("roles", step.pointer + "/by",
                  fmt::format("is the {}, who has no part in {}", name_of(step.by.front()),
                              stage_.name));
    }
    void need(Step const& because, Behaviour does, Role role, SeatKind seat, std::string_view why) {
        if (find(does, role, seat) == nullptr)
            fault("rights", because.pointer,
                  fmt::format("asks for a step of {} in {} by the {} about the {}: {}",
                              name_of(does), stage_.name, name_of(role), name_of(seat), why));
    }
    bool clock_ends_objection(Step const& objection, SeatKind seat) const {
        return std::ranges::any_of(stage_.deadlines, [&](DeadlineRule const& rule) {
            Step const* const then = stage_.step(rule.then);
            return std::ranges::find(objection.arms, rule.name) != objection.arms.end() &&
                   then != nullptr && then->does == Behaviour::stand_down &&
                   then->settings.seat == seat;
        });
    }

    // Whatever is claimed or proposed can be answered by the other side (K11).
    void check_answers(Step const& step) {
        for (Role const role : step.by) {
            if (!is_party(role) && !is_neutral(role)) continue;
            if (step.does != Behaviour::make_offer) continue;
            for (Behaviour const answer : {Behaviour::accept_offer, Behaviour::decline_offer})
                if (find(answer, role == Role::claimant ? Role::respondent : Role::claimant) ==
                    nullptr)
                    fault("answers", step.pointer,
                          fmt::format("can be met with no {} in {}; add that step", name_of(answer),
                                      stage_.name));
        }
        if (step.does == Behaviour::accept_offer &&
            find(Behaviour::make_offer, Role::claimant) == nullptr)
            fault("answers", step.pointer,
                  fmt::format("answers offers that nobody can make in {}; add a step of make_offer",
                              stage_.name));
        if (step.does == Behaviour::amend_claim) check_amendment(step);
        if (step.does == Behaviour::make_counterclaim &&
            find(Behaviour::reply, Role::claimant) == nullptr)
            fault("answers", step.pointer,
                  fmt::format("can be met with no reply in {}; add that step", stage_.name));
        if (step.does == Behaviour::respond) check_counterclaim(step);
        if (step.does == Behaviour::accept_outcome &&
            find(Behaviour::refuse_outcome, Role::claimant) == nullptr)
            fault("answers", step.pointer,
                  "lets people accept but not refuse; add a step of refuse_outcome");
        if (step.does == Behaviour::give_consent &&
            find(Behaviour::revoke_consent, Role::claimant) == nullptr)
            fault("answers", step.pointer,
                  fmt::format("takes consents that cannot be taken back in {}; add a step of "
                              "revoke_consent",
                              stage_.name));
    }
    void check_amendment(Step const& step) {
        bool const answered = std::ranges::any_of(stage_.steps, [&](Step const& s) {
            return contains(s.by, Role::respondent) &&
                   std::ranges::any_of(s.needs, [&](Condition const& c) {
                       return c.fact == Fact::marked && !c.negated &&
                              std::ranges::find(step.marks, c.name) != step.marks.end();
                   });
        });
        if (!answered)
            fault("answers", step.pointer,
                  "puts another claim in the place of the first, and the respondent has no step to "
                  "answer it that needs the mark it makes");
    }
    void check_counterclaim(Step const& step) {
        bool const answered = std::ranges::any_of(step.to, [&](Branch const& branch) {
            Stage const* const target = procedure_.stage(branch.to);
            bool const asks = std::ranges::any_of(branch.when, [](Condition const& c) {
                return c.fact == Fact::counterclaim_made && !c.negated;
            });
            return asks && target != nullptr &&
                   std::ranges::any_of(target->steps, [](Step const& s) {
                       return s.does == Behaviour::reply && contains(s.by, Role::claimant);
                   });
        });
        if (!answered)
            fault("answers", step.pointer + "/to",
                  "may bring a counterclaim, and no branch leads to where the claimant replies");
    }

    // What binds needs the person's own word (docs/decisions/0010).
    void check_own_word(Step const& step) {
        bool const arbitration =
            std::ranges::find(step.settings.consents, ConsentKind::arbitration) !=
                step.settings.consents.end() &&
            (step.does == Behaviour::give_consent || step.does == Behaviour::confirm_consent);
        if ((arbitration || step.does == Behaviour::accept_outcome) && !step.verified_sign_in)
            fault("consents", step.pointer + "/verified_sign_in",
                  "must be true: who is bound by this must have said so themselves");
    }

    // What can never hold together.
    void check_conditions(Step const& step) {
        check_list(step.needs, step.pointer + "/needs");
        for (Branch const& branch : step.to) {
            check_list(branch.when, pointer_of(step, &branch) + "/when");
            std::vector<Condition> both = step.needs;
            // Marks and facts of the step itself may have changed what it needed.
            std::erase_if(both, [](Condition const& c) { return c.fact != Fact::enabled; });
            both.insert(both.end(), branch.when.begin(), branch.when.end());
            check_list(both, pointer_of(step, &branch) + "/when");
        }
    }
    void check_list(std::vector<Condition> const& conditions, std::string const& pointer) {
        for (std::size_t i = 0; i < conditions.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) {
                Condition const& a = conditions[j];
                Condition const& b = conditions[i];
                if (a.fact != b.fact || a.name != b.name || a.number != b.number ||
                    a.value != b.value)
                    continue;
                fault(
                    "contradiction", pointer,
                    a.negated == b.negated
                        ? fmt::format("asks twice for {}", name_of(b.fact))
                        : fmt::format("asks for {} and for its contrary, which never hold together",
                                      name_of(b.fact)));
            }
    }

    Procedure const& procedure_;
    Stage const& stage_;
    std::vector<Finding>& findings_;
};

} // namespace

void examine_rights(Procedure const& procedure, std::vector<Finding>& findings) {
    for (Stage const& stage : procedure.stages) Rights(procedure, stage, findings).run();
}

} // namespace parley

#include "engine/procedure/examine_parts.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <queue>

// That every way ends, and how long it can take. docs/CHECKER.md has the argument.

namespace parley {

namespace {

constexpr std::uint32_t none = 0xffffffff;
constexpr std::int64_t unknown = -1;

// Cases between which one can go to and fro, and the order of the rest (Tarjan, without recursion).
class Groups {
public:
    explicit Groups(CaseSpace const& space)
        : space_(space), group(space.cases().size(), none), low_(group.size(), none),
          order_(group.size(), none) {
        for (std::uint32_t i = 0; i < group.size(); ++i)
            if (order_[i] == none) visit(i);
    }
    std::uint32_t count() const { return count_; }

private:
    struct Frame {
        std::uint32_t at;
        std::size_t next;
    };
    void visit(std::uint32_t root) {
        std::vector<Frame> frames{{root, open(root)}};
        while (!frames.empty()) {
            Frame& frame = frames.back();
            if (frame.next < space_.from(frame.at).second) {
                std::uint32_t const to = space_.passings()[frame.next++].to;
                if (order_[to] == none) frames.push_back({to, open(to)});
                else if (group[to] == none) low_[frame.at] = std::min(low_[frame.at], order_[to]);
                continue;
            }
            std::uint32_t const at = frame.at;
            if (low_[at] == order_[at]) close(at);
            frames.pop_back();
            if (!frames.empty())
                low_[frames.back().at] = std::min(low_[frames.back().at], low_[at]);
        }
    }
    std::size_t open(std::uint32_t at) {
        order_[at] = low_[at] = next_++;
        stack_.push_back(at);
        return space_.from(at).first;
    }
    void close(std::uint32_t at) {
        while (true) {
            std::uint32_t const member = stack_.back();
            stack_.pop_back();
            group[member] = count_;
            if (member == at) break;
        }
        ++count_;
    }

    CaseSpace const& space_;

public:
    std::vector<std::uint32_t> group; // of each case; a passing never leads to a higher one

private:
    std::vector<std::uint32_t> low_, order_, stack_;
    std::uint32_t next_ = 0, count_ = 0;
};

// The longest that a visit can last: until the first of the clocks that are sure to end it.
std::int64_t longest_visit(CaseSpace const& space, std::uint32_t at) {
    Stage const& stage = space.stage_of(at);
    Case const& here = space.cases()[at];
    std::int64_t least = unknown;
    for (DeadlineRule const& rule : stage.deadlines) {
        Step const* const then = stage.step(rule.then);
        if (rule.by_step || then == nullptr || !then->leaves_surely(stage.name)) continue;
        if (!space.can_end_visit(here, rule)) continue;
        std::int64_t hours = longest_hours_of(rule);
        if (here.spent && rule.on_return == OnReturn::remaining) hours = 0;
        if (!space.used_extensions(here, rule)) hours += extensions_of(stage, rule);
        if (least == unknown || hours < least) least = hours;
    }
    return std::max<std::int64_t>(least, 0); // the first stage has no clock and takes no time
}

// How soon after the stage was entered a clock can run out: a final date may be set earlier.
std::int64_t soonest(Stage const& stage, DeadlineRule const& rule) {
    if (!rule.at.empty()) return 0; // a document may name the next instant
    std::int64_t hours = hours_of(rule.after);
    if (rule.receipt) hours += hours_of(rule.receipt->after);
    for (Step const& step : stage.steps)
        if (step.does == Behaviour::set_final_date && step.settings.deadline == rule.name &&
            step.settings.window)
            hours = std::min(hours, hours_of(*step.settings.window));
    return hours;
}

// The way round that a group holds, from one of its cases back to it.
std::vector<std::uint32_t> round_in(CaseSpace const& space, std::vector<std::uint32_t> const& group,
                                    Passing const& entry) {
    std::vector<std::uint32_t> by(group.size(), none);
    std::queue<std::uint32_t> open;
    open.push(entry.to);
    while (!open.empty()) {
        std::uint32_t const at = open.front();
        open.pop();
        if (at == entry.from) break;
        for (auto [i, end] = space.from(at); i < end; ++i) {
            std::uint32_t const to = space.passings()[i].to;
            if (group[to] != group[at] || by[to] != none || to == entry.to) continue;
            by[to] = static_cast<std::uint32_t>(i);
            open.push(to);
        }
    }
    std::vector<std::uint32_t> way;
    for (std::uint32_t at = entry.from; at != entry.to && by[at] != none;
         at = space.passings()[by[at]].from)
        way.push_back(by[at]);
    std::ranges::reverse(way);
    return way;
}

std::string stamped(std::int64_t hours, std::string const& line) {
    return fmt::format("day {:>3}  {}", hours / 24, line);
}

// Longest ways, group by group, against the order of their numbers.
class Longest {
public:
    Longest(CaseSpace const& space, Groups const& groups)
        : space_(space), groups_(groups), hours_(groups.count(), unknown),
          by_(groups.count(), none), large_(groups.count(), false),
          caps_(space.once_count(), unknown) {
        std::vector<std::uint32_t> sizes(groups.count(), 0);
        for (std::uint32_t const g : groups.group)
            if (++sizes[g] > 1) large_[g] = true;
        std::vector<std::vector<std::uint32_t>> members(groups.count());
        for (std::uint32_t i = 0; i < groups.group.size(); ++i)
            members[groups.group[i]].push_back(i);
        hours_[groups.group[0]] = 0;
        for (std::uint32_t g = groups.count(); g-- > 0;) {
            if (hours_[g] == unknown) continue;
            for (std::uint32_t const at : members[g]) go_from(at, g);
        }
    }
    std::int64_t hours(std::uint32_t at) const { return hours_[groups_.group[at]]; }
    std::vector<std::string> way_to(std::uint32_t at) const {
        std::vector<std::string> lines;
        for (std::uint32_t g = groups_.group[at]; by_[g] != none;) {
            Passing const& passing = space_.passings()[by_[g]];
            if (passing.cause->moves)
                lines.push_back(stamped(hours_[g], line_of_passing(space_, passing)));
            g = groups_.group[passing.from];
        }
        std::ranges::reverse(lines);
        return lines;
    }

private:
    void go_from(std::uint32_t at, std::uint32_t g) {
        for (auto [i, end] = space_.from(at); i < end; ++i) {
            Passing const& passing = space_.passings()[i];
            std::uint32_t const to = groups_.group[passing.to];
            if (to == g) continue;
            std::int64_t const hours = capped(at, hours_[g] + weight(passing, g));
            note_start(passing, hours);
            if (hours <= hours_[to]) continue;
            hours_[to] = hours;
            by_[to] = static_cast<std::uint32_t>(i);
        }
    }
    // While a clock runs that runs once, no more time can have passed than since it was started last,
    // at the latest, and its length.
    std::int64_t capped(std::uint32_t at, std::int64_t hours) const {
        std::uint32_t const running = space_.cases()[at].running;
        for (std::size_t i = 0; i < caps_.size(); ++i)
            if ((running & 1U << i) != 0 && caps_[i] != unknown) hours = std::min(hours, caps_[i]);
        return hours;
    }
    void note_start(Passing const& passing, std::int64_t hours) {
        std::uint32_t const started =
            space_.cases()[passing.to].running & ~space_.cases()[passing.from].running;
        for (std::size_t i = 0; i < caps_.size(); ++i)
            if ((started & 1U << i) != 0)
                caps_[i] = std::max(caps_[i], hours + space_.once_hours(i));
    }
    // A visit counts when it is left. Where people can go to and fro, all of it happens while a clock
    // runs that runs once, and counts as long as that clock.
    std::int64_t weight(Passing const& passing, std::uint32_t g) const {
        if (large_[g])
            if (auto const once = space_.running_once_hours(space_.cases()[passing.from]))
                return *once;
        return passing.cause->moves ? longest_visit(space_, passing.from) : 0;
    }

    CaseSpace const& space_;
    Groups const& groups_;
    std::vector<std::int64_t> hours_;
    std::vector<std::uint32_t> by_;
    std::vector<bool> large_;
    std::vector<std::int64_t> caps_; // of the clocks that run once; unknown: not started yet
};

// Ways that people can hurry along: acts take no time, clocks theirs from the entry of the stage.
class Shortest {
public:
    explicit Shortest(CaseSpace const& space)
        : space_(space), hours_(space.cases().size(), unknown), entered_(hours_.size(), 0),
          by_(hours_.size(), none) {
        using Item = std::pair<std::int64_t, std::uint32_t>;
        std::priority_queue<Item, std::vector<Item>, std::greater<>> open;
        hours_[0] = 0;
        open.emplace(0, 0U);
        while (!open.empty()) {
            auto const [hours, at] = open.top();
            open.pop();
            if (hours != hours_[at]) continue;
            for (auto [i, end] = space.from(at); i < end; ++i) {
                Passing const& passing = space.passings()[i];
                std::int64_t const then =
                    passing.cause->rule == nullptr
                        ? hours
                        : std::max(hours, entered_[at] +
                                              soonest(space.stage_of(at), *passing.cause->rule));
                if (hours_[passing.to] != unknown && hours_[passing.to] <= then) continue;
                hours_[passing.to] = then;
                entered_[passing.to] = passing.cause->moves ? then : entered_[at];
                by_[passing.to] = static_cast<std::uint32_t>(i);
                open.emplace(then, passing.to);
            }
        }
    }
    std::int64_t hours(std::uint32_t at) const { return hours_[at]; }
    std::vector<std::string> way_to(std::uint32_t at) const {
        std::vector<std::string> lines;
        for (; by_[at] != none; at = space_.passings()[by_[at]].from) {
            Passing const& passing = space_.passings()[by_[at]];
            if (passing.cause->moves)
                lines.push_back(stamped(hours_[at], line_of_passing(space_, passing)));
        }
        std::ranges::reverse(lines);
        return lines;
    }

private:
    CaseSpace const& space_;
    std::vector<std::int64_t> hours_, entered_;
    std::vector<std::uint32_t> by_;
};

} // namespace

void examine_rounds(CaseSpace const& space, std::vector<Finding>& findings) {
    Groups const groups(space);
    std::vector<bool> told(groups.count(), false);
    for (Passing const& passing : space.passings()) {
        std::uint32_t const g = groups.group[passing.from];
        if (!passing.cause->moves || groups.group[passing.to] != g || told[g]) continue;
        if (space.running_once_hours(space.cases()[passing.from])) continue;
        told[g] = true;
        std::vector<std::string> trace = lines_of(space, space.way_to(passing.from));
        trace.push_back("and from here round, for ever:");
        trace.push_back(line_of_passing(space, passing));
        for (std::string& line : lines_of(space, round_in(space, groups.group, passing)))
            trace.push_back(std::move(line));
        findings.push_back(
            {"ends", pointer_of(*passing.cause->step, passing.cause->branch),
             fmt::format("is a way that can be gone round for ever from {}; bound it with "
                         "replacements_below, once_per_side, a mark, or a deadline that runs once",
                         space.stage_of(passing.from).name),
             std::move(trace)});
    }
}

std::vector<WayToEnd> times_of(CaseSpace const& space) {
    Groups const groups(space);
    Longest const longest(space, groups);
    Shortest const shortest(space);
    std::vector<WayToEnd> out;
    for (Stage const& stage : space.procedure().stages) {
        if (!stage.ends()) continue;
        std::uint32_t late = none, soon = none;
        for (std::uint32_t i = 0; i < space.cases().size(); ++i) {
            if (&space.stage_of(i) != &stage) continue;
            if (late == none || longest.hours(i) > longest.hours(late)) late = i;
            if (soon == none || shortest.hours(i) < shortest.hours(soon)) soon = i;
        }
        if (late == none) continue;
        out.push_back({stage.name, std::string(name_of(stage.status)), shortest.hours(soon),
                       longest.hours(late), shortest.way_to(soon), longest.way_to(late)});
    }
    return out;
}

std::string days_of_hours(std::int64_t hours) {
    if (hours % 24 == 0) return fmt::format("{} day{}", hours / 24, hours == 24 ? "" : "s");
    return fmt::format("{} days {} hours", hours / 24, hours % 24);
}

} // namespace parley

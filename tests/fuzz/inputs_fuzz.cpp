#include "engine/model/command.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::fuzz {

namespace {

template <class T>
bool read_soundly(Result<T> const& read) {
    if (read) return true;
    expect_sound(read.error());
    expect(!read.error().errors.empty(), "a body is refused and no member is at fault");
    return false;
}

void expect_amount(Money const& money) {
    expect(money.amount >= 0 && money.amount <= money_amount_max, "an amount out of range");
}

} // namespace

// Every body is read as every kind: what one kind refuses another may believe.
void inputs(std::string_view bytes) {
    auto const body = parse_json(bytes);
    if (!body) return;
    auto const file = read_file_input(*body);
    if (read_soundly(file)) {
        expect_amount(file->transaction.total);
        expect_amount(file->claim.amount);
        expect(!file->claim.remedies.empty(), "a notice without a proposed solution");
    }
    for (std::size_t i = 0; i < std::size(EnumNames<InputKind>::names); ++i) {
        auto const read = read_act_input(static_cast<InputKind>(i), *body);
        if (read_soundly(read))
            expect(read->index() == i, "a body was read as another kind of input");
    }
}

} // namespace parley::fuzz

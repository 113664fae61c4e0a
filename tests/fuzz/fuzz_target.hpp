#pragma once

#include "engine/base/refusal.hpp"

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

// Every parser of bytes from outside, each as a function that takes any bytes at all. The fuzzer
// calls it with what it invents; the tests call it with the corpus and its neighbourhood.
namespace parley::fuzz {

// A parser broke its promise. To the fuzzer, which catches nothing, this is a crash.
class Finding : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

inline void expect(bool holds, std::string const& sentence) {
    if (!holds) throw Finding(sentence);
}

// What every refusal keeps, whatever was refused: it says something, its places are JSON pointers,
// and its texts are UTF-8, so that the answer which carries it is JSON.
void expect_sound(Refusal const& refusal);

struct FuzzTarget {
    std::string_view name; // also of its corpus folder
    void (*run)(std::string_view bytes);
};
std::span<FuzzTarget const> fuzz_targets();

void access_token(std::string_view bytes);
void api_key(std::string_view bytes);
void chain(std::string_view bytes);
void config(std::string_view bytes);
void cursor(std::string_view bytes);
void etag(std::string_view bytes);
void events(std::string_view bytes);
void idempotency_key(std::string_view bytes);
void inputs(std::string_view bytes);
void json(std::string_view bytes);
void law_table(std::string_view bytes);
void calendars(std::string_view bytes);
void routes(std::string_view bytes);
void procedure(std::string_view bytes);
void story(std::string_view bytes);
void target(std::string_view bytes);
void url(std::string_view bytes);
void values(std::string_view bytes);
void wire(std::string_view bytes);
void zone_file(std::string_view bytes);

} // namespace parley::fuzz

#pragma once

#include "engine/procedure/reading.hpp"

#include <string_view>

namespace parley {

// What a file says of itself in other languages: `locales` holds, by language, the words of places such as
// /stages/response/means. A place without words in a language keeps those of the file.

// Takes `locales` of a procedure file into `procedure`; each place must be a `means` or the `title` there.
void read_locales(Reading& reading, Json const& json, OrderedJson const& whole,
                  Procedure& procedure);

// The language of the file that answers what is asked for: that very tag, or else its primary language
// ("es" for es-MX). Empty where the file has neither.
std::string_view locale_for(Procedure const& procedure, std::string_view asked);

// The procedure with its title and everything that it means in the language that answers `asked`, where it
// has words there.
Procedure told_in(Procedure const& procedure, std::string_view asked);

} // namespace parley

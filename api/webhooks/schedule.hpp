#pragma once

#include "engine/base/instant.hpp"

#include <array>
#include <cstdint>

namespace parley::webhooks {

// How long after a failed attempt the next one follows (Standard Webhooks, "deliverability"): ten
// attempts within 75 hours, 35 minutes and 5 seconds, and up to a fifth more by chance, so that those
// who failed together do not come back together.
constexpr std::int64_t minute_us = 60 * us_per_second;
constexpr std::array<std::int64_t, 9> waits_us = {
    5 * us_per_second, 5 * minute_us,    30 * minute_us,   2 * us_per_hour,  5 * us_per_hour,
    10 * us_per_hour,  14 * us_per_hour, 20 * us_per_hour, 24 * us_per_hour,
};
constexpr std::uint32_t tries_most = waits_us.size() + 1;
constexpr double jitter_most = 0.2;
constexpr std::int64_t failing_most_us = 5 * us_per_day; // then an endpoint is switched off
constexpr std::int64_t retry_after_most_us = us_per_day; // who asks for more is asked again sooner

} // namespace parley::webhooks

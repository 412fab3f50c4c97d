// Words of the core: prices, quantities, times and sides. Every number that crosses the border is an int64.
#pragma once

#include <cstdint>

namespace lob {

using Ticks = std::int64_t;    // a price, in steps of the instrument's tick size
using Lots = std::int64_t;     // a quantity, in the instrument's smallest tradable unit
using Nanos = std::int64_t;    // a time, in nanoseconds since 1970-01-01T00:00Z, or a span of time
using OrderId = std::uint64_t; // chosen by the caller, never 0; small dense ids are the fast ones
using Owner = std::uint32_t;   // whose order it is; 0 is the market itself

enum class Side : std::uint8_t { buy = 0, sell = 1 };

constexpr Side opposite(Side side) { return side == Side::buy ? Side::sell : Side::buy; }
constexpr std::int64_t sign(Side side) { return side == Side::buy ? 1 : -1; }

// Whether a trader on `side` likes price `a` better than `b` as a price to rest at: a higher bid, a lower offer.
constexpr bool better(Side side, Ticks a, Ticks b) { return side == Side::buy ? a > b : a < b; }

} // namespace lob

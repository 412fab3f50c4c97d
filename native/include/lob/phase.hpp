// The phases of a venue's day, and the auctions that an order may be for.
#pragma once

#include <cstdint>

namespace lob {

// An auction's call collects orders; it ends in trades at one price. `closed`: nothing trades any more.
enum class Phase : std::uint8_t { continuous = 0, opening = 1, closing = 2, closed = 3 };

// none: an order of continuous trading. at_open, at_close: it takes part in that auction alone, and what does not trade there is over.
enum class Auction : std::uint8_t { none = 0, at_open = 1, at_close = 2 };

constexpr bool in_call(Phase phase) { return phase == Phase::opening || phase == Phase::closing; }
constexpr Phase phase_of(Auction auction) { return auction == Auction::at_open ? Phase::opening : Phase::closing; }

} // namespace lob

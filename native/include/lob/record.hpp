// What a session remembers of its market: every change of the touch and every print, for benchmarks and analysis.
#pragma once

#include <cstdint>
#include <vector>

#include "lob/touch.hpp"
#include "lob/types.hpp"

namespace lob {

using ParentKey = std::uint32_t; // a parent order within its session, from 1; 0 is the market itself

constexpr std::uint32_t print_hidden = 1;    // an execution of an order that was not displayed
constexpr std::uint32_t print_auction = 2;   // a cross: not part of continuous trading
constexpr std::uint32_t print_own_maker = 4; // our order rested and was taken
constexpr std::uint32_t print_own_taker = 8; // our order took
constexpr std::uint32_t print_bought = 16;   // of a recorded print: the recording says that its taker bought
constexpr std::uint32_t print_sold = 32;     // or sold; neither where it does not say

// What a recorded print says of its taker, by the side that rested.
constexpr std::uint32_t taker_of(Side rested) { return rested == Side::sell ? print_bought : print_sold; }

struct Print {
  Nanos ts;
  std::int64_t points; // price on the tape's grid
  Lots lots;
  ParentKey parent;       // whose of ours took part; 0: nobody of ours
  ParentKey counterparty; // the other side, where that is ours too
  std::uint32_t flags;
  std::uint32_t pad = 0;
};

struct QuoteRow { // from `ts` on
  Nanos ts;
  Touch live;      // without our own orders
  Touch reference; // the market without us, where it is recorded
  std::int64_t halted;
};

struct Record {
  std::vector<QuoteRow> quotes;
  std::vector<Print> prints;    // what traded in the session
  std::vector<Print> reference; // what traded in the recorded market; empty where there is none
};

} // namespace lob

// A dark pool: orders meet at the midpoint of what the lit venues show, and nobody sees them before.
//
// The market's orders come at a rate of their own, take any midpoint, wait a while and leave. Ours wait within their limits, and meet
// the market's orders alone. Who came first trades first. The price is a whole tick: where the midpoint is half a tick, the one nearer
// to what the waiting side would like. Ours may have a minimum quantity: whoever offers less is passed over. Nothing happens while the lit venues are locked, crossed or one-sided.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "lob/sim/config.hpp"
#include "lob/sim/takers.hpp"
#include "lob/venue.hpp"

namespace lob::sim {

class DarkPool {
public:
  explicit DarkPool(const Config& config); // without a dark share: nobody ever comes

  std::optional<Nanos> next() const { return next_; }
  void arrive(Venue& pool, const Touch& lit); // the market's next order comes in
  void meet(Venue& pool, const Touch& lit, Nanos now); // our orders that are new there
  std::int64_t lots() const { return lots_; }  // that have traded

private:
  struct Interest {
    Side side;
    Lots lots; // of the market's; ours are looked up
    Nanos until;
    OrderId own; // 0: the market's
  };
  void schedule();
  void leave(Venue& pool, Nanos now);
  Lots trade(Venue& pool, const Touch& lit, Side arriving, Lots lots, const OwnOrder* ours);

  std::uint64_t seed_, count_ = 0;
  Nanos open_, close_;
  double rate_, patience_, t_ = 0;
  std::vector<double> activity_;
  Sizes sizes_;
  std::deque<Interest> queue_; // first come first
  std::optional<Nanos> next_;
  OrderId seen_ = 1; // our orders below it have been looked at
  std::int64_t lots_ = 0;
};

} // namespace lob::sim

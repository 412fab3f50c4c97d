// A small simulated market: random limit orders, cancels and market orders around a fair value that wanders.
//
// Every time, type, side, size, distance and order slot is a pure function of (seed, stream, counter): the book only decides what an event
// does. So the same seed with other own orders meets the same events, and the market without us is its own counterfactual.
#pragma once

#include <cstdint>
#include <vector>

#include "lob/feed.hpp"

namespace lob {

struct FlowConfig {
  std::uint64_t seed = 1;
  Nanos open = 0, close = 0;
  Ticks start = 10'000;            // fair value at the open
  double sigma_bps = 150;          // of the fair value over the day
  double events_per_s = 6;         // mean over the day
  double market_share = 0.11;      // of events that take
  double cancel_share = 0.40;      // of events that withdraw
  double half_spread = 1.2;        // ticks between the fair value and the nearest new orders
  double depth_scale = 4;          // ticks, mean distance behind that
  double persistence = 0.6;        // chance that a taker repeats the side of the last one
  Lots typical = 100;              // lots, the size that most orders have
  std::uint32_t slots = 400;       // places for orders: a new order replaces what holds its place
};

class Flow final : public Feed {
public:
  // Puts the opening book into the venue. Throws std::invalid_argument: a rate, share or span that makes no market.
  Flow(const FlowConfig& config, Venue& venue);
  bool peek(Nanos& ts) override;
  void step(Venue& venue) override;
  bool recorded() const override { return false; }
  std::map<std::string, std::int64_t> counters() const override;
  void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const override;

private:
  struct Marks;
  void next_arrival();
  double activity(Nanos ts) const;
  double fair(Nanos ts) const;
  void quote(Venue& venue, const Marks& marks, double value);
  void take(Venue& venue, const Marks& marks, double value);
  double reach() const;
  void clear_stale(Venue& venue, double value);
  Lots size(double u, double v) const;

  FlowConfig config_;
  std::vector<double> values_; // fair value each second
  std::vector<OrderId> slots_;
  std::uint64_t events_ = 0, draws_ = 0;
  Nanos next_ = 0;
  bool more_ = true;
  Side last_ = Side::buy;
  std::int64_t trades_ = 0;
};

} // namespace lob

// The simulated market: clustered order flow around a latent price, with makers whom trades move.
//
// Event times, types, sides, intended sizes, distances and places are pure functions of the seed and of counters: the book only
// decides what an event does. So the same seed with other own orders meets the same events, and the market without us is its own
// counterfactual. What is simulated and what is not: docs/market.md.
#pragma once

#include "lob/feed.hpp"
#include "lob/sim/arrivals.hpp"
#include "lob/sim/auctions.hpp"
#include "lob/sim/impact.hpp"
#include "lob/sim/latent.hpp"
#include "lob/sim/makers.hpp"
#include "lob/sim/noise.hpp"
#include "lob/sim/orders.hpp"
#include "lob/sim/takers.hpp"

namespace lob::sim {

class Market final : public Feed {
public:
  // Puts the opening book into the venue. Throws std::invalid_argument: see check().
  Market(const Config& config, Venue& venue, bool keep_messages = false);
  bool peek(Nanos& ts) override;
  void step(Floors floors) override;
  bool recorded() const override { return false; }
  std::map<std::string, std::int64_t> counters() const override;
  void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const override { (void)side, (void)most, out.clear(); }

  const std::vector<Message>& messages() const { return orders_.messages(); }

private:
  double seconds(Nanos ts) const { return static_cast<double>(ts - open_) * 1e-9; }
  void schedule();
  void begin(Venue& venue, Nanos ts); // an event
  void fill_book(Venue& venue, double value);
  void auction(Venue& venue, const Auctions::Step& step);
  void hear(const Venue& venue);
  void take(Venue& venue, const Draws& draws, double t);

  std::uint64_t seed_;
  Nanos open_, close_;
  double reach_, passive_weight_;
  Lots most_swept_;
  Latent latent_;
  Arrivals arrivals_;
  Impact impact_;
  Takers takers_;
  Makers makers_;
  Noise noise_;
  Orders orders_;
  std::uint64_t events_ = 0;
  std::size_t heard_ = 0; // own trades that the response has taken in
  std::optional<Arrival> next_;
  Nanos next_ts_ = 0;
  double half_spread_, gap_;
  Auctions auctions_;
};

} // namespace lob::sim

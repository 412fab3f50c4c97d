// The simulated market: clustered order flow around a latent price, with makers whom trades move.
//
// Event times, types, sides, intended sizes, distances and places are pure functions of the seed and of counters: the book only
// decides what an event does. So the same seed with other own orders meets the same events, and the market without us is its own
// counterfactual. What is simulated and what is not: docs/market.md.
#pragma once

#include "lob/feed.hpp"
#include "lob/sim/arrivals.hpp"
#include "lob/sim/auctions.hpp"
#include "lob/sim/dark.hpp"
#include "lob/sim/impact.hpp"
#include "lob/sim/latent.hpp"
#include "lob/sim/makers.hpp"
#include "lob/sim/noise.hpp"
#include "lob/sim/orders.hpp"
#include "lob/sim/takers.hpp"

namespace lob::sim {

class Market final : public Feed {
public:
  // Puts the opening books into its floors, all_floors() of them. Throws std::invalid_argument: see check(), or another number of floors.
  // keep_messages: of every lit venue.
  Market(const Config& config, Floors floors, bool keep_messages = false);
  Market(const Config& config, Venue& venue, bool keep_messages = false) : Market(config, Floors(&venue, 1), keep_messages) {}
  bool peek(Nanos& ts) override;
  void step(Floors floors) override;
  bool recorded() const override { return false; }
  std::map<std::string, std::int64_t> counters() const override;
  void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const override { (void)side, (void)most, out.clear(); }

  // Of a lit venue, by its place among them.
  const std::vector<Message>& messages(std::size_t stall = 0) const { return stalls_.at(stall).orders.messages(); }

private:
  // What the market has on one lit venue. All makers quote on each, with one opinion and sizes by its share.
  struct Stall {
    Stall(const Config& config, bool keep_messages);
    Makers makers;
    Noise noise;
    Orders orders;
  };
  double seconds(Nanos ts) const { return static_cast<double>(ts - open_) * 1e-9; }
  enum class Kind : std::uint8_t { auction, arbitrage, dark, flow, none }; // at one instant in this order
  struct Due {
    Kind kind;
    Nanos ts;
  };
  Due due() const;
  void schedule();
  void begin(Floors floors, Nanos ts); // an event
  void end(Floors floors);
  void fill_books(Floors floors, double value);
  void auction(Floors floors, const Auctions::Step& step);
  void flow(Floors floors);
  void arbitrage(Floors floors);
  void hear(Floors floors);
  void take(Floors floors, const Draws& draws, double t);
  std::size_t pick(const Draws& draws) const;                // the venue of an event
  std::size_t best_floor(Floors floors, Side side, std::size_t otherwise) const; // with the best price on `side`
  Touch lit(Floors floors) const; // what the lit venues show, all orders in it; nothing while trading waits

  Series marks_;
  std::uint64_t seed_;
  Nanos open_, close_;
  double reach_, passive_weight_;
  Lots most_swept_;
  Latent latent_;
  Arrivals arrivals_;
  Impact impact_;
  Takers takers_;
  std::vector<double> shares_; // of the lit venues
  std::vector<Stall> stalls_;  // likewise
  DarkPool dark_;
  bool pool_;                  // there is one, on the last floor
  bool simple_;                // one floor without auctions: nothing but the continuous flow happens
  Nanos reaction_;
  std::optional<Nanos> arbitrage_; // when what is locked or crossed is taken
  std::int64_t arbitraged_ = 0;    // lots
  std::uint64_t events_ = 0;
  std::vector<std::size_t> heard_; // own trades of each floor that the response has taken in
  std::optional<Arrival> next_;
  Nanos next_ts_ = 0, now_ = 0;
  double half_spread_, gap_;
  Auctions auctions_;
};

} // namespace lob::sim

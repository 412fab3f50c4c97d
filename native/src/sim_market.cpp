// The simulated market's events, one at a time: drawn from the seed, applied to the book.
#include "lob/sim/market.hpp"

#include <algorithm>
#include <cmath>

namespace lob::sim {
namespace {

const Config& checked(const Config& config) {
  check(config);
  return config;
}

} // namespace

Market::Market(const Config& config, Venue& venue, bool keep_messages)
    : seed_(checked(config).seed), open_(config.open), close_(config.close),
      reach_(4 * (config.half_spread + config.levels * config.gap) + 10 * config.behind), passive_weight_(config.passive_weight),
      most_swept_(std::max<Lots>(1, static_cast<Lots>(8 * config.market_size))), latent_(config), arrivals_(config), impact_(config),
      takers_(config), makers_(config), noise_(config, makers_.places() + 1), orders_(makers_.places() + noise_.places(), keep_messages) {
  venue.reserve_ids(orders_.count() + 1);
  venue.begin(open_); // a market that opens has a book
  orders_.at(open_);
  makers_.open(venue, orders_, seed_, latent_.value(0));
  noise_.open(venue, orders_, seed_, latent_.value(0));
  venue.end(nullptr);
  schedule();
}

void Market::schedule() {
  next_ = arrivals_.next();
  if (next_) next_ts_ = std::min(open_ + static_cast<Nanos>(next_->t * 1e9), close_ - 1);
}

bool Market::peek(Nanos& ts) {
  ts = next_ts_;
  return next_.has_value();
}

// The own trades since the last event move the makers' fair value, each at its own time.
void Market::hear(const Venue& venue) {
  const auto& trades = venue.own_trades();
  for (; heard_ < trades.size(); ++heard_) {
    const OwnTrade& trade = trades[heard_];
    const double weight = static_cast<double>(sign(trade.side) * trade.lots) * (trade.maker ? passive_weight_ : 1.0);
    impact_.own(seconds(trade.ts), trade.account, weight);
  }
}

void Market::step(Floors floors) {
  Venue& venue = floors.front();
  const Draws draws(seed_, Stream::marks, events_++);
  const double t = next_->t;
  venue.begin(next_ts_);
  orders_.at(next_ts_);
  hear(venue);
  switch (next_->type) {
  case Type::market: take(venue, draws, t); break;
  case Type::limit: noise_.add(venue, orders_, draws, latent_.value(t) + impact_.value(t)); break;
  case Type::cancel: noise_.withdraw(venue, orders_, draws); break;
  case Type::quote: makers_.event(venue, orders_, draws, t, latent_, impact_); break;
  }
  venue.end(nullptr);
  schedule();
}

// The response takes in what the taker meant, not what the book let it have: a difference of depth between two runs that differ by
// our orders would otherwise walk into the permanent part and never be forgotten.
void Market::take(Venue& venue, const Draws& draws, double t) {
  const Taker taker = takers_.next(draws, t, latent_);
  const Side other = opposite(taker.side);
  const auto best = venue.book().best(other);
  const double way = static_cast<double>(sign(taker.side));
  if (best && way * (static_cast<double>(*best) - latent_.value(t) - impact_.value(t)) < reach_) { // nobody buys at any price
    const Lots there = venue.book().level(other, *best).lots;
    const bool deep = !taker.sweeps && !taker.within_best;
    const Ticks limit = *best + (deep ? sign(taker.side) * static_cast<Ticks>(reach_) : 0);
    const Lots lots = taker.sweeps ? std::min(there, most_swept_) : deep ? taker.intended : std::min(taker.intended, there);
    orders_.take(venue, taker.side, limit, lots);
  }
  impact_.background(t, way * static_cast<double>(taker.intended));
  makers_.react(venue, orders_, draws, t, latent_, impact_);
}

std::map<std::string, std::int64_t> Market::counters() const {
  return {{"events", static_cast<std::int64_t>(events_)},
          {"added", orders_.added()},
          {"withdrawn", orders_.withdrawn()},
          {"executed", orders_.executed()}};
}

} // namespace lob::sim

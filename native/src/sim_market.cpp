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
      takers_(config), makers_(config), noise_(config, makers_.places() + 1), 
      orders_(makers_.places() + noise_.places(), keep_messages, noise_.unseen()), half_spread_(config.half_spread), gap_(config.gap), auctions_(config) {
  venue.reserve_ids(orders_.count() + 1);
  if (noise_.unseen() > 0) venue.set_hidden(orders_.count() - noise_.unseen() + 1, orders_.count());
  auctions_.announce(venue);
  if (auctions_.opens()) { // which fills the book
    auction(venue, *auctions_.next());
  } else {
    begin(venue, open_); // a market that opens has a book
    fill_book(venue, latent_.value(0));
    venue.end(nullptr);
  }
  schedule();
}

void Market::fill_book(Venue& venue, double value) {
  makers_.open(venue, orders_, seed_, value);
  noise_.open(venue, orders_, seed_, value);
}

// The next event of the continuous flow. What would fall into a call does not happen, but it counts: what follows stays the same.
void Market::schedule() {
  while ((next_ = arrivals_.next())) {
    next_ts_ = std::min(open_ + static_cast<Nanos>(next_->t * 1e9), close_ - 1);
    if (!auctions_.silent(next_ts_)) return;
    ++events_;
  }
}

bool Market::peek(Nanos& ts) {
  const auto call = auctions_.next();
  ts = call && !(next_ && next_ts_ < call->ts) ? call->ts : next_ts_;
  return call || next_;
}

void Market::begin(Venue& venue, Nanos ts) {
  venue.begin(ts);
  orders_.at(ts);
  hear(venue);
}

void Market::auction(Venue& venue, const Auctions::Step& step) {
  begin(venue, step.ts);
  const double t = seconds(step.ts), fair = latent_.value(t) + impact_.value(t);
  switch (step.kind) {
  case Auctions::Step::Kind::call: venue.call(step.auction, static_cast<Ticks>(fair)); break;
  case Auctions::Step::Kind::order: auctions_.order(venue, fair, half_spread_ * latent_.width(t) + gap_); break;
  case Auctions::Step::Kind::uncross:
    auctions_.end(venue, step.auction == Auction::at_open ? Phase::continuous : Phase::closed);
    if (step.auction == Auction::at_open) fill_book(venue, fair);
    break;
  }
  auctions_.pass();
  venue.end(nullptr);
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
  if (const auto call = auctions_.next(); call && !(next_ && next_ts_ < call->ts)) return auction(venue, *call);
  const Draws draws(seed_, Stream::marks, events_++);
  const double t = next_->t;
  begin(venue, next_ts_);
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
  std::map<std::string, std::int64_t> found{{"events", static_cast<std::int64_t>(events_)},
                                            {"added", orders_.added()},
                                            {"withdrawn", orders_.withdrawn()},
                                            {"executed", orders_.executed()}};
  if (noise_.unseen() > 0) found["hidden"] = orders_.hidden();
  if (auctions_.any()) found["auction_lots"] = auctions_.lots();
  return found;
}

} // namespace lob::sim

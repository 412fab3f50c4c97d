// The simulated market's events, one at a time: drawn from the seed, applied to the book.
#include "lob/sim/market.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "lob/consolidated.hpp"

namespace lob::sim {
namespace {

const Config& checked(const Config& config) {
  check(config);
  return config;
}

// A venue with a part of the flow has that part of the makers' sizes and of the places for noise orders.
Config scaled(const Config& config, double share) {
  Config part = config;
  if (config.venue_shares.empty()) return part;
  part.maker_size = std::max(1.0, config.maker_size * share);
  part.inventory_limit = std::max(1.0, config.inventory_limit * share);
  part.near_slots = std::max(1u, static_cast<std::uint32_t>(config.near_slots * share + 0.5));
  part.slots = std::max(part.near_slots + 9, static_cast<std::uint32_t>(config.slots * share + 0.5));
  return part;
}

constexpr std::uint64_t venue_drawn = 2'000; // draw of an event
constexpr int most_rounds = 200;             // of an arbitrageur at once

} // namespace

Market::Stall::Stall(const Config& config, bool keep_messages)
    : makers(config), noise(config, makers.places() + 1), orders(makers.places() + noise.places(), keep_messages, noise.unseen()) {}

Market::Market(const Config& config, Floors floors, bool keep_messages)
    : marks_(checked(config).seed, Stream::marks), seed_(config.seed), open_(config.open), close_(config.close),
      reach_(4 * (config.half_spread + config.levels * config.gap) + 10 * config.behind), passive_weight_(config.passive_weight),
      most_swept_(std::max<Lots>(1, static_cast<Lots>(8 * config.market_size))), latent_(config), arrivals_(config), impact_(config),
      takers_(config), shares_(config.venue_shares), dark_(config), pool_(config.dark_share > 0), simple_(false),
      reaction_(static_cast<Nanos>(config.reaction * 1e9)), heard_(all_floors(config), 0), half_spread_(config.half_spread),
      gap_(config.gap), auctions_(config) {
  if (floors.size() != all_floors(config)) throw std::invalid_argument("floors must be as many as the market's venues");
  if (shares_.empty()) shares_.push_back(1);
  for (std::size_t i = 0; i < shares_.size(); ++i) {
    const Stall& stall = stalls_.emplace_back(scaled(config, shares_[i]), keep_messages);
    floors[i].reserve_ids(stall.orders.count() + 1);
    if (stall.noise.unseen() > 0) floors[i].set_hidden(stall.orders.count() - stall.noise.unseen() + 1, stall.orders.count());
  }
  simple_ = floors.size() == 1 && !auctions_.any();
  auctions_.announce(floors.front());
  if (auctions_.opens()) { // which fills the books
    auction(floors, *auctions_.next());
  } else {
    begin(floors, open_); // a market that opens has a book
    fill_books(floors, latent_.value(0));
    end(floors);
  }
  schedule();
}

void Market::fill_books(Floors floors, double value) {
  for (std::size_t i = 0; i < stalls_.size(); ++i) {
    stalls_[i].makers.open(floors[i], stalls_[i].orders, seed_, value);
    stalls_[i].noise.open(floors[i], stalls_[i].orders, seed_, value);
  }
}

// The next event of the continuous flow. What would fall into a call does not happen, but it counts: what follows stays the same.
void Market::schedule() {
  while ((next_ = arrivals_.next())) {
    next_ts_ = std::min(open_ + static_cast<Nanos>(next_->t * 1e9), close_ - 1);
    if (!auctions_.silent(next_ts_)) return;
    ++events_;
  }
}

Market::Due Market::due() const {
  constexpr Nanos never = std::numeric_limits<Nanos>::max();
  if (simple_) return next_ ? Due{Kind::flow, next_ts_} : Due{Kind::none, never};
  const auto call = auctions_.next();
  const Nanos times[] = {call ? call->ts : never, arbitrage_.value_or(never), dark_.next().value_or(never), next_ ? next_ts_ : never};
  const auto first = std::min_element(std::begin(times), std::end(times));
  return {*first == never ? Kind::none : static_cast<Kind>(first - std::begin(times)), *first};
}

bool Market::peek(Nanos& ts) {
  const Due next = due();
  ts = next.ts;
  return next.kind != Kind::none;
}

void Market::step(Floors floors) {
  const Due next = due();
  switch (next.kind) {
  case Kind::auction: return auction(floors, *auctions_.next());
  case Kind::arbitrage: return arbitrage(floors);
  case Kind::dark:
    begin(floors, next.ts);
    dark_.arrive(floors.back(), lit(floors));
    return end(floors);
  case Kind::flow: return flow(floors);
  case Kind::none: return;
  }
}

void Market::begin(Floors floors, Nanos ts) {
  now_ = ts;
  for (Venue& venue : floors) venue.begin(ts);
  for (Stall& stall : stalls_) stall.orders.at(ts);
  hear(floors);
  if (pool_) dark_.meet(floors.back(), lit(floors), ts);
}

void Market::end(Floors floors) {
  for (Venue& venue : floors) venue.end(nullptr);
  if (stalls_.size() == 1 || arbitrage_ || floors.front().halted()) return;
  const Touch touch = lit(floors);
  if (touch.bid_lots > 0 && touch.ask_lots > 0 && touch.bid >= touch.ask && now_ + reaction_ < close_) arbitrage_ = now_ + reaction_;
}

Touch Market::lit(Floors floors) const {
  Consolidated all;
  if (floors.front().halted()) return all.touch();
  for (std::size_t i = 0; i < stalls_.size(); ++i) {
    const Book& book = floors[i].book();
    const auto bid = book.best(Side::buy), ask = book.best(Side::sell);
    all.add({bid.value_or(0), ask.value_or(0), bid ? 1 : 0, ask ? 1 : 0});
  }
  return all.touch();
}

std::size_t Market::best_floor(Floors floors, Side side, std::size_t otherwise) const {
  std::size_t found = otherwise;
  auto best = floors[found].book().best(side);
  for (std::size_t i = 0; i < stalls_.size(); ++i) {
    const auto price = floors[i].book().best(side);
    if (!price || (best && !better(side, *price, *best))) continue;
    found = i;
    best = price;
  }
  return found;
}

std::size_t Market::pick(const Draws& draws) const {
  if (shares_.size() == 1) return 0;
  double left = draws.uniform(venue_drawn);
  for (std::size_t i = 0; i + 1 < shares_.size(); ++i) {
    left -= shares_[i];
    if (left < 0) return i;
  }
  return shares_.size() - 1;
}

// Where venues lock or cross, somebody buys on the one and sells on the other until they do not; fair value knows nothing of it.
void Market::arbitrage(Floors floors) {
  const Nanos now = *arbitrage_;
  arbitrage_.reset();
  begin(floors, now);
  for (int round = 0; round < most_rounds; ++round) {
    const std::size_t bids = best_floor(floors, Side::buy, 0), asks = best_floor(floors, Side::sell, 0);
    const auto bid = floors[bids].book().best(Side::buy), ask = floors[asks].book().best(Side::sell);
    if (!bid || !ask || *bid < *ask || bids == asks) break;
    const Lots lots = std::min(floors[bids].book().level(Side::buy, *bid).lots, floors[asks].book().level(Side::sell, *ask).lots);
    stalls_[asks].orders.take(floors[asks], Side::buy, *ask, lots);
    stalls_[bids].orders.take(floors[bids], Side::sell, *bid, lots);
    arbitraged_ += lots;
  }
  end(floors);
}

void Market::auction(Floors floors, const Auctions::Step& step) {
  begin(floors, step.ts);
  Venue& main = floors.front(); // the auctions are held where the symbol is listed, and trading waits everywhere
  const double t = seconds(step.ts), fair = latent_.value(t) + impact_.value(t);
  switch (step.kind) {
  case Auctions::Step::Kind::call:
    arbitrage_.reset();
    main.call(step.auction, static_cast<Ticks>(fair));
    for (Venue& venue : floors.subspan(1)) venue.set_halted(true);
    break;
  case Auctions::Step::Kind::order: auctions_.order(main, fair, half_spread_ * latent_.width(t) + gap_); break;
  case Auctions::Step::Kind::uncross:
    auctions_.end(main, step.auction == Auction::at_open ? Phase::continuous : Phase::closed);
    if (step.auction == Auction::at_close) break;
    for (Venue& venue : floors.subspan(1)) venue.set_halted(false);
    fill_books(floors, fair);
    break;
  }
  auctions_.pass();
  end(floors);
}

// The own trades since the last event move the makers' fair value, each at its own time, wherever they were made.
void Market::hear(Floors floors) {
  if (floors.size() == 1 && heard_.front() == floors.front().own_trades().size()) return;
  while (true) {
    const OwnTrade* first = nullptr;
    std::size_t where = 0;
    for (std::size_t i = 0; i < floors.size(); ++i) {
      const auto& trades = floors[i].own_trades();
      if (heard_[i] == trades.size() || (first != nullptr && trades[heard_[i]].ts >= first->ts)) continue;
      first = &trades[heard_[i]];
      where = i;
    }
    if (first == nullptr) return;
    ++heard_[where];
    const double weight = static_cast<double>(sign(first->side) * first->lots) * (first->maker ? passive_weight_ : 1.0);
    impact_.own(seconds(first->ts), first->account, weight);
  }
}

void Market::flow(Floors floors) {
  const Draws draws = marks_[events_++];
  const double t = next_->t;
  begin(floors, next_ts_);
  const std::size_t at = pick(draws);
  Stall& stall = stalls_[at];
  switch (next_->type) {
  case Type::market: take(floors, draws, t); break;
  case Type::limit: stall.noise.add(floors[at], stall.orders, draws, latent_.value(t) + impact_.value(t)); break;
  case Type::cancel: stall.noise.withdraw(floors[at], stall.orders, draws); break;
  case Type::quote:
    for (std::size_t i = 0; i < stalls_.size(); ++i) stalls_[i].makers.event(floors[i], stalls_[i].orders, draws, t, latent_, impact_);
    break;
  }
  end(floors);
  schedule();
}

// A taker goes to a venue of its own, unless another one has a better price. The response takes in what the taker meant, not what the
// book let it have: a difference of depth between two runs that differ by our orders would otherwise walk into the permanent part and
// never be forgotten.
void Market::take(Floors floors, const Draws& draws, double t) {
  const Taker taker = takers_.next(draws, t, latent_);
  const Side other = opposite(taker.side);
  const std::size_t at = best_floor(floors, other, pick(draws));
  Venue& venue = floors[at];
  const auto best = venue.book().best(other);
  const double way = static_cast<double>(sign(taker.side));
  if (best && way * (static_cast<double>(*best) - latent_.value(t) - impact_.value(t)) < reach_) { // nobody buys at any price
    const Lots there = venue.book().level(other, *best).lots;
    const bool deep = !taker.sweeps && !taker.within_best;
    const Ticks limit = *best + (deep ? sign(taker.side) * static_cast<Ticks>(reach_) : 0);
    const Lots lots = taker.sweeps ? std::min(there, most_swept_) : deep ? taker.intended : std::min(taker.intended, there);
    stalls_[at].orders.take(venue, taker.side, limit, lots);
  }
  impact_.background(t, way * static_cast<double>(taker.intended));
  for (std::size_t i = 0; i < stalls_.size(); ++i) stalls_[i].makers.react(floors[i], stalls_[i].orders, draws, t, latent_, impact_);
}

std::map<std::string, std::int64_t> Market::counters() const {
  std::map<std::string, std::int64_t> found{{"events", static_cast<std::int64_t>(events_)}};
  for (const Stall& stall : stalls_) {
    found["added"] += stall.orders.added();
    found["withdrawn"] += stall.orders.withdrawn();
    found["executed"] += stall.orders.executed();
    if (stall.noise.unseen() > 0) found["hidden"] += stall.orders.hidden();
  }
  if (stalls_.size() > 1) found["arbitraged"] = arbitraged_;
  if (pool_) found["dark_lots"] = dark_.lots();
  if (auctions_.any()) found["auction_lots"] = auctions_.lots();
  return found;
}

} // namespace lob::sim

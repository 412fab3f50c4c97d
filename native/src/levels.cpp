// Replaying levels: what the file says of each level is true of the live book too, and our place in its queue is inferred.
#include "lob/levels.hpp"

#include <algorithm>

namespace lob {

LevelReplay::LevelReplay(std::shared_ptr<const LevelTape> tape, const Config& config, Venue& venue)
    : tape_(std::move(tape)), config_(config) {
  venue.begin(tape_->open);
  for (; next_ < tape_->opening; ++next_) record(tape_->rows[next_]);
  settle(venue);
  finish(venue);
}

bool LevelReplay::peek(Nanos& ts) {
  if (next_ == tape_->rows.size()) return false;
  ts = tape_->rows[next_].ts;
  return true;
}

void LevelReplay::step(Floors floors) {
  Venue& venue = floors.front();
  venue.begin(tape_->rows[next_].ts);
  event(venue);
  finish(venue);
}

void LevelReplay::event(Venue& venue) {
  bool last = false;
  while (!last) {
    const LevelRow& row = tape_->rows[next_++];
    last = row.last;
    switch (row.kind) {
    case LevelKind::trade: trade(venue, row); break;
    case LevelKind::cross:
      venue.print_reference(row.points, row.lots, print_auction);
      venue.print(row.points, row.lots, print_auction);
      break;
    case LevelKind::halt: {
      const bool halted = row.points != static_cast<std::int64_t>(HaltState::trading);
      if (halted && !venue.halted()) ++counters_.halts;
      if (halted != venue.halted()) venue.set_halted(halted);
      break;
    }
    case LevelKind::set:
    case LevelKind::reveal:
    case LevelKind::forget: record(row);
    }
  }
  settle(venue);
}

std::size_t LevelReplay::find(Side side, Ticks price) const {
  const auto& all = levels(side);
  const auto at = std::partition_point(all.begin(), all.end(), [&](const Shown& level) { return better(side, level.price, price); });
  return static_cast<std::size_t>(at - all.begin());
}

const Shown* LevelReplay::shown(Side side, Ticks price) const {
  const std::size_t i = find(side, price);
  return i < levels(side).size() && levels(side)[i].price == price ? &levels(side)[i] : nullptr;
}

void LevelReplay::record(const LevelRow& row) {
  const Ticks price = row.points / tape_->points_per_tick;
  auto& all = levels(row.side);
  const std::size_t i = find(row.side, price);
  const bool there = i < all.size() && all[i].price == price;
  updates_.push_back({row.side, price, there ? all[i].lots : 0, row.kind == LevelKind::reveal});
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(i);
  if (row.lots == 0) {
    if (there) all.erase(at);
  } else if (there) {
    at->lots = row.lots;
    at->traded = 0;
  } else {
    all.insert(at, {price, row.lots, 0});
  }
}

// The live book follows: first what becomes less, so that what becomes more finds its place.
void LevelReplay::settle(Venue& venue) {
  if (!updates_.empty()) {
    for (const Update& each : traded_) {
      const auto i = find(each.side, each.price);
      auto& all = levels(each.side);
      if (i < all.size() && all[i].price == each.price) all[i].traded = 0;
      updates_.push_back(each);
    }
    traded_.clear();
  }
  std::vector<Update> waiting;
  waiting.swap(waiting_);
  for (const Update& each : updates_) shrink(venue, each);
  for (const Update& each : updates_) grow(venue, each);
  for (Update& each : waiting) {
    const Shown* level = shown(each.side, each.price);
    each.before = level == nullptr ? 0 : level->lots; // nothing of it is new
    grow(venue, each);
  }
  updates_.clear();
}

Lots LevelReplay::others(const Venue& venue, Side side, Ticks price) {
  venue.book().queue(side, price, queue_);
  Lots total = 0;
  for (const Order& order : queue_) total += order.owner == 0 ? order.lots : 0;
  return total;
}

void LevelReplay::shrink(Venue& venue, const Update& update) {
  const Shown* level = shown(update.side, update.price);
  const Lots wanted = level == nullptr ? 0 : level->lots - level->traded;
  const Lots there = others(venue, update.side, update.price);
  if (there > wanted) withdraw(venue, there - wanted);
}

// Somebody cancels `lots` of the level whose queue is at hand; who it was decides the rule.
void LevelReplay::withdraw(Venue& venue, Lots lots) {
  Lots total = 0;
  for (const Order& order : queue_) total += order.owner == 0 ? order.lots : 0;
  Lots left = lots;
  const auto take = [&](Order& order, Lots most) {
    if (order.owner != 0 || most <= 0) return;
    const Lots taken = venue.take_back(order.id, std::min({most, left, order.lots}));
    order.lots -= taken;
    left -= taken;
  };
  if (config_.queue == QueueRule::optimistic) {
    for (Order& order : queue_) take(order, left);
    return;
  }
  if (config_.queue == QueueRule::central) {
    const auto share = [&](Lots of) { return static_cast<Lots>(static_cast<__int128>(lots) * of / total); };
    for (Order& order : queue_) take(order, share(order.lots));
  }
  for (auto order = queue_.rbegin(); order != queue_.rend(); ++order) take(*order, left); // what is left over: from behind us
}

bool LevelReplay::crosses_recorded(Side side, Ticks price) const {
  const auto& other = levels(opposite(side));
  return !other.empty() && !better(side, other.front().price, price);
}

void LevelReplay::grow(Venue& venue, const Update& update) {
  const Shown* level = shown(update.side, update.price);
  if (level == nullptr) return;
  const Lots there = others(venue, update.side, update.price);
  Lots more = level->lots - level->traded - there;
  if (more <= 0) return;
  const Side side = update.side;
  const Ticks price = update.price;
  const bool crossed = crosses_recorded(side, price);
  const Ticks reach = crossed ? levels(opposite(side)).front().price - sign(side) : price;
  auto best = venue.book().best(opposite(side));
  if (!update.into_view && !venue.halted() && best && !better(side, *best, reach)) { // it is ours
    const Lots arrived = std::clamp<Lots>(level->lots - update.before, 0, more);
    const Lots matched = arrived == 0 ? 0 : venue.match(side, reach, arrived);
    counters_.created_prints += matched;
    more -= matched;
    best = venue.book().best(opposite(side));
    if (matched > 0 && more == 0) return;
  }
  if (crossed || (best && !better(side, *best, price))) {
    ++counters_.crossed;
    waiting_.push_back({side, price, level->lots, update.into_view});
    return;
  }
  const bool ours = std::any_of(queue_.begin(), queue_.end(), [](const Order& order) { return order.owner != 0; });
  if (!ours) { // one order for all of it
    for (const Order& order : queue_) venue.take_back(order.id, order.lots);
    more += there;
  }
  venue.rest(venue.new_id(), side, price, more);
  if (update.into_view && venue.give_way(side, price, 0) > 0) ++counters_.reveal_behind;
}

// What a trade meets at one level of the live book, in the order of its queue; through: it went on to worse prices.
// Returns what of ours it took.
Lots LevelReplay::meet(Venue& venue, Side side, Ticks price, Lots& left, bool through) {
  others(venue, side, price);
  const std::vector<Order> queue = queue_;
  Lots ours = 0, gone = 0;
  for (const Order& order : queue) {
    if (left == 0) break;
    if (order.owner == 0) {
      const Lots taken = venue.take_back(order.id, through ? order.lots : std::min(left, order.lots));
      gone += taken;
      if (!through) left -= taken;
    } else {
      const Lots filled = venue.fill_own_first(side, price, std::min(left, order.lots), through || config_.queue == QueueRule::pessimistic);
      ours += filled;
      left -= filled;
    }
  }
  if (!through && ours > 0) { // those behind us whom it would have reached
    Lots displaced = ours;
    for (const Order& order : queue) {
      if (order.owner == 0 && displaced > 0) displaced -= venue.take_back(order.id, displaced);
    }
    counters_.displaced += ours - displaced;
    gone += ours - displaced;
  }
  auto& all = levels(side);
  const std::size_t i = find(side, price);
  if (gone > 0 && i < all.size() && all[i].price == price) {
    all[i].traded += gone;
    traded_.push_back({side, price, all[i].lots, false});
  }
  return ours;
}

void LevelReplay::trade(Venue& venue, const LevelRow& row) {
  const std::int64_t per_tick = tape_->points_per_tick;
  const Ticks price = row.side == Side::sell ? row.points / per_tick : (row.points + per_tick - 1) / per_tick; // on the grid: who was as good
  venue.print_reference(row.points, row.lots, row.sided ? taker_of(row.side) : 0);
  if (!row.sided || venue.halted()) return venue.print(row.points, row.lots, 0);
  const Shown* level = shown(row.side, price);
  const Lots missing = level == nullptr ? 0 : level->lots - level->traded - others(venue, row.side, price); // we have taken it
  Lots left = row.lots, ours = 0;
  for (auto best = venue.book().best(row.side); best && left > 0 && !better(row.side, price, *best); best = venue.book().best(row.side)) {
    ours += meet(venue, row.side, *best, left, *best != price);
    if (*best == price) break;
  }
  const Lots starved = std::min(left, std::max<Lots>(missing, 0));
  counters_.starved += starved;
  counters_.unseen += left - starved;
  if (row.lots - ours - starved > 0) venue.print(row.points, row.lots - ours - starved, 0);
}

void LevelReplay::finish(Venue& venue) const {
  Touch touch;
  for (const Side side : {Side::buy, Side::sell}) {
    const auto& all = levels(side);
    venue.set_edge(side, all.empty() ? std::nullopt : std::optional<Ticks>(all.back().price));
    if (all.empty()) continue;
    (side == Side::buy ? touch.bid : touch.ask) = all.front().price;
    (side == Side::buy ? touch.bid_lots : touch.ask_lots) = all.front().lots;
  }
  venue.set_disorder(touch.bid_lots > 0 && touch.ask_lots > 0 && touch.bid >= touch.ask);
  venue.end(&touch);
}

std::map<std::string, std::int64_t> LevelReplay::counters() const {
  return {{"displaced", counters_.displaced},
          {"starved", counters_.starved},
          {"created_prints", counters_.created_prints},
          {"reveal_behind", counters_.reveal_behind},
          {"halts", counters_.halts},
          {"crossed", counters_.crossed},
          {"unseen", counters_.unseen}};
}

void LevelReplay::recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const {
  out.clear();
  for (const Shown& level : levels(side)) {
    if (out.size() == most) break;
    out.push_back({level.price, level.lots, -1}); // nobody says in how many orders
  }
}

} // namespace lob

// Replaying a tape: each row changes the recorded book as it says, and the live one as far as we have not been there before.
#include "lob/replay.hpp"

#include <algorithm>

namespace lob {

Replay::Replay(std::shared_ptr<const Tape> tape, const Config& config, Venue& venue)
    : tape_(std::move(tape)), config_(config), book_(tape_->levels, tape_->orders) {
  venue.reserve_ids(OrderId{tape_->orders} + 1);
  venue.know_arrivals(1, tape_->orders);
  venue.begin(tape_->open);
  for (std::uint32_t i = 0; i < tape_->seeds; ++i) reveal(venue, tape_->reveals[i]);
  for (; next_ < tape_->opening; ++next_) open(venue, tape_->rows[next_]);
  finish(venue);
}

// A row of the opening book: an order that came, changed or left before the session.
void Replay::open(Venue& venue, const Row& row) {
  const Ticks price = row.points / tape_->points_per_tick;
  if (row.kind == RowKind::add) {
    add(venue, row, price);
  } else {
    take_back(venue, row, price);
  }
}

bool Replay::peek(Nanos& ts) {
  if (next_ == tape_->rows.size()) return false;
  ts = tape_->rows[next_].ts;
  return true;
}

void Replay::step(Floors floors) {
  Venue& venue = floors.front();
  const std::size_t at = next_++;
  const Row& row = tape_->rows[at];
  const Ticks price = row.points / tape_->points_per_tick;
  if (row.kind == RowKind::execute && !run_.open) open_run(at);
  venue.begin(row.ts, run_.open && at > run_.first); // a run is one event: what we see before it is what stood before its first row
  switch (row.kind) {
  case RowKind::add: add(venue, row, price); break;
  case RowKind::reduce:
  case RowKind::remove: take_back(venue, row, price); break;
  case RowKind::execute: execute(venue, row, price); break;
  case RowKind::hidden: hidden(venue, row); break;
  case RowKind::cross:
    venue.print(row.points, row.lots, print_auction);
    venue.print_reference(row.points, row.lots, print_auction);
    break;
  case RowKind::halt: halt(venue, row); break;
  }
  window(venue, at);
  if (run_.open && run_.last == at) close_run(venue);
  unpark(venue);
  finish(venue);
}

// What the venue is told of the recorded book after each event.
void Replay::finish(Venue& venue) const {
  for (const Side side : {Side::buy, Side::sell}) {
    const auto& levels = book_.levels(side);
    venue.set_edge(side, levels.empty() ? std::nullopt : std::optional<Ticks>(levels.back().price));
  }
  const Touch touch = book_.touch();
  venue.set_disorder(touch.bid_lots > 0 && touch.ask_lots > 0 && touch.bid >= touch.ask);
  venue.end(&touch);
}

void Replay::add(Venue& venue, const Row& row, Ticks price) {
  book_.add(row.order, row.side, price, row.lots);
  Lots lots = row.lots;
  const Ticks reach = crosses_recorded(row.side, price) ? book_.levels(opposite(row.side)).front().price - sign(row.side) : price;
  const auto best = venue.book().best(opposite(row.side));
  if (!venue.halted() && best && !better(row.side, *best, reach)) { // it is ours: the tape's own orders are not that good
    lots -= venue.match(row.side, reach, lots);
    counters_.created_prints += row.lots - lots;
  }
  if (lots == 0) return;
  if (waits(venue, row.side, price)) {
    ++counters_.crossed;
    parked_.push_back({row.order, row.side, price, lots, venue.next_id()});
  } else {
    counters_.created_prints += venue.rest(row.order, row.side, price, lots); // what of ours nobody saw
  }
}

bool Replay::crosses_recorded(Side side, Ticks price) const {
  const auto& other = book_.levels(opposite(side));
  return !other.empty() && !better(side, other.front().price, price);
}

bool Replay::waits(const Venue& venue, Side side, Ticks price) const {
  const auto best = venue.book().best(opposite(side));
  return crosses_recorded(side, price) || (best && !better(side, *best, price));
}

std::size_t Replay::rest(Venue& venue, const Parked& order) {
  counters_.created_prints += venue.rest(order.id, order.side, order.price, order.lots);
  return venue.give_way(order.side, order.price, order.since);
}

OrderId Replay::live_id(const Row& row, Ticks price) const {
  if (book_.entry(row.order).lots != 0) return row.order;
  const Recorded::Depth* depth = book_.level(row.side, price);
  return depth == nullptr ? 0 : depth->anonymous_id;
}

std::vector<Replay::Parked>::const_iterator Replay::parked(OrderId id) const {
  return std::find_if(parked_.begin(), parked_.end(), [id](const Parked& each) { return each.id == id; });
}

Lots Replay::live_lots(const Venue& venue, OrderId id) const {
  const auto waiting = parked(id);
  if (waiting != parked_.end()) return waiting->lots;
  const auto order = venue.book().order(id);
  return order ? order->lots : 0;
}

// Lots of a recorded order leave the live market, as far as they are still there.
Lots Replay::leave(Venue& venue, OrderId id, Lots lots) {
  const auto waiting = parked_.begin() + (parked(id) - parked_.cbegin());
  if (waiting == parked_.end()) return venue.take_back(id, lots);
  const Lots taken = std::min(lots, waiting->lots);
  waiting->lots -= taken;
  if (waiting->lots == 0) parked_.erase(waiting);
  return taken;
}

void Replay::take_back(Venue& venue, const Row& row, Ticks price) {
  const OrderId id = live_id(row, price);
  book_.reduce(row.order, row.side, price, row.lots, row.kind == RowKind::remove);
  counters_.shrunk += row.lots - leave(venue, id, row.lots);
}

void Replay::open_run(std::size_t at) {
  const auto& rows = tape_->rows;
  const Row& first = rows[at];
  run_ = {true, at, at, first.side, first.points / tape_->points_per_tick, first.lots};
  for (std::size_t i = at + 1; i < rows.size() && rows[i].ts == first.ts; ++i) {
    if (rows[i].kind == RowKind::hidden) continue;
    if (rows[i].kind != RowKind::execute || rows[i].side != first.side) break;
    run_.last = i;
    run_.left += rows[i].lots;
    const Ticks price = rows[i].points / tape_->points_per_tick;
    if (better(first.side, run_.worst, price)) run_.worst = price;
  }
  if (run_.last > at) ++counters_.sweeps;
}

void Replay::execute(Venue& venue, const Row& row, Ticks price) {
  const OrderId maker = live_id(row, price);
  const bool waiting = parked(maker) != parked_.end(); // it may have come before ours: only a better price goes first
  run_.left -= venue.fill_own_first(row.side, waiting ? price + sign(row.side) : price, run_.left, true);
  const Lots gone = std::min(row.lots, live_lots(venue, maker));
  const Lots taken = std::min(run_.left, gone);
  leave(venue, maker, gone);
  run_.left -= taken;
  counters_.displaced += gone - taken;
  if (taken > 0) venue.print(row.points, taken, 0);
  venue.print_reference(row.points, row.lots, taker_of(row.side));
  book_.reduce(row.order, row.side, price, row.lots, false);
}

void Replay::close_run(Venue& venue) {
  const bool goes_on = run_.left > 0 && !venue.halted();
  if (goes_on) run_.left -= venue.match(opposite(run_.side), run_.worst, run_.left);
  counters_.starved += run_.left;
  run_ = {};
}

// A hidden execution: price goes before display, display before what is hidden.
void Replay::hidden(Venue& venue, const Row& row) {
  const Touch touch = book_.touch();
  const std::int64_t mid = (touch.bid + touch.ask) * tape_->points_per_tick / 2;
  venue.print_reference(row.points, row.lots, print_hidden);
  Lots claimed = 0;
  if (config_.claim_hidden && touch.two_sided() && row.points != mid) {
    const Side side = row.points > mid ? Side::sell : Side::buy;
    const std::int64_t per_tick = tape_->points_per_tick;
    const Ticks as_good = side == Side::sell ? row.points / per_tick : (row.points + per_tick - 1) / per_tick; // on the grid, and not worse
    claimed = venue.fill_own_first(side, as_good, row.lots, false);
  }
  counters_.hidden_claimed += claimed;
  if (claimed < row.lots) venue.print(row.points, row.lots - claimed, print_hidden);
}

void Replay::halt(Venue& venue, const Row& row) {
  const bool halted = row.points != static_cast<std::int64_t>(HaltState::trading);
  if (halted && !venue.halted()) ++counters_.halts;
  if (halted != venue.halted()) venue.set_halted(halted);
}

// What leaves the recorded window leaves the live book; what comes into view enters it, ahead of us.
void Replay::window(Venue& venue, std::size_t at) {
  Recorded::Depth dropped;
  Side side{};
  while (book_.truncate(dropped, side)) {
    for (const std::uint32_t id : dropped.orders) leave(venue, id, live_lots(venue, id));
    if (dropped.anonymous_id != 0) leave(venue, dropped.anonymous_id, live_lots(venue, dropped.anonymous_id));
  }
  const std::size_t first = tape_->rows[at].reveals;
  const std::size_t last = at + 1 < tape_->rows.size() ? tape_->rows[at + 1].reveals : tape_->reveals.size();
  for (std::size_t i = first; i < last; ++i) reveal(venue, tape_->reveals[i]);
}

void Replay::reveal(Venue& venue, const Reveal& reveal) {
  const OrderId id = venue.new_id();
  book_.reveal(reveal.side, reveal.price, reveal.lots, id);
  const Parked depth{id, reveal.side, reveal.price, reveal.lots, 0};
  if (waits(venue, reveal.side, reveal.price)) {
    ++counters_.crossed;
    parked_.push_back(depth);
  } else if (rest(venue, depth) > 0) {
    ++counters_.reveal_behind;
  }
}

void Replay::unpark(Venue& venue) {
  if (parked_.empty()) return;
  std::vector<Parked> waiting;
  waiting.swap(parked_);
  for (const Parked& each : waiting) {
    if (waits(venue, each.side, each.price)) {
      parked_.push_back(each);
    } else if (rest(venue, each) > 0 && each.since == 0) {
      ++counters_.reveal_behind;
    }
  }
}

std::map<std::string, std::int64_t> Replay::counters() const {
  return {{"sweeps", counters_.sweeps},
          {"displaced", counters_.displaced},
          {"starved", counters_.starved},
          {"shrunk", counters_.shrunk},
          {"created_prints", counters_.created_prints},
          {"hidden_claimed", counters_.hidden_claimed},
          {"reveal_behind", counters_.reveal_behind},
          {"halts", counters_.halts},
          {"crossed", counters_.crossed}};
}

void Replay::recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const {
  out.clear();
  for (const Recorded::Depth& depth : book_.levels(side)) {
    if (out.size() == most) break;
    out.push_back({depth.price, depth.lots(), book_.orders(side, depth)});
  }
}

} // namespace lob

// The venue: the market's side and the books it keeps of quotes, prints and volume.
#include "lob/venue.hpp"

#include <algorithm>

namespace lob {

Venue::Venue(const VenueConfig& config)
    : config_(config), book_(config.book), statistics_(config.open, config.points_per_tick) {
  if (!config.dark) return;
  Command collect{}; // for ever: nothing is shown, and nothing matches but by the feed's word
  collect.kind = CommandKind::start_auction;
  book_.apply(collect, events_);
}

void Venue::reserve_ids(OrderId first_free) { next_id_ = std::max(next_id_, first_free); }

void Venue::know_arrivals(OrderId first, OrderId last) {
  known_first_ = first;
  known_last_ = last;
}

void Venue::begin(Nanos ts, bool same_event) {
  now_ = ts;
  if (!same_event) {
    before_ = touch_;
    before_whole_ = whole_;
    before_reference_ = reference_;
  }
}

void Venue::end(const Touch* reference) { remark(reference); }

void Venue::remark(const Touch* reference) {
  if (reference == nullptr && own_.empty() && is_plain_) {
    const Touch live = book_.touch();
    if (live == touch_) return statistics_.advance(now_);
  }
  is_plain_ = reference == nullptr && own_.empty();
  const bool disorder = disorder_ && reference != nullptr;
  const Touch live = disorder ? *reference : live_touch();
  whole_ = disorder || own_.empty() ? live : book_.touch();
  statistics_.quote(now_, live, whole_);
  const Touch other = reference != nullptr ? *reference : live;
  const bool moved = record_.quotes.empty() || !live.same_prices(touch_) || !other.same_prices(reference_);
  touch_ = live;
  reference_ = other;
  if (!moved) return;
  if (!record_.quotes.empty() && record_.quotes.back().ts == now_) {
    record_.quotes.back() = {now_, touch_, reference_, halted_};
  } else {
    record_.quotes.push_back({now_, touch_, reference_, halted_});
  }
}

void Venue::set_halted(bool halted) {
  halted_ = halted;
  statistics_.halt(now_, halted);
  record_.quotes.push_back({now_, touch_, reference_, halted_});
}

Touch Venue::live_touch() const {
  if (own_.empty()) return book_.touch();
  Touch touch;
  std::vector<Level> levels;
  for (const Side side : {Side::buy, Side::sell}) {
    Ticks price = 0;
    Lots lots = 0;
    book_.levels(side, own_.size() + 1, levels);
    for (const Level& level : levels) {
      price = level.price;
      lots = level.lots;
      for (const OwnOrder& order : own_) {
        if (order.side == side && order.price == price) lots -= shown(order);
      }
      if (lots > 0) break;
    }
    (side == Side::buy ? touch.bid : touch.ask) = lots > 0 ? price : 0; // not even where ours stands alone
    (side == Side::buy ? touch.bid_lots : touch.ask_lots) = lots;
  }
  return touch;
}

Lots Venue::depth(View view, Side side, Ticks ticks) const {
  const Touch& touch = view == View::others ? touch_ : whole_;
  if ((side == Side::buy ? touch.bid_lots : touch.ask_lots) == 0) return 0;
  const Ticks limit = (side == Side::buy ? touch.bid : touch.ask) - sign(side) * ticks;
  Lots lots = book_.lots_within(side, limit);
  for (const OwnOrder& order : own_) {
    if (view == View::others && order.side == side && !better(side, limit, order.price)) lots -= shown(order);
  }
  return lots;
}

Lots Venue::rest(OrderId id, Side side, Ticks price, Lots lots, bool hidden) {
  events_.clear();
  const Command command{id, price, lots, 0, CommandKind::submit, side, TimeInForce::rest, hidden ? flag_hidden : std::uint8_t{0}};
  book_.submit(command, events_);
  Lots matched = 0;
  for (const Event& event : events_) {
    if (event.kind == EventKind::fill && event.id == id) matched += event.lots;
  }
  heed_events();
  return matched;
}

std::size_t Venue::give_way(Side side, Ticks price, OrderId since) {
  if (own_.empty()) return 0;
  std::vector<Order> queue;
  book_.queue(side, price, queue);
  std::size_t moved = 0;
  for (const Order& order : queue) {
    if (order.owner == 0 || order.id < since) continue;
    events_.clear();
    book_.cancel(order.id, events_);
    book_.submit(command(*own(order.id), price, TimeInForce::rest), events_);
    ++moved;
  }
  return moved;
}

Lots Venue::withdraw(OrderId id) {
  events_.clear();
  if (!book_.cancel(id, events_)) return 0;
  const Lots lots = events_.front().lots;
  heed_events();
  return lots;
}

Lots Venue::take_back(OrderId id, Lots lots) {
  const auto order = book_.order(id);
  if (!order) return 0;
  events_.clear();
  const Lots taken = std::min(lots, order->lots);
  if (taken == order->lots) {
    book_.cancel(id, events_);
  } else {
    book_.reduce(id, order->lots - taken, events_);
  }
  heed_events();
  return taken;
}

Lots Venue::match(Side aggressor, Ticks limit, Lots lots) {
  events_.clear();
  book_.submit({new_id(), limit, lots, 0, CommandKind::submit, aggressor, TimeInForce::ioc, 0}, events_);
  Lots matched = 0;
  const OrderId taker = next_id_ - 1;
  for (const Event& event : events_) {
    if (event.kind == EventKind::fill && event.id == taker) matched += event.lots;
  }
  heed_events();
  return matched;
}

std::int64_t Venue::points_of(const Event& fill) const {
  return fill.price * config_.points_per_tick + fill.half * config_.points_per_tick / 2;
}

// A trade in which the market was the taker, or a peg of ours that moved.
void Venue::traded(const Event& fill, bool certain) {
  OwnOrder* maker = own(fill.maker);
  OwnOrder* taker = own(fill.id);
  const std::int64_t points = points_of(fill);
  if (taker != nullptr) {
    const OrderId id = fill.id;
    const ParentKey counterparty = maker != nullptr ? maker->parent : 0;
    take_print({now_, points, fill.lots, taker->parent, counterparty, print_own_taker | hidden_flag(fill.maker)});
    if (maker != nullptr) own_fill(*maker, fill.price, fill.lots, true, true, fill.half != 0);
    taker = own(id); // which may have moved
    own_fill(*taker, fill.price, fill.lots, false, true, fill.half != 0);
    if (taker->lots == 0) erase_own(id);
    return;
  }
  if (maker == nullptr) return print(points, fill.lots, hidden_flag(fill.maker));
  take_print({now_, points, fill.lots, maker->parent, 0, print_own_maker});
  own_fill(*maker, fill.price, fill.lots, true, certain, fill.half != 0);
}

// What a command did to orders of ours that wait in the book.
void Venue::heed(const Event& event) {
  if (event.kind == EventKind::fill) return traded(event);
  if (event.kind != EventKind::done || event.reason != Reason::self_trade) return;
  const OwnOrder* found = own(event.id);
  if (found == nullptr) return;
  const OwnOrder order = *found;
  erase_own(order.id);
  say(ReportKind::canceled, ReportReason::self_match, order, order.lots);
}

void Venue::heed_events() {
  if (!set_apart_) { // nothing but a taker's fills can have happened
    for (const Event& event : events_) {
      if (event.kind == EventKind::fill) traded(event);
    }
    return;
  }
  const Events events = events_; // what follows may use the scratch
  for (const Event& event : events) heed(event);
}

// Where the order of ours that would trade next is not shown; false: there is none at a better price than `limit` and than all that is shown.
bool Venue::takes_hidden(Side side, Ticks limit, Lots lots, bool certain, Lots& taken) {
  std::vector<HiddenOrder> hidden;
  book_.hidden(side, hidden);
  if (hidden.empty() || hidden.front().priced == 0 || hidden.front().owner == 0 || lots == 0) return false;
  const HiddenOrder& first = hidden.front();
  const auto beats = [&](Ticks price) { return better(side, first.price, price) || (side == Side::buy && first.half != 0 && first.price == price); };
  const auto best = book_.best(side);
  if (!beats(limit) || (best && !beats(*best))) return false;
  const Ticks reach = first.price + (side == Side::sell ? first.half : 0);
  taken = take_front(side, reach, std::min(lots, first.lots), certain);
  return taken > 0;
}

// Through the book's own matching, for orders of which it shows but a part: the next peak goes to the back.
Lots Venue::take_front(Side side, Ticks limit, Lots lots, bool certain) {
  events_.clear();
  const OrderId taker = new_id();
  book_.submit({taker, limit, lots, 0, CommandKind::submit, opposite(side), TimeInForce::ioc, 0}, events_);
  const Events events = events_;
  Lots taken = 0;
  for (const Event& event : events) {
    if (event.kind != EventKind::fill || event.id != taker) {
      heed(event);
    } else {
      traded(event, certain);
      taken += event.lots;
    }
  }
  return taken;
}

// Our resting order `ours` is taken outside the book's own matching.
Lots Venue::fill_own(const Order& ours, Lots most, bool certain) {
  const Lots lots = std::min(most, ours.lots);
  OwnOrder* order = own(ours.id);
  if (order->is_set_apart()) return take_front(order->side, ours.price, lots, certain);
  take_back(ours.id, lots);
  take_print({now_, ours.price * config_.points_per_tick, lots, order->parent, 0, print_own_maker});
  own_fill(*order, ours.price, lots, true, certain);
  return lots;
}

Lots Venue::fill_own_first(Side side, Ticks limit, Lots lots, bool certain) {
  const auto reached = [&](const OwnOrder& order) { return order.side == side && !better(side, limit, order.price); };
  if (halted_ || std::none_of(own_.begin(), own_.end(), reached)) return 0;
  Lots left = lots;
  std::vector<Order> queue;
  while (left > 0) {
    Lots taken = 0;
    if (set_apart_ && takes_hidden(side, limit, left, certain, taken)) {
      left -= taken;
      continue;
    }
    const auto best = book_.best(side);
    if (!best || better(side, limit, *best)) break;
    book_.queue(side, *best, queue);
    for (const Order& order : queue) {
      if (order.owner == 0 || left == 0) return lots - left;
      left -= fill_own(order, left, certain);
    }
  }
  return lots - left;
}

void Venue::print(std::int64_t points, Lots lots, std::uint32_t flags) { take_print({now_, points, lots, 0, 0, flags}); }

void Venue::print_reference(std::int64_t points, Lots lots, std::uint32_t flags) {
  record_.reference.push_back({now_, points, lots, 0, 0, flags});
}

void Venue::take_print(const Print& print) {
  record_.prints.push_back(print);
  statistics_.trade(print, before_, before_whole_);
  if (halted_ || (print.flags & print_auction) != 0) return; // the cap counts continuous trading alone
  for (Meter& meter : meters_) meter.count(print);
}

Meter* Venue::meter(ParentKey parent) {
  for (Meter& meter : meters_) {
    if (meter.parent() == parent) return &meter;
  }
  return nullptr;
}

namespace {

void add(Hash& hash, const Touch& touch) {
  for (const std::int64_t number : {touch.bid, touch.ask, touch.bid_lots, touch.ask_lots}) hash.add(static_cast<std::uint64_t>(number));
}

void add(Hash& hash, const std::vector<Print>& prints) {
  hash.add(prints.size());
  for (const Print& print : prints) {
    for (const std::int64_t number : {print.ts, print.points, print.lots}) hash.add(static_cast<std::uint64_t>(number));
    hash.add(print.parent).add(print.counterparty).add(print.flags);
  }
}

} // namespace

std::uint64_t Venue::hash() const {
  Hash hash;
  hash.add(book_.hash()).add(executions_).add(static_cast<std::uint64_t>(now_)).add(halted_).add(next_id_).add(said_.value());
  for (const OwnOrder& order : for_auctions_) hash.add(order.id).add(static_cast<std::uint64_t>(order.lots)).add(order.parent);
  for (const OwnOrder& order : own_) hash.add(order.id).add(static_cast<std::uint64_t>(order.lots)).add(order.parent).add(order.number);
  for (const Meter& meter : meters_) hash.add(meter.parent()).add(static_cast<std::uint64_t>(meter.total()));
  for (const QuoteRow& row : record_.quotes) {
    hash.add(static_cast<std::uint64_t>(row.ts)).add(static_cast<std::uint64_t>(row.halted));
    add(hash, row.live);
    add(hash, row.reference);
  }
  add(hash, record_.prints);
  add(hash, record_.reference);
  return hash.value();
}

} // namespace lob

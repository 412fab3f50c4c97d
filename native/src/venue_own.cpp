// The venue's answers to us: our orders arrive, trade, are canceled and expire, and each says so in a report.
#include <algorithm>
#include <limits>

#include "lob/venue.hpp"

namespace lob {

OwnOrder* Venue::own(OrderId id) {
  for (std::vector<OwnOrder>* orders : {&own_, &for_auctions_}) {
    for (OwnOrder& order : *orders) {
      if (order.id == id) return &order;
    }
  }
  return nullptr;
}

void Venue::erase_own(OrderId id) {
  for (std::vector<OwnOrder>* orders : {&own_, &for_auctions_}) std::erase_if(*orders, [id](const OwnOrder& order) { return order.id == id; });
}

// `order` may be an entry of own_: it is gone afterwards if nothing is left of it.
void Venue::own_fill(OwnOrder& order, Ticks price, Lots lots, bool maker, bool certain, bool half) {
  order.lots -= lots;
  order.filled += lots;
  if (order.lots == 0) done_.emplace_back(order.parent, order.number);
  own_trades_.push_back({now_, lots, order.account, order.side, maker});
  Report& report = say(ReportKind::fill, ReportReason::none, order, lots);
  report.price = price;
  report.maker = maker;
  report.certain = certain;
  report.half = half;
  report.execution = ++executions_;
  if (order.lots == 0 && maker) erase_own(order.id);
}

// Self-trade prevention: a resting order of the same account is canceled when an arriving one comes to trade with it, that is
// when the lots that have priority over it are fewer than the arriving ones.
void Venue::cancel_own_within(const OwnOrder& arriving, Ticks limit) {
  const Side other = opposite(arriving.side);
  std::vector<OwnOrder> resting;
  for (const OwnOrder& order : own_) {
    if (order.is_set_apart()) continue; // the book sees to these
    if (order.account == arriving.account && order.side == other && !better(arriving.side, order.price, limit)) resting.push_back(order);
  }
  const auto comes_first = [other](const OwnOrder& a, const OwnOrder& b) { return better(other, a.price, b.price); };
  std::stable_sort(resting.begin(), resting.end(), comes_first);
  for (const OwnOrder& order : resting) {
    if (own(order.id) == nullptr) continue; // what left before it has moved a peg
    const Lots before = book_.lots_within(other, order.price + sign(other)); // at better prices
    if (before >= arriving.lots || book_.ahead(order.id)->lots >= arriving.lots - before) continue;
    events_.clear();
    book_.cancel(order.id, events_);
    erase_own(order.id);
    say(ReportKind::canceled, ReportReason::self_match, order, order.lots);
    heed_events();
  }
}

Report& Venue::say(ReportKind kind, ReportReason reason, const OwnOrder& order, Lots lots) {
  Report report{};
  report.kind = kind;
  report.reason = reason;
  report.parent = order.parent;
  report.number = order.number;
  report.ts = now_;
  report.lots = lots;
  report.quote = before_;
  report.reference = before_reference_;
  said_.add(static_cast<std::uint64_t>(kind)).add(static_cast<std::uint64_t>(reason)).add(order.parent).add(order.number);
  said_.add(static_cast<std::uint64_t>(now_)).add(static_cast<std::uint64_t>(lots));
  reports_.push_back(report);
  return reports_.back();
}

// What has priority over a shown order of ours at its price: all that stands there, or what stands before it.
void Venue::know_queue(Report& report, const OwnOrder& order) const {
  std::vector<Order> queue;
  book_.queue(order.side, order.price, queue);
  report.queue_ahead = 0;
  report.queue_known = 0;
  for (const Order& other : queue) {
    if (other.id == order.id) break;
    report.queue_ahead += other.lots;
    if (other.owner != 0 || (other.id >= known_first_ && other.id <= known_last_)) report.queue_known += other.lots;
  }
}

Command Venue::command(const OwnOrder& order, Ticks limit, TimeInForce tif) const {
  Command command{order.id, limit, order.lots, order.account, CommandKind::submit, order.side, tif, 0};
  if (!set_apart_) return command;
  if (!config_.dark) command.stp = SelfTrade::cancel_maker;
  if (tif == TimeInForce::ioc && !order.ioc) return command; // it stops at the edge: nothing of it will rest
  if (order.hidden) command.flags |= flag_hidden;
  command.peak = order.peak;
  command.peg = order.peg;
  return command;
}

// Of what is left of an order of ours, what the market sees.
Lots Venue::shown(const OwnOrder& order) const {
  if (!order.is_set_apart()) return order.lots;
  const auto terms = book_.terms(order.id);
  return terms ? terms->shown : 0;
}

bool Venue::serves(const OwnOrder& order) const {
  if (!order.has_terms()) return true;
  if (config_.no_book || order.auction != Auction::none) return false;
  if (config_.levels_only && order.is_set_apart()) return false;
  return order.peg != Peg::midpoint || config_.points_per_tick % 2 == 0; // half a tick has a price
}

void Venue::arrive(const OwnOrder& sent, Nanos now) {
  begin(now);
  const auto reject = [&](ReportReason reason) { say(ReportKind::rejected, reason, sent, sent.lots); };
  if (!serves(sent)) return reject(ReportReason::unsupported);
  if (sent.auction != Auction::none) return arrive_for_auction(sent);
  if (phase_ == Phase::closed) return reject(ReportReason::session_closed);
  if (halted_) return reject(in_call(phase_) ? ReportReason::in_auction : ReportReason::halted);
  if (now >= sent.good_till) return reject(ReportReason::late);
  set_apart_ = set_apart_ || sent.is_set_apart();
  enter(sent, ReportKind::accepted);
  remark(config_.recorded_depth ? &reference_ : nullptr);
}

// An order of ours that was not in the book, or has just left it, comes to it.
void Venue::enter(OwnOrder order, ReportKind as) {
  const auto refuse = [&](ReportReason reason) {
    say(as == ReportKind::accepted ? ReportKind::rejected : ReportKind::canceled, reason, order, order.lots);
  };
  const auto edge = edge_[static_cast<std::size_t>(opposite(order.side))];
  const bool past_edge = edge && order.peg == Peg::none && better(order.side, order.price, *edge);
  const Ticks limit = past_edge ? *edge : order.price;
  const auto opposite_best = book_.best(opposite(order.side));
  const bool crosses = opposite_best && !better(order.side, *opposite_best, limit);
  if (order.post_only && order.peg == Peg::none && (past_edge || crosses)) return refuse(ReportReason::would_cross);
  if (!config_.dark && !order.post_only) cancel_own_within(order, limit); // in a pool ours never meet each other
  order.id = new_id();
  const auto best_left = book_.best(opposite(order.side));
  const bool matches = best_left && !better(order.side, *best_left, limit);
  const TimeInForce tif = (order.ioc && !config_.no_book) || past_edge ? TimeInForce::ioc : TimeInForce::rest;
  Report& report = say(as, ReportReason::none, order, order.lots);
  if (as == ReportKind::replaced) report.price = order.price;
  const bool rests = tif == TimeInForce::rest && !matches && !config_.no_book;
  if (rests && !order.hidden && order.peg == Peg::none) know_queue(report, order);
  events_.clear();
  Command entry = command(order, limit, tif);
  if (order.post_only) entry.flags |= flag_post_only;
  if (!book_.submit(entry, events_)) {
    reports_.pop_back();
    return refuse(events_.front().reason == Reason::would_cross ? ReportReason::would_cross : ReportReason::invalid);
  }
  const Events events = events_; // what follows may use the scratch
  for (const Event& event : events) {
    if (event.kind == EventKind::fill && event.id == order.id) take_part(order, event);
  }
  if (order.lots > 0 && tif == TimeInForce::rest) {
    own_.push_back(order);
  } else if (order.lots > 0) {
    say(ReportKind::expired, past_edge ? ReportReason::beyond_recorded_depth : ReportReason::unmatched, order, order.lots);
    if (past_edge) truncated_ += order.lots;
  }
  for (const Event& event : events) {
    if (event.id != order.id) heed(event);
  }
}

// A fill of an order that arrives.
void Venue::take_part(OwnOrder& order, const Event& fill) {
  OwnOrder* maker = own(fill.maker);
  const ParentKey counterparty = maker != nullptr ? maker->parent : 0;
  take_print({now_, points_of(fill), fill.lots, order.parent, counterparty, print_own_taker | hidden_flag(fill.maker)});
  if (maker != nullptr) own_fill(*maker, fill.price, fill.lots, true, true, fill.half != 0);
  own_fill(order, fill.price, fill.lots, false, true, fill.half != 0);
}

OwnOrder* Venue::named(ParentKey parent, std::uint32_t number) {
  for (std::vector<OwnOrder>* orders : {&own_, &for_auctions_}) {
    for (OwnOrder& order : *orders) {
      if (order.parent == parent && order.number == number) return &order;
    }
  }
  return nullptr;
}

void Venue::cancel(ParentKey parent, std::uint32_t number, Nanos now) {
  begin(now);
  const OwnOrder* found = named(parent, number);
  if (found == nullptr) return; // it has traded or expired meanwhile, and said so
  const OwnOrder order = *found;
  events_.clear();
  book_.cancel(order.id, events_);
  erase_own(order.id);
  say(ReportKind::canceled, ReportReason::canceled, order, order.lots);
  heed_events();
  remark(config_.recorded_depth ? &reference_ : nullptr);
}

Lots Venue::fill_apart(OrderId id, Ticks price, Lots most, bool maker, bool certain) {
  OwnOrder* order = own(id);
  const Lots lots = std::min(most, order->lots);
  take_back(id, lots);
  take_print({now_, price * config_.points_per_tick, lots, order->parent, 0, maker ? print_own_maker : print_own_taker});
  const bool whole = lots == order->lots;
  own_fill(*order, price, lots, maker, certain);
  if (whole) erase_own(id);
  return lots;
}

void Venue::expire_unmatched(OrderId id) {
  const OwnOrder* found = own(id);
  if (found == nullptr) return; // all of it has traded
  const OwnOrder order = *found;
  take_back(id, order.lots);
  erase_own(id);
  say(ReportKind::expired, ReportReason::unmatched, order, order.lots);
}

std::optional<Nanos> Venue::next_expiry() const {
  std::optional<Nanos> first;
  for (const std::vector<OwnOrder>* orders : {&own_, &for_auctions_}) {
    for (const OwnOrder& order : *orders) {
      if (!first || order.good_till < *first) first = order.good_till;
    }
  }
  return first;
}

void Venue::expire(Nanos now) {
  begin(now);
  drop(now, ReportKind::expired, ReportReason::good_till);
}

void Venue::close(Nanos now, const std::vector<OwnOrder>& on_their_way, bool deleted) {
  begin(now);
  const ReportReason reason = deleted ? ReportReason::market_deleted : ReportReason::session_closed;
  drop(std::numeric_limits<Nanos>::max(), deleted ? ReportKind::canceled : ReportKind::expired, reason);
  for (const OwnOrder& order : on_their_way) say(ReportKind::rejected, reason, order, order.lots);
}

// Own orders whose time is over at `until` leave the book.
void Venue::drop(Nanos until, ReportKind kind, ReportReason reason) {
  std::vector<OwnOrder> open = own_;
  open.insert(open.end(), for_auctions_.begin(), for_auctions_.end());
  for (const OwnOrder& order : open) {
    if (order.good_till > until) continue;
    const OwnOrder* still = own(order.id);
    if (still == nullptr) continue; // what left before it has moved a peg
    const OwnOrder last = *still;
    events_.clear();
    book_.cancel(order.id, events_);
    erase_own(order.id);
    say(kind, reason, last, last.lots);
    heed_events();
  }
  remark(config_.recorded_depth ? &reference_ : nullptr);
}

} // namespace lob

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
void Venue::own_fill(OwnOrder& order, Ticks price, Lots lots, bool maker, bool certain) {
  order.lots -= lots;
  own_trades_.push_back({now_, lots, order.account, order.side, maker});
  Report& report = say(ReportKind::fill, ReportReason::none, order, lots);
  report.price = price;
  report.maker = maker;
  report.certain = certain;
  report.execution = ++executions_;
  if (order.lots == 0 && maker) erase_own(order.id);
}

// Self-trade prevention: a resting order of the same account is canceled when an arriving one comes to trade with it, that is
// when the lots that have priority over it are fewer than the arriving ones.
void Venue::cancel_own_within(const OwnOrder& arriving, Ticks limit) {
  const Side other = opposite(arriving.side);
  std::vector<OwnOrder> resting;
  for (const OwnOrder& order : own_) {
    if (order.account == arriving.account && order.side == other && !better(arriving.side, order.price, limit)) resting.push_back(order);
  }
  const auto comes_first = [other](const OwnOrder& a, const OwnOrder& b) { return better(other, a.price, b.price); };
  std::stable_sort(resting.begin(), resting.end(), comes_first);
  for (const OwnOrder& order : resting) {
    const Lots before = book_.lots_within(other, order.price + sign(other)); // at better prices
    if (before >= arriving.lots || book_.ahead(order.id)->lots >= arriving.lots - before) continue;
    events_.clear();
    book_.cancel(order.id, events_);
    erase_own(order.id);
    say(ReportKind::canceled, ReportReason::self_match, order, order.lots);
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

void Venue::say_accepted(const OwnOrder& order, bool rests) {
  Report& report = say(ReportKind::accepted, ReportReason::none, order, order.lots);
  if (rests) {
    std::vector<Order> queue;
    book_.queue(order.side, order.price, queue);
    report.queue_ahead = 0;
    report.queue_known = 0;
    for (const Order& other : queue) {
      report.queue_ahead += other.lots;
      if (other.owner != 0 || (other.id >= known_first_ && other.id <= known_last_)) report.queue_known += other.lots;
    }
  }
}

void Venue::arrive(const OwnOrder& sent, Nanos now) {
  begin(now);
  if (sent.auction != Auction::none) return arrive_for_auction(sent);
  const auto reject = [&](ReportReason reason) { say(ReportKind::rejected, reason, sent, sent.lots); };
  if (phase_ == Phase::closed) return reject(ReportReason::session_closed);
  if (halted_) return reject(in_call(phase_) ? ReportReason::in_auction : ReportReason::halted);
  if (now >= sent.good_till) return reject(ReportReason::late);
  const auto edge = edge_[static_cast<std::size_t>(opposite(sent.side))];
  const bool past_edge = edge && better(sent.side, sent.price, *edge);
  const Ticks limit = past_edge ? *edge : sent.price;
  if (!config_.dark) cancel_own_within(sent, limit); // in a pool ours never meet each other
  OwnOrder order = sent;
  order.id = new_id();
  const auto opposite_best = book_.best(opposite(order.side));
  const bool crosses = opposite_best && !better(order.side, *opposite_best, limit);
  const TimeInForce tif = (order.ioc && !config_.no_book) || past_edge ? TimeInForce::ioc : TimeInForce::rest;
  say_accepted(order, tif == TimeInForce::rest && !crosses && !config_.no_book);
  events_.clear();
  if (!book_.submit({order.id, limit, order.lots, order.account, CommandKind::submit, order.side, tif, 0}, events_)) {
    reports_.pop_back();
    return reject(ReportReason::invalid);
  }
  const Events events = events_; // what follows may use the scratch
  for (const Event& event : events) {
    if (event.kind != EventKind::fill) continue;
    OwnOrder* maker = own(event.maker);
    const ParentKey counterparty = maker != nullptr ? maker->parent : 0;
    take_print({now_, event.price * config_.points_per_tick, event.lots, order.parent, counterparty,
                print_own_taker | hidden_flag(event.maker)});
    if (maker != nullptr) own_fill(*maker, event.price, event.lots, true, true);
    own_fill(order, event.price, event.lots, false, true);
  }
  if (order.lots > 0 && tif == TimeInForce::rest) {
    own_.push_back(order);
  } else if (order.lots > 0) {
    say(ReportKind::expired, past_edge ? ReportReason::beyond_recorded_depth : ReportReason::unmatched, order, order.lots);
    if (past_edge) truncated_ += order.lots;
  }
  remark(config_.recorded_depth ? &reference_ : nullptr);
}

void Venue::cancel(ParentKey parent, std::uint32_t number, Nanos now) {
  begin(now);
  const auto is_it = [&](const OwnOrder& order) { return order.parent == parent && order.number == number; };
  auto found = std::find_if(own_.begin(), own_.end(), is_it);
  if (found == own_.end()) {
    found = std::find_if(for_auctions_.begin(), for_auctions_.end(), is_it);
    if (found == for_auctions_.end()) return; // it has traded or expired meanwhile, and said so
  }
  const OwnOrder order = *found;
  events_.clear();
  book_.cancel(order.id, events_);
  erase_own(order.id);
  say(ReportKind::canceled, ReportReason::canceled, order, order.lots);
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
    events_.clear();
    book_.cancel(order.id, events_);
    erase_own(order.id);
    say(kind, reason, order, order.lots);
  }
  remark(config_.recorded_depth ? &reference_ : nullptr);
}

} // namespace lob

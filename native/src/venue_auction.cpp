// Auctions at the venue: orders for them are held until their call, collected, and traded at one price.
#include <algorithm>

#include "lob/venue.hpp"

namespace lob {

void Venue::call(Auction auction, Ticks reference) {
  phase_ = phase_of(auction);
  auction_reference_ = reference;
  events_.clear();
  Command start{};
  start.kind = CommandKind::start_auction;
  book_.apply(start, events_);
  set_halted(true);
  const std::vector<OwnOrder> waiting = for_auctions_;
  for (const OwnOrder& order : waiting) {
    if (order.auction != auction || collect(order)) continue;
    erase_own(order.id);
    say(ReportKind::rejected, ReportReason::invalid, order, order.lots);
  }
}

bool Venue::collect(const OwnOrder& order) {
  events_.clear();
  return book_.submit({order.id, order.price, order.lots, order.account, CommandKind::submit, order.side, TimeInForce::rest, 0}, events_);
}

void Venue::arrive_for_auction(const OwnOrder& sent) {
  const auto reject = [&](ReportReason reason) { say(ReportKind::rejected, reason, sent, sent.lots); };
  if (!coming_[static_cast<std::size_t>(sent.auction)]) return reject(ReportReason::no_auction);
  if (now_ >= sent.good_till) return reject(ReportReason::late);
  OwnOrder order = sent;
  order.id = new_id();
  if (phase_ == phase_of(order.auction) && !collect(order)) return reject(ReportReason::invalid);
  say(ReportKind::accepted, ReportReason::none, order, order.lots);
  for_auctions_.push_back(order);
}

std::optional<Indication> Venue::indication() const {
  if (!in_call(phase_)) return std::nullopt;
  return book_.indicative(auction_reference_);
}

void Venue::uncross(Phase next) {
  const Auction auction = phase_ == Phase::opening ? Auction::at_open : Auction::at_close;
  Command command{};
  command.kind = CommandKind::uncross;
  command.price = auction_reference_;
  events_.clear();
  book_.apply(command, events_);
  const Events events = events_; // what follows may use the scratch
  Lots others = 0, to_come = 0;
  Ticks price = 0;
  Events after; // orders of ours that trading's return lets match
  for (const Event& event : events) {
    if (event.kind == EventKind::uncrossed) to_come = event.lots;
    if (event.kind != EventKind::fill || to_come == 0) {
      after.push_back(event);
      continue;
    }
    to_come -= event.lots;
    price = event.price;
    if (own(event.id) == nullptr && own(event.maker) == nullptr) {
      others += event.lots;
    } else {
      auction_fill(event);
    }
  }
  if (others > 0) print(price * config_.points_per_tick, others, print_auction);
  const std::vector<OwnOrder> left = for_auctions_;
  for (const OwnOrder& order : left) {
    if (order.auction != auction) continue;
    events_.clear();
    book_.cancel(order.id, events_);
    erase_own(order.id);
    say(ReportKind::expired, ReportReason::unmatched, order, order.lots);
    after.insert(after.end(), events_.begin(), events_.end());
  }
  coming_[static_cast<std::size_t>(auction)] = false;
  phase_ = next;
  if (next == Phase::continuous) set_halted(false);
  for (const Event& event : after) heed(event);
}

// A fill in which ours takes part, on one side or on both. Who was in the book before the call was its maker.
void Venue::auction_fill(const Event& fill) {
  const auto key = [&](OrderId id) { return own(id) == nullptr ? ParentKey{0} : own(id)->parent; };
  const auto made = [&](OrderId id) { return own(id) != nullptr && own(id)->auction == Auction::none; };
  const OrderId first = own(fill.id) != nullptr ? fill.id : fill.maker, second = first == fill.id ? fill.maker : fill.id;
  const std::uint32_t manner = made(first) ? print_own_maker : print_own_taker;
  take_print({now_, fill.price * config_.points_per_tick, fill.lots, key(first), key(second), print_auction | manner});
  for (const OrderId id : {first, second}) {
    OwnOrder* order = own(id);
    if (order == nullptr) continue;
    const bool maker = made(id), whole = order->lots == fill.lots;
    own_fill(*order, fill.price, fill.lots, maker, true);
    if (whole) erase_own(id);
  }
}

} // namespace lob

// The commands of a book where everything may be: hidden orders, icebergs, pegs, sweeps, an auction under way.
#include <algorithm>

#include "lob/detail/book_impl.hpp"

namespace lob {

using detail::Extra;
using detail::Full;
using detail::HalfTicks;
using detail::Node;
using detail::Place;
using detail::Slot;
using detail::Touches;
using detail::append;
using detail::most_lots;
using detail::no_level;
using detail::no_slot;
using detail::reject;

namespace {

bool is_post_only(const Command& command) { return (command.flags & (flag_post_only | flag_reprice)) != 0; }

// Whether the terms are known and go together, in any phase.
bool is_consistent(const Command& command) {
  const std::uint8_t flags = command.flags;
  const bool market = (flags & flag_market) != 0, hidden = (flags & flag_hidden) != 0, reprice = (flags & flag_reprice) != 0;
  const bool pegged = command.peg != Peg::none, iceberg = command.peak != 0;
  if (command.tif > TimeInForce::fok || flags > (flag_market | flag_post_only | flag_reprice | flag_hidden)) return false;
  if (command.stp > SelfTrade::decrement || command.peg > Peg::midpoint || command.good_till < 0) return false;
  const bool has_time = command.good_till != 0;
  if (market && (is_post_only(command) || hidden || pegged)) return false;
  if ((market || command.tif != TimeInForce::rest) && (is_post_only(command) || hidden || iceberg || has_time)) return false;
  if (reprice && ((flags & flag_post_only) != 0 || pegged)) return false;
  return !(iceberg && (hidden || pegged));
}

// The nearest tick for an order of `side` that does not meet a maker at `price`.
Ticks behind(Side side, HalfTicks price) {
  if (side == Side::sell) return price.ticks + 1;
  return price.half != 0 ? price.ticks : price.ticks - 1;
}

} // namespace

Reason Book::Impl::any_refusal(const Command& command, const Full& order) const {
  if (!is_consistent(command)) return Reason::invalid_flags;
  if (order.id == 0) return Reason::invalid_id;
  if (ids.find(order.id) != no_slot || special.find(order.id) != nullptr) return Reason::duplicate_id;
  if (order.lots <= 0) return Reason::invalid_lots;
  if (has_too_many_peaks(order)) return Reason::invalid_peak;
  if (!allows(order.limit)) return Reason::invalid_price;
  if (overflows(order)) return Reason::overflow;
  const bool goes_into_auction = command.tif == TimeInForce::rest && !is_post_only(command) && order.peg == Peg::none;
  return special.auction && !goes_into_auction ? Reason::wrong_phase : Reason::none;
}

bool Book::Impl::any_submit(const Command& command, Events& out) {
  const bool market = (command.flags & flag_market) != 0;
  const Side side = detail::known(command.side) ? command.side : Side::buy;
  Full order{.id = command.id, .limit = command.price, .lots = command.lots, .good_till = command.good_till};
  if (market) order.limit = side == Side::buy ? config.max_price : config.min_price;
  order.owner = command.owner;
  order.peak = command.peak;
  order.side = side;
  order.stp = command.stp;
  order.peg = command.peg;
  order.hidden = (command.flags & flag_hidden) != 0 || command.peg != Peg::none;
  order.market = market;

  const Ticks asked = order.named();
  const bool rests = command.tif == TimeInForce::rest && (!market || special.auction);
  const Touches seen = touches();
  bool crosses = false;
  Reason reason = detail::known(command.side) ? any_refusal(command, order) : Reason::invalid_flags;
  if (reason == Reason::none) {
    crosses = reaches(order, seen);
    if (crosses && (command.flags & flag_reprice) != 0) {
      order.limit = behind(side, best_maker(opposite(side), seen)->price);
      crosses = false;
      reason = !allows(order.limit) ? Reason::would_cross : overflows(order) ? Reason::overflow : Reason::none;
    } else if (crosses && (command.flags & flag_post_only) != 0) {
      reason = Reason::would_cross;
    } else if (command.tif == TimeInForce::fok && !any_fillable(order, seen)) {
      reason = Reason::not_fillable;
    }
  }
  if (reason == Reason::none && !crosses && rests) {
    const bool is_full = ladder.orders() + special.away() >= config.max_orders;
    if (is_full || !has_room(order, 0)) reason = Reason::overflow;
  }
  if (reason != Reason::none) return reject(out, reason, order.id, order.owner, side, asked, order.lots);

  append(out, EventKind::accepted, Reason::none, order.id, order.owner, side, order.named(), order.lots);
  any_enter(order, rests, crosses, seen, out);
  return true;
}

// The lots that rest or will be shown at a price, reserves and what an auction collected included.
Lots Book::Impl::standing_at(Side side, Ticks price) const {
  Lots sum = 0;
  if (const Slot level = ladder.find(side, price); level != no_level) sum = slab[level].lots + special.reserves_at(price);
  const auto& collected = special.collected(side);
  const Ticks rank = Place::rank_of(side, price);
  for (auto at = collected.lower_bound({true, rank, false, 0}); at != collected.end(); ++at) {
    if (at->first.rank != rank || at->first.hidden) break;
    sum += special.find(at->second)->lots;
  }
  return sum;
}

// Whether its level can hold it; `own` lots of it are there already.
bool Book::Impl::has_room(const Full& order, Lots own) const {
  if (order.hidden || order.market) return true;
  return order.lots <= most_lots - (standing_at(order.side, order.limit) - own);
}

void Book::Impl::any_enter(Full order, bool rests, bool crosses, const Touches& seen, Events& out) {
  Matched matched{order.lots};
  if (crosses) matched = any_match(order, *price_of(order, seen), seen, out);
  order.lots = matched.left;
  if (order.lots > 0 && rests && matched.may_rest) {
    put(order);
  } else {
    const Reason reason = !matched.may_rest ? Reason::self_trade : order.lots > 0 ? Reason::expired : Reason::filled;
    append(out, EventKind::done, reason, order.id, order.owner, order.side, order.named(), order.lots);
  }
  settle(out);
}

bool Book::Impl::any_cancel(OrderId id, Events& out) {
  const auto order = whole(id);
  if (!order) return reject(out, refusal(id), id, 0, Side::buy, 0, 0);
  end(*order, Reason::canceled, out);
  settle(out);
  return true;
}

bool Book::Impl::any_reduce(OrderId id, Lots lots, Events& out) {
  const auto order = whole(id);
  if (!order) return reject(out, refusal(id), id, 0, Side::buy, 0, lots);
  if (lots <= 0 || lots >= order->lots) return reject(out, Reason::invalid_lots, id, order->owner, order->side, 0, lots);
  shrink_in_place(*order, lots, order->stp);
  append(out, EventKind::reduced, Reason::none, id, order->owner, order->side, order->named(), lots);
  return true;
}

bool Book::Impl::any_replace(OrderId id, Ticks price, Lots lots, SelfTrade stp, Events& out) {
  const auto old = whole(id);
  if (!old) return reject(out, refusal(id), id, 0, Side::buy, price, lots);
  Full again = *old;
  again.limit = price;
  again.lots = lots;
  again.stp = stp;
  const bool same_price = price == old->limit;
  const Touches seen = touches();

  Reason reason = Reason::none;
  bool crosses = false;
  if (stp > SelfTrade::decrement || old->market) {
    reason = Reason::invalid_flags;
  } else if (lots <= 0) {
    reason = Reason::invalid_lots;
  } else if (has_too_many_peaks(again)) {
    reason = Reason::invalid_peak;
  } else if (!allows(price)) {
    reason = Reason::invalid_price;
  } else if (overflows(again)) {
    reason = Reason::overflow;
  } else {
    crosses = reaches(again, seen);
    if (!crosses && !has_room(again, same_price ? old->lots : 0)) reason = Reason::overflow;
  }
  if (reason != Reason::none) return reject(out, reason, id, old->owner, old->side, price, lots);

  append(out, EventKind::replaced, Reason::none, id, old->owner, old->side, price, lots);
  if (same_price && lots <= old->lots) {
    shrink_in_place(*old, lots, stp);
  } else {
    take_out(id);
    any_enter(again, true, crosses, seen, out);
  }
  return true;
}

bool Book::Impl::any_other(const Command& command, Events& out) {
  switch (command.kind) {
  case CommandKind::cancel_owner: return cancel_all(command, true, out);
  case CommandKind::cancel_side: return cancel_all(command, false, out);
  case CommandKind::expire: return expire(command.good_till, out);
  case CommandKind::start_auction: return start_auction(command, out);
  case CommandKind::uncross: return uncross(command.price, out);
  default: return reject(out, Reason::invalid_flags, command.id, 0, Side::buy, 0, 0);
  }
}

std::optional<Full> Book::Impl::whole(OrderId id) const {
  const Slot slot = ids.find(id);
  if (slot == no_slot) {
    const Full* away = special.find(id);
    return away == nullptr ? std::nullopt : std::optional(*away);
  }
  const Node& node = slab[slot];
  const Node& level = slab[node.level()];
  Full order{.id = id, .limit = level.price(), .lots = node.lots};
  order.owner = node.owner;
  order.side = level.side();
  if (const Extra* extra = special.extras() == 0 ? nullptr : special.extra(id)) {
    order.lots += extra->reserve;
    order.peak = extra->peak;
    order.good_till = extra->good_till;
  }
  return order;
}

void Book::Impl::take_out(OrderId id) {
  const Slot slot = ids.find(id);
  if (slot == no_slot) {
    special.remove(id);
  } else {
    ladder.leave(slot);
    ids.erase(id);
    slab.give_back(slot);
    special.drop_extra(id);
  }
  is_special = !special.empty();
}

void Book::Impl::put(const Full& order) {
  if (special.auction || order.hidden) {
    Full away = order;
    away.collected = special.auction && order.peg == Peg::none;
    if (away.peg == Peg::none) away.stp = SelfTrade::allow;
    if (away.market) away.limit = 0;
    special.add(away);
  } else {
    const Lots shown = order.peak == 0 ? order.lots : std::min(order.lots, Lots{order.peak});
    rest({order.id, order.limit, shown, order.owner, order.side});
    if (order.peak == 0 && order.good_till == 0) return;
    special.add(order.id, Extra{order.lots - shown, order.peak, order.good_till, order.limit});
  }
  is_special = !special.empty();
}

// Fewer lots in its place: what is not shown goes first.
void Book::Impl::shrink_in_place(const Full& order, Lots lots, SelfTrade stp) {
  const Slot slot = ids.find(order.id);
  if (slot == no_slot) {
    special.set_lots(order.id, lots);
    if (order.peg != Peg::none) special.set_stp(order.id, stp);
    return;
  }
  const Lots reserve = special.reserve(order.id);
  const Lots gone = order.lots - lots;
  special.set_reserve(order.id, reserve - std::min(gone, reserve));
  if (gone > reserve) ladder.shrink(slot, gone - reserve);
}

// Other lots in its place, as an auction leaves them: an iceberg shows up to a peak of them.
void Book::Impl::set_lots(const Full& order, Lots lots) {
  const Slot slot = ids.find(order.id);
  if (slot == no_slot) return special.set_lots(order.id, lots);
  const Lots shown = order.peak == 0 ? lots : std::min(lots, Lots{order.peak});
  special.set_reserve(order.id, lots - shown);
  ladder.shrink(slot, slab[slot].lots - shown);
}

void Book::Impl::end(const Full& order, Reason reason, Events& out) {
  take_out(order.id);
  append(out, EventKind::done, reason, order.id, order.owner, order.side, order.named(), order.lots);
}

bool Book::Impl::cancel_all(const Command& command, bool by_owner, Events& out) {
  if (command.side > both_sides) {
    return reject(out, Reason::invalid_flags, command.id, by_owner ? command.owner : 0, Side::buy, 0, 0);
  }
  std::vector<Full> all;
  const std::vector<Full> away = special.all();
  for (const Side side : {Side::buy, Side::sell}) {
    if (command.side != both_sides && command.side != side) continue;
    for (Slot level = ladder.first(side); level != no_level; level = ladder.after(side, slab[level].price())) {
      for (Slot slot = slab[level].next; slot != level; slot = slab[slot].next) all.push_back(*whole(slab[slot].id()));
    }
    std::copy_if(away.begin(), away.end(), std::back_inserter(all), [&](const Full& order) { return order.side == side; });
  }
  for (const Full& order : all) {
    if (!by_owner || order.owner == command.owner) end(order, Reason::canceled, out);
  }
  settle(out);
  return true;
}

bool Book::Impl::expire(Nanos time, Events& out) {
  while (const auto id = special.due(time)) end(*whole(*id), Reason::expired, out);
  settle(out);
  return true;
}

} // namespace lob

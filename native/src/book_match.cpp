// Matching where hidden orders, icebergs, pegs and self-trade prevention may be met.
#include <algorithm>

#include "lob/detail/book_impl.hpp"

namespace lob {

using detail::Full;
using detail::HalfTicks;
using detail::Slot;
using detail::Touches;
using detail::append;
using detail::better;
using detail::no_level;
using detail::no_slot;

namespace {

// Whether a taker that goes as far as `reach` meets a maker at `price`.
bool meets(Side taker, HalfTicks reach, HalfTicks price) { return !better(taker, price, reach); }

bool prevents(const Full& taker, Owner maker) {
  return taker.stp != SelfTrade::allow && taker.owner != 0 && taker.owner == maker;
}

} // namespace

Touches Book::Impl::touches() const { return {ladder.touch(Side::buy).price, ladder.touch(Side::sell).price}; }

// What an order stands at, or how far it goes as a taker; nothing for a peg without its reference.
std::optional<HalfTicks> Book::Impl::price_of(const Full& order, const Touches& seen) const {
  const HalfTicks limit{order.limit, 0};
  if (order.peg == Peg::none) return limit;
  if (special.auction || seen.of(order.side) == detail::nowhere(order.side)) return std::nullopt;
  HalfTicks price{seen.of(order.side), 0};
  if (order.peg == Peg::midpoint) {
    if (seen.of(opposite(order.side)) == detail::nowhere(opposite(order.side))) return std::nullopt;
    const std::uint64_t spread = static_cast<std::uint64_t>(seen.ask) - static_cast<std::uint64_t>(seen.bid);
    price = {seen.bid + static_cast<Ticks>(spread / 2), static_cast<std::uint8_t>(spread % 2)};
  }
  return better(order.side, price, limit) ? limit : price;
}

std::optional<Book::Impl::Maker> Book::Impl::best_hidden(Side side, const Touches& seen) const {
  std::optional<Maker> best;
  std::uint64_t since = 0;
  if (const auto& queue = special.hidden(side); !queue.empty()) {
    const Full& order = *special.find(queue.begin()->second);
    best = Maker{{order.limit, 0}, order.id, no_slot};
    since = order.since;
  }
  for (const auto& [arrived, id] : special.pegs(side)) {
    const auto price = price_of(*special.find(id), seen);
    if (!price) continue;
    if (best && !better(side, *price, best->price) && !(*price == best->price && arrived < since)) continue;
    best = Maker{*price, id, no_slot};
    since = arrived;
  }
  return best;
}

std::optional<Book::Impl::Maker> Book::Impl::best_maker(Side side, const Touches& seen) const {
  const auto hidden = best_hidden(side, seen);
  const Slot level = ladder.first(side);
  if (level == no_level) return hidden;
  const HalfTicks price{slab[level].price(), 0};
  if (hidden && better(side, hidden->price, price)) return hidden;
  const Slot slot = slab[level].next;
  return Maker{price, slab[slot].id(), slot};
}

bool Book::Impl::reaches(const Full& taker, const Touches& seen) const {
  if (special.auction) return false;
  const auto reach = price_of(taker, seen);
  const auto maker = best_maker(opposite(taker.side), seen);
  return reach && maker && meets(taker.side, *reach, maker->price);
}

std::vector<Book::Impl::Maker> Book::Impl::hidden_in_order(Side side, const Touches& seen) const {
  std::vector<std::pair<std::uint64_t, Maker>> all;
  const auto add = [&](OrderId id) {
    const Full& order = *special.find(id);
    if (const auto price = price_of(order, seen)) all.push_back({order.since, Maker{*price, id, no_slot}});
  };
  for (const auto& [place, id] : special.hidden(side)) add(id);
  for (const auto& [since, id] : special.pegs(side)) add(id);
  std::sort(all.begin(), all.end(), [side](const auto& a, const auto& b) {
    if (a.second.price != b.second.price) return better(side, a.second.price, b.second.price);
    return a.first < b.first;
  });
  std::vector<Maker> makers;
  for (const auto& [since, maker] : all) makers.push_back(maker);
  return makers;
}

// Whether the taker would be filled to its last lot. Own orders that self-trade prevention skips do not count; at one that
// stops the taker only what is shown ahead of it does, since a peak that is refreshed goes behind it.
bool Book::Impl::any_fillable(const Full& taker, const Touches& seen) const {
  const auto reach = price_of(taker, seen);
  if (!reach) return false;
  const Side side = opposite(taker.side);
  const bool stops = taker.stp != SelfTrade::cancel_maker;
  const std::vector<Maker> hidden = hidden_in_order(side, seen);
  Lots need = taker.lots;
  auto dark = hidden.begin();
  Slot level = ladder.first(side);
  while (need > 0) {
    const bool is_dark = dark != hidden.end() && (level == no_level || better(side, dark->price, HalfTicks{slab[level].price(), 0}));
    if (is_dark) {
      if (!meets(taker.side, *reach, dark->price)) return false;
      const Full& maker = *special.find(dark->id);
      const bool own = prevents(taker, maker.owner);
      if (own && stops) return false;
      if (!own) need -= std::min(need, maker.lots);
      ++dark;
      continue;
    }
    if (level == no_level || !meets(taker.side, *reach, {slab[level].price(), 0})) return false;
    Lots need_shown = need; // once round the queue, before any peak is refreshed
    for (Slot slot = slab[level].next; slot != level; slot = slab[slot].next) {
      const bool own = prevents(taker, slab[slot].owner);
      if (own && stops) return need_shown == 0;
      if (own) continue;
      need_shown -= std::min(need_shown, slab[slot].lots);
      need -= std::min(need, slab[slot].lots + special.reserve(slab[slot].id()));
    }
    level = ladder.after(side, slab[level].price());
  }
  return true;
}

// Fill against the other side as far as `reach`; pegs stand where `seen` puts them.
Book::Impl::Matched Book::Impl::any_match(const Full& taker, HalfTicks reach, const Touches& seen, Events& out) {
  Matched matched{taker.lots};
  while (matched.left > 0) {
    const auto maker = best_maker(opposite(taker.side), seen);
    if (!maker || !meets(taker.side, reach, maker->price)) break;
    const Owner owner = maker->slot == no_slot ? special.find(maker->id)->owner : slab[maker->slot].owner;
    if (!prevents(taker, owner)) {
      trade(taker, *maker, EventKind::fill, matched.left, out);
    } else if (taker.stp == SelfTrade::decrement) {
      trade(taker, *maker, EventKind::prevented, matched.left, out);
      matched.may_rest = false;
    } else {
      if (taker.stp != SelfTrade::cancel_taker) end(*whole(maker->id), Reason::self_trade, out);
      matched.may_rest = taker.stp == SelfTrade::cancel_maker;
      if (!matched.may_rest) break;
    }
  }
  return matched;
}

// One fill, or the one that is prevented: taker and maker lose the smaller quantity.
void Book::Impl::trade(const Full& taker, const Maker& maker, EventKind kind, Lots& left, Events& out) {
  const Full order = *whole(maker.id);
  const Lots there = maker.slot == no_slot ? order.lots : slab[maker.slot].lots;
  const Lots lots = std::min(left, there);
  left -= lots;

  Event& fill = out.emplace_back();
  fill.id = taker.id;
  fill.maker = maker.id;
  fill.price = maker.price.ticks;
  fill.half = maker.price.half;
  fill.lots = lots;
  fill.remaining = left;
  fill.maker_remaining = order.lots - lots;
  fill.owner = taker.owner;
  fill.maker_owner = order.owner;
  fill.kind = kind;
  fill.side = taker.side;

  if (lots == order.lots) {
    take_out(maker.id);
  } else if (maker.slot == no_slot) {
    special.set_lots(maker.id, order.lots - lots);
  } else {
    ladder.shrink(maker.slot, lots);
    if (lots == there) refresh(maker.slot, out);
  }
}

// The next peak of an iceberg of which nothing is shown any more.
void Book::Impl::refresh(Slot slot, Events& out) {
  const OrderId id = slab[slot].id();
  const Full order = *whole(id);
  const Lots shown = std::min(order.lots, Lots{order.peak});
  ladder.leave(slot);
  slab[slot].lots = shown;
  special.set_reserve(id, order.lots - shown);
  ladder.join(slot, order.side, order.limit);
  append(out, EventKind::refreshed, Reason::none, id, order.owner, order.side, order.limit, shown);
  out.back().remaining = order.lots;
}

// Pegs at their new prices: those that now meet hidden orders take them. Nothing shown changes by it, so no price moves again.
void Book::Impl::settle(Events& out) {
  if (special.auction || !special.has_pegs()) return;
  const Touches seen = touches();
  const auto bid = best_hidden(Side::buy, seen), offer = best_hidden(Side::sell, seen);
  if (!bid || !offer || !meets(Side::buy, bid->price, offer->price)) return;

  detail::Special::Arrivals pegs = special.pegs(Side::buy);
  pegs.insert(special.pegs(Side::sell).begin(), special.pegs(Side::sell).end());
  for (const auto& [since, id] : pegs) {
    const Full* found = special.find(id);
    if (found == nullptr) continue;
    const Full peg = *found;
    const auto price = price_of(peg, seen);
    if (!price) continue;
    const auto [left, may_rest] = any_match(peg, *price, seen, out);
    if (left > 0 && may_rest) {
      special.set_lots(id, left);
      continue;
    }
    take_out(id);
    const Reason reason = may_rest ? Reason::filled : Reason::self_trade;
    append(out, EventKind::done, reason, id, peg.owner, peg.side, peg.limit, left);
  }
}

} // namespace lob

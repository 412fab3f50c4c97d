// The questions a book answers: touch, levels, queues, single orders and places in a queue.
#include <algorithm>
#include <limits>

#include "lob/detail/book_impl.hpp"

namespace lob {

using detail::Full;
using detail::Node;
using detail::Slot;
using detail::no_level;
using detail::no_slot;

namespace {

Level level_of(const Node& head) { return {head.price(), head.lots, head.count()}; }

} // namespace

Order Book::Impl::describe(Slot slot) const {
  const Node& order = slab[slot];
  const Node& level = slab[order.level()];
  return {order.id(), level.price(), order.lots, order.owner, level.side()};
}

std::optional<Ticks> Book::best(Side side) const {
  const Ticks price = impl_->ladder.touch(side).price;
  if (price == detail::nowhere(side)) return std::nullopt;
  return price;
}

Touch Book::touch() const {
  const auto& ladder = impl_->ladder;
  Touch touch;
  if (const auto& [price, level] = ladder.touch(Side::buy); level != no_level) {
    touch.bid = price;
    touch.bid_lots = impl_->slab[level].lots;
  }
  if (const auto& [price, level] = ladder.touch(Side::sell); level != no_level) {
    touch.ask = price;
    touch.ask_lots = impl_->slab[level].lots;
  }
  return touch;
}

Level Book::level(Side side, Ticks price) const {
  const Slot level = impl_->ladder.find(side, price);
  return level == no_level ? Level{price, 0, 0} : level_of(impl_->slab[level]);
}

void Book::levels(Side side, std::size_t most, std::vector<Level>& out) const {
  out.clear();
  const auto& slab = impl_->slab;
  const auto& ladder = impl_->ladder;
  for (Slot level = ladder.first(side); level != no_level && out.size() < most; level = ladder.after(side, out.back().price)) {
    out.push_back(level_of(slab[level]));
  }
}

void Book::orders(Side side, std::vector<Order>& out) const {
  out.clear();
  const auto& slab = impl_->slab;
  const auto& ladder = impl_->ladder;
  for (Slot level = ladder.first(side); level != no_level; level = ladder.after(side, slab[level].price())) {
    for (Slot slot = slab[level].next; slot != level; slot = slab[slot].next) out.push_back(impl_->describe(slot));
  }
}

void Book::queue(Side side, Ticks price, std::vector<Order>& out) const {
  out.clear();
  const Slot level = impl_->ladder.find(side, price);
  if (level == no_level) return;
  for (Slot slot = impl_->slab[level].next; slot != level; slot = impl_->slab[slot].next) {
    out.push_back(impl_->describe(slot));
  }
}

std::optional<Order> Book::front(Side side) const {
  const auto [price, level] = impl_->ladder.touch(side);
  if (price == detail::nowhere(side)) return std::nullopt;
  return impl_->describe(impl_->slab[level].next);
}

std::optional<Order> Book::order(OrderId id) const {
  if (impl_->is_special) {
    const auto order = impl_->whole(id);
    if (!order) return std::nullopt;
    return Order{id, order->limit, order->lots, order->owner, order->side};
  }
  const Slot slot = impl_->ids.find(id);
  if (slot == no_slot) return std::nullopt;
  return impl_->describe(slot);
}

Lots Book::lots(OrderId id) const {
  const Slot slot = impl_->ids.find(id);
  if (slot != no_slot) return impl_->slab[slot].lots + (impl_->special.extras() == 0 ? 0 : impl_->special.reserve(id));
  const Full* away = impl_->special.find(id);
  return away == nullptr ? 0 : away->lots;
}

std::optional<OrderTerms> Book::terms(OrderId id) const {
  const auto order = impl_->whole(id);
  if (!order) return std::nullopt;
  const Slot slot = impl_->ids.find(id);
  OrderTerms terms{};
  terms.shown = slot == no_slot ? 0 : impl_->slab[slot].lots;
  terms.good_till = order->good_till;
  terms.peak = order->peak;
  terms.stp = order->stp;
  terms.peg = order->peg;
  terms.hidden = order->hidden;
  terms.collected = order->collected;
  return terms;
}

std::optional<Ahead> Book::ahead(OrderId id) const {
  const Slot own = impl_->ids.find(id);
  if (own == no_slot) return impl_->ahead_of_hidden(id);
  Ahead ahead{0, 0};
  const Slot level = impl_->slab[own].level();
  for (Slot slot = impl_->slab[own].prev; slot != level; slot = impl_->slab[slot].prev) {
    ahead.lots += impl_->slab[slot].lots;
    ++ahead.orders;
  }
  return ahead;
}

std::optional<Ahead> Book::Impl::ahead_of_hidden(OrderId id) const {
  const Full* own = special.find(id);
  if (own == nullptr) return std::nullopt;
  const detail::Touches seen = touches();
  const auto price = price_of(*own, seen);
  Ahead ahead{0, 0};
  if (!price) return ahead;
  const auto add = [&](Lots lots) {
    ahead.lots += std::min(lots, std::numeric_limits<Lots>::max() - ahead.lots);
    ++ahead.orders;
  };
  const Slot level = own->market || price->half != 0 ? no_level : ladder.find(own->side, price->ticks);
  for (Slot slot = level; slot != no_level && slab[slot].next != level;) {
    slot = slab[slot].next;
    add(slab[slot].lots + special.reserve(slab[slot].id()));
  }
  for (const Full& other : special.all()) {
    if (other.side != own->side || other.market != own->market || price_of(other, seen) != price) continue;
    if (std::pair(other.hidden, other.since) < std::pair(own->hidden, own->since)) add(other.lots);
  }
  return ahead;
}

std::size_t Book::size() const { return impl_->ladder.orders() + impl_->special.away(); }

void Book::hidden(Side side, std::vector<HiddenOrder>& out) const {
  out.clear();
  const auto add = [&](const Full& order, const std::optional<detail::HalfTicks>& price) {
    HiddenOrder& row = out.emplace_back();
    row = {order.id, order.limit, order.lots, 0, order.owner, order.side, order.peg, 0, 0};
    if (!price) return;
    row.price = price->ticks;
    row.half = price->half;
    row.priced = 1;
  };
  const detail::Touches seen = impl_->touches();
  for (const auto& maker : impl_->hidden_in_order(side, seen)) add(*impl_->special.find(maker.id), maker.price);
  for (const auto& [since, id] : impl_->special.pegs(side)) {
    const Full& peg = *impl_->special.find(id);
    if (!impl_->price_of(peg, seen)) add(peg, std::nullopt);
  }
}

void Book::collected(Side side, std::vector<Order>& out) const {
  out.clear();
  for (const auto& [place, id] : impl_->special.collected(side)) {
    const Full& order = *impl_->special.find(id);
    out.push_back({id, order.limit, order.lots, order.owner, order.side});
  }
}

bool Book::in_auction() const { return impl_->special.auction; }

std::optional<Indication> Book::indicative(Ticks reference) const {
  if (!impl_->special.auction || !impl_->allows(reference)) return std::nullopt;
  return impl_->indication(impl_->parts(Side::buy), impl_->parts(Side::sell), reference);
}

Lots Book::lots_within(Side side, Ticks limit) const {
  Lots sum = 0;
  const auto& slab = impl_->slab;
  const auto& ladder = impl_->ladder;
  for (Slot level = ladder.first(side); level != no_level; level = ladder.after(side, slab[level].price())) {
    const Node& head = slab[level];
    if (better(side, limit, head.price())) break;
    if (head.lots > std::numeric_limits<Lots>::max() - sum) return std::numeric_limits<Lots>::max();
    sum += head.lots;
  }
  return sum;
}

const Book::Config& Book::config() const { return impl_->config; }

} // namespace lob

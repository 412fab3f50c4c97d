// The questions a book answers: touch, levels, queues, single orders and places in a queue.
#include <limits>

#include "lob/detail/book_impl.hpp"

namespace lob {

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

std::optional<Order> Book::order(OrderId id) const {
  const Slot slot = impl_->ids.find(id);
  if (slot == no_slot) return std::nullopt;
  return impl_->describe(slot);
}

std::optional<Ahead> Book::ahead(OrderId id) const {
  const Slot own = impl_->ids.find(id);
  if (own == no_slot) return std::nullopt;
  Ahead ahead{0, 0};
  const Slot level = impl_->slab[own].level();
  for (Slot slot = impl_->slab[own].prev; slot != level; slot = impl_->slab[slot].prev) {
    ahead.lots += impl_->slab[slot].lots;
    ++ahead.orders;
  }
  return ahead;
}

std::size_t Book::size() const { return impl_->ladder.orders(); }

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

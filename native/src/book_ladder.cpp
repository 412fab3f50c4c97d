// The levels outside the window, and the moves of the window: the slow part of the ladder.
#include <algorithm>
#include <iterator>
#include <limits>

#include "lob/detail/ladder.hpp"

namespace lob::detail {

Slot Ladder::next_outside(Side side, Ticks price) const {
  const Outside& levels = outside(side);
  if (side == Side::sell) {
    const auto found = levels.upper_bound(price);
    return found == levels.end() ? no_level : found->second;
  }
  const auto found = levels.lower_bound(price);
  return found == levels.begin() ? no_level : std::prev(found)->second;
}

// The level at a price that the window did not cover; the window may cover it afterwards.
Slot Ladder::level_outside(Side side, Ticks price) {
  try_to_reach(side, price);
  if (covers(price)) return ring(price);
  const auto [place, is_new] = outside(side).try_emplace(price, no_level);
  if (!is_new) return place->second;
  const Slot level = slab_.take();
  slab_[level] = {.prev = level, .next = level, .lots = 0, .key = 0, .link = 0, .owner = 0};
  place->second = level;
  return level;
}

void Ladder::try_to_reach(Side side, Ticks price) {
  const Slot lowest = lowest_above(std::numeric_limits<Ticks>::min());
  if (lowest == no_level) return move_to(base_around(price));

  const Slot highest = highest_below(std::numeric_limits<Ticks>::max());
  const Ticks low = std::min(price, slab_[lowest].price());
  const Ticks high = std::max(price, slab_[highest].price());
  const std::uint64_t span = distance(low, high);
  if (span < window_) return move_to(base_around(low + static_cast<Ticks>(span / 2)));

  if (++came_outside_ <= orders_) return;
  came_outside_ = 0;
  const Ticks own = better(side, price, touch(side).price) ? price : touch(side).price;
  const Ticks other = touch(opposite(side)).price;
  const bool together = other != nowhere(opposite(side)) && distance(std::min(own, other), std::max(own, other)) < window_ / 2;
  move_to(base_around(together ? std::min(own, other) + (std::max(own, other) - std::min(own, other)) / 2 : own));
}

Ticks Ladder::base_around(Ticks centre) const {
  const auto window = static_cast<Ticks>(window_);
  constexpr Ticks lowest = std::numeric_limits<Ticks>::min();
  constexpr Ticks highest = std::numeric_limits<Ticks>::max();
  if (centre < lowest + window / 2) return lowest;
  return std::min(centre - window / 2, highest - (window - 1));
}

void Ladder::move_to(Ticks base) {
  if (base == base_) return;
  const auto stays = [&](Slot level) { return distance(base, slab_[level].price()) < window_; };
  if (base > base_) {
    for (Slot level = lowest_above(std::numeric_limits<Ticks>::min()); level != no_level && !stays(level);) {
      const Ticks price = slab_[level].price();
      move_out(level);
      level = lowest_above(price);
    }
  } else {
    for (Slot level = highest_below(std::numeric_limits<Ticks>::max()); level != no_level && !stays(level);) {
      const Ticks price = slab_[level].price();
      move_out(level);
      level = highest_below(price);
    }
  }
  base_ = base;
  for (Outside& levels : outside_) {
    for (auto it = levels.lower_bound(base_); it != levels.end() && covers(it->first); it = levels.erase(it)) {
      move_queue(it->second, ring(it->first));
      taken_.set(ring(it->first));
      slab_.give_back(it->second);
    }
  }
  for (const Side side : {Side::buy, Side::sell}) {
    Touch& best = touch_[index(side)];
    if (best.price != nowhere(side)) best.level = find(side, best.price);
  }
}

void Ladder::move_out(Slot level) {
  const Slot to = slab_.take();
  outside(slab_[level].side()).emplace(slab_[level].price(), to);
  move_queue(level, to);
  taken_.clear(level);
}

// `from` has orders and is empty afterwards; `to` is empty, and is `from` afterwards.
void Ladder::move_queue(Slot from, Slot to) {
  Node& head = slab_[from];
  slab_[to] = head;
  slab_[head.next].prev = to;
  slab_[head.prev].next = to;
  for (Slot order = head.next; order != to; order = slab_[order].next) slab_[order].link = to;
  head = {.prev = from, .next = from, .lots = 0, .key = 0, .link = 0, .owner = 0};
}

} // namespace lob::detail

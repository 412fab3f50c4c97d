// The levels of a book: a window of consecutive prices as a ring of slots with a bitmap, and two ordered maps for the rest.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "lob/detail/bitmap.hpp"
#include "lob/detail/slab.hpp"

namespace lob::detail {

constexpr Slot no_level = ~Slot{0};

// A price as `side` ranks it: the larger, the better to rest at. (x ^ -1 is -1 - x: it turns the order without an overflow.)
constexpr Ticks rank(Side side, Ticks price) { return price ^ -static_cast<Ticks>(side); }

// The "price" of the best level of an empty side: worse than every price that a book allows.
constexpr Ticks nowhere(Side side) { return rank(side, std::numeric_limits<Ticks>::min()); }

// Both sides share the window, since no price has orders of both. A price p in it has the level in slot p mod window, so the
// window slides without renumbering the levels that stay. It moves only where orders come to rest outside it:
//   - for nothing, if its occupied levels and the new price fit into one window;
//   - otherwise to the touch, once as many orders came to rest outside as would at most have to be moved.
// So every order moved is paid for by one that came, and no order far away can drag the window from the touch.
class Ladder {
public:
  struct Touch {
    Ticks price;
    Slot level;
  };

  Ladder(Slab& slab, std::size_t window) : slab_(slab), window_(window), taken_(window) {}

  const Touch& touch(Side side) const { return touch_[index(side)]; }
  std::size_t orders() const { return orders_; }

  // Whether an order on `side` with this limit would match.
  bool crosses(Side side, Ticks limit) const { return rank(side, limit) >= rank(side, touch(opposite(side)).price); }

  // The level of `side` at `price`; no_level if nothing rests there.
  Slot find(Side side, Ticks price) const {
    if (covers(price)) {
      const Node& head = slab_[ring(price)];
      return head.count() > 0 && head.side() == side ? ring(price) : no_level;
    }
    const auto found = outside(side).find(price);
    return found == outside(side).end() ? no_level : found->second;
  }

  // What rests at `price`, where only `side` may rest.
  Lots lots_at(Side side, Ticks price) const {
    if (covers(price)) return slab_[ring(price)].lots;
    const Slot level = find(side, price);
    return level == no_level ? 0 : slab_[level].lots;
  }

  // Put the order in `slot` at the back of the queue at `price`; its lots are set.
  void join(Slot slot, Side side, Ticks price) {
    const Slot level = covers(price) ? ring(price) : level_outside(side, price);
    Node& head = slab_[level];
    if (head.count() == 0) occupy(level, side, price);
    Node& order = slab_[slot];
    const Slot last = head.prev;
    order.prev = last;
    order.next = level;
    order.link = level;
    slab_[last].next = slot;
    head.prev = slot;
    head.lots += order.lots;
    ++head.link;
    ++orders_;
  }

  // Take the order in `slot` out of its queue; the slot stays the caller's.
  void leave(Slot slot) {
    const Node& order = slab_[slot];
    const Slot level = order.level();
    slab_[order.prev].next = order.next;
    slab_[order.next].prev = order.prev;
    Node& head = slab_[level];
    head.lots -= order.lots;
    --orders_;
    if (--head.link == 0) vacate(level);
  }

  // Take lots from an order in its place.
  void shrink(Slot slot, Lots by) {
    slab_[slot].lots -= by;
    slab_[slab_[slot].level()].lots -= by;
  }

  // The best level of `side` that is worse than `price`; no_level if there is none.
  Slot after(Side side, Ticks price) const {
    const Slot inside = side == Side::buy ? highest_below(price) : lowest_above(price);
    if (outside(side).empty()) return inside;
    const Slot beyond = next_outside(side, price);
    if (beyond == no_level) return inside;
    if (inside == no_level) return beyond;
    return better(side, slab_[inside].price(), slab_[beyond].price()) ? inside : beyond;
  }

  Slot first(Side side) const { return touch(side).price == nowhere(side) ? no_level : touch(side).level; }

  Slot likely_level(Ticks price) const { return ring(price); } // for a prefetch: the level of `price` if the window covers it

private:
  using Outside = std::map<Ticks, Slot>;

  static std::size_t index(Side side) { return static_cast<std::size_t>(side); }
  Outside& outside(Side side) { return outside_[index(side)]; }
  const Outside& outside(Side side) const { return outside_[index(side)]; }

  static std::uint64_t distance(Ticks low, Ticks high) {
    return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  }
  Slot ring(Ticks price) const { return static_cast<Slot>(static_cast<std::uint64_t>(price) & (window_ - 1)); }
  bool covers(Ticks price) const { return distance(base_, price) < window_; }
  bool in_window(Slot level) const { return level < window_; }

  void occupy(Slot level, Side side, Ticks price);
  void vacate(Slot level);
  Slot highest_below(Ticks price) const;
  Slot lowest_above(Ticks price) const;
  Slot next_outside(Side side, Ticks price) const;

  Slot level_outside(Side side, Ticks price);
  void try_to_reach(Side side, Ticks price);
  Ticks base_around(Ticks centre) const;
  void move_to(Ticks base);
  void move_out(Slot level);
  void move_queue(Slot from, Slot to);

  Slab& slab_;
  std::size_t window_;
  Ticks base_ = 0; // the lowest price of the window; base_ + window_ - 1 is an int64 too
  Bitmap taken_;   // the levels of the window that are not empty
  std::array<Touch, 2> touch_{{{nowhere(Side::buy), no_level}, {nowhere(Side::sell), no_level}}};
  std::size_t orders_ = 0;
  std::array<Outside, 2> outside_; // levels outside the window; none of them is empty
  std::size_t came_outside_ = 0;   // orders that came to rest outside since the window last moved to the touch
};

inline void Ladder::occupy(Slot level, Side side, Ticks price) {
  Node& head = slab_[level];
  head.key = static_cast<std::uint64_t>(price);
  head.owner = static_cast<std::uint32_t>(side);
  if (in_window(level)) taken_.set(level);
  Touch& best = touch_[index(side)];
  if (better(side, price, best.price)) best = {price, level};
}

inline void Ladder::vacate(Slot level) {
  const Ticks price = slab_[level].price();
  const Side side = slab_[level].side();
  if (in_window(level)) {
    taken_.clear(level);
  } else {
    outside(side).erase(price);
    slab_.give_back(level);
  }
  Touch& best = touch_[index(side)];
  if (best.price != price) return;
  best.level = after(side, price);
  best.price = best.level == no_level ? nowhere(side) : slab_[best.level].price();
}

// The window starts at ring(base_) in the bitmap and goes around its end, so each search has up to two parts.
inline Slot Ladder::highest_below(Ticks price) const {
  if (price <= base_) return no_level;
  const std::size_t start = ring(base_);
  const std::size_t end = start + std::min<std::uint64_t>(distance(base_, price), window_);
  if (end > window_) {
    const std::size_t found = taken_.below(end - window_);
    if (found != Bitmap::none) return static_cast<Slot>(found);
  }
  const std::size_t found = taken_.below(std::min(end, window_));
  return found != Bitmap::none && found >= start ? static_cast<Slot>(found) : no_level;
}

inline Slot Ladder::lowest_above(Ticks price) const {
  const std::size_t start = ring(base_);
  const std::uint64_t skipped = price < base_ ? 0 : distance(base_, price);
  if (skipped >= window_ - 1) return no_level;
  std::size_t from = start + (price < base_ ? 0 : skipped + 1);
  if (from < window_) {
    const std::size_t found = taken_.at_or_above(from);
    if (found != Bitmap::none) return static_cast<Slot>(found);
    from = window_;
  }
  const std::size_t found = taken_.at_or_above(from - window_);
  return found < start ? static_cast<Slot>(found) : no_level;
}

} // namespace lob::detail

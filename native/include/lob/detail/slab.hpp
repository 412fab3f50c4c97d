// The slab: every order and every level of a book is one 32-byte node in one array, named by a 32-bit slot.
#pragma once

#include <cstdint>
#include <vector>

#include "lob/detail/pages.hpp"
#include "lob/types.hpp"

namespace lob::detail {

using Slot = std::uint32_t;
constexpr Slot no_slot = 0; // slot 0 is a level of the window, so no order and no other level has it

// A level is the sentinel of a ring through its orders: `next` is the first come, `prev` the last. So taking an order out is
// two stores without a branch, wherever it stands. The same fields serve orders and levels, so that a neighbour may be either.
struct Node {
  Slot prev;
  Slot next;
  Lots lots;           // of the order; of a level: the sum over its orders
  std::uint64_t key;   // of an order: its id; of a level: its price
  std::uint32_t link;  // of an order: the slot of its level; of a level: how many orders it has
  std::uint32_t owner; // of an order; of a level: its side

  OrderId id() const { return key; }
  Ticks price() const { return static_cast<Ticks>(key); }
  Slot level() const { return link; }
  std::uint32_t count() const { return link; }
  Side side() const { return static_cast<Side>(owner); }
};
static_assert(sizeof(Node) == 32, "two nodes to a cache line");

// Slots are given out from a last-in, first-out list: the slot freed last is the one still in the cache.
class Slab {
public:
  // The first `levels` slots are the window's; they are never freed.
  explicit Slab(std::size_t levels) : nodes_(levels) {
    for (Slot slot = 0; slot < levels; ++slot) nodes_[slot].prev = nodes_[slot].next = slot;
  }

  Node& operator[](Slot slot) { return nodes_[slot]; }
  const Node& operator[](Slot slot) const { return nodes_[slot]; }
  std::size_t slots() const { return nodes_.size(); } // ever used; slots below it may be free

  // May move every node: no reference survives it.
  Slot take() {
    const Slot slot = free_;
    if (slot == no_slot) return grow();
    free_ = nodes_[slot].next;
    return slot;
  }

  void give_back(Slot slot) {
    nodes_[slot].next = free_;
    free_ = slot;
  }

private:
  Slot grow() {
    nodes_.emplace_back();
    return static_cast<Slot>(nodes_.size() - 1);
  }

  std::vector<Node, Pages<Node>> nodes_;
  Slot free_ = no_slot;
};

} // namespace lob::detail

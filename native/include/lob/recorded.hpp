// The recorded book: what the tape says of each level and order, and nothing of our own. It may lock or cross; nothing matches.
#pragma once

#include <cstdint>
#include <vector>

#include "lob/touch.hpp"
#include "lob/types.hpp"

namespace lob {

class Recorded {
public:
  struct Entry { // an order whose arrival was seen
    Ticks price = 0;
    Lots lots = 0; // 0: not in the window
    Side side = Side::buy;
  };
  struct Depth { // a level
    Ticks price;
    Lots known;     // of orders whose arrival was seen
    Lots anonymous; // of orders that were there before we looked
    OrderId anonymous_id; // what they are called in the live book; 0: none
    std::vector<std::uint32_t> orders; // ids of the known ones, some of them gone
    Lots lots() const { return known + anonymous; }
  };

  Recorded(std::size_t levels, std::uint32_t orders); // the window's depth; ids run from 1 to `orders`

  void know(std::uint32_t id) { // ids run up to at least this one
    if (entries_.size() <= id) entries_.resize(id + 1u);
  }
  // Each returns nullptr, or the rule that the tape breaks; the book is then unchanged.
  const char* add(std::uint32_t id, Side side, Ticks price, Lots lots);
  const char* reduce(std::uint32_t id, Side side, Ticks price, Lots lots, bool whole); // whole: the order must be gone afterwards

  // The level that an add pushed out of the window, if it did; to be called until it says no.
  bool truncate(Depth& dropped, Side& side);
  void reveal(Side side, Ticks price, Lots lots, OrderId anonymous_id); // a level at the far end of the window

  const std::vector<Depth>& levels(Side side) const { return sides_[static_cast<std::size_t>(side)]; } // best first
  const Depth* level(Side side, Ticks price) const;
  const Entry& entry(std::uint32_t id) const { return entries_[id]; }
  // Orders that rest at a level; -1: some of it was there before we looked, and nobody knows in how many.
  std::int64_t orders(Side side, const Depth& level) const;
  Touch touch() const;

private:
  std::vector<Depth>& side(Side side) { return sides_[static_cast<std::size_t>(side)]; }
  std::size_t find(Side side, Ticks price) const; // index of the level at `price`, or of the first worse one

  std::size_t window_;
  std::vector<Depth> sides_[2];
  std::vector<Entry> entries_;
};

} // namespace lob

// Where the order of an id is: an array while ids are dense, open addressing for the sparse ones beyond it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

#include "lob/detail/pages.hpp"
#include "lob/detail/slab.hpp"
#include "lob/hash.hpp"

namespace lob::detail {

// Ids beyond the array. Linear probing at half load; erasing closes the gap, so there are no tombstones to pile up.
class SparseIds {
public:
  Slot find(OrderId id) const {
    if (entries_.empty()) return no_slot;
    return entries_[place_of(id)].slot;
  }

  void insert(OrderId id, Slot slot) {
    if (2 * (count_ + 1) > entries_.size()) grow();
    entries_[place_of(id)] = {id, slot};
    ++count_;
  }

  void erase(OrderId id) {
    const std::size_t mask = entries_.size() - 1;
    std::size_t gap = place_of(id);
    for (std::size_t next = (gap + 1) & mask; entries_[next].slot != no_slot; next = (next + 1) & mask) {
      const std::size_t home = home_of(entries_[next].id);
      if (((next - home) & mask) < ((next - gap) & mask)) continue; // it would land before its home
      entries_[gap] = entries_[next];
      gap = next;
    }
    entries_[gap].slot = no_slot;
    --count_;
  }

  void prefetch(OrderId id) const {
    if (!entries_.empty()) __builtin_prefetch(&entries_[home_of(id)]);
  }

  std::size_t entries() const { return entries_.size(); }

  // Hand every id below `bound` to `receive` and forget it.
  template <class Receive> void move_below(OrderId bound, Receive receive) {
    if (count_ == 0) return;
    std::vector<Entry> all(entries_.size());
    all.swap(entries_);
    count_ = 0;
    for (const Entry& entry : all) {
      if (entry.slot == no_slot) continue;
      if (entry.id < bound) {
        receive(entry.id, entry.slot);
      } else {
        insert(entry.id, entry.slot);
      }
    }
  }

private:
  struct Entry {
    OrderId id;
    Slot slot;
  };

  std::size_t home_of(OrderId id) const { return static_cast<std::size_t>(Hash::mix(id)) & (entries_.size() - 1); }

  std::size_t place_of(OrderId id) const { // of the id, or of the gap where it would go
    std::size_t place = home_of(id);
    while (entries_[place].slot != no_slot && entries_[place].id != id) place = (place + 1) & (entries_.size() - 1);
    return place;
  }

  void grow() {
    std::vector<Entry> old(std::max<std::size_t>(1024, 2 * entries_.size()));
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.slot != no_slot) entries_[place_of(entry.id)] = entry;
    }
  }

  std::vector<Entry> entries_; // a power of two, or empty
  std::size_t count_ = 0;
};

// The array covers ids below its size. It doubles for an id beyond it only while ids are dense, that is while the ids seen so
// far would fill a quarter of the way to the new one: so its size is bounded by the number of orders, never by the value of an
// id, and by 2^26 entries (256 MB) in any case.
class IdIndex {
public:
  Slot find(OrderId id) const { return id < dense_.size() ? dense_[id] : sparse_.find(id); }

  // `id` is not in the index, and not 0.
  void insert(OrderId id, Slot slot) {
    ++seen_;
    if (id >= dense_.size()) return insert_beyond(id, slot);
    dense_[id] = slot;
  }

  // `id` is in the index.
  void erase(OrderId id) {
    if (id >= dense_.size()) return sparse_.erase(id);
    dense_[id] = no_slot;
  }

  void prefetch(OrderId id) const {
    if (id >= dense_.size()) return sparse_.prefetch(id);
    __builtin_prefetch(&dense_[id]);
  }

  std::size_t entries() const { return dense_.size() + sparse_.entries(); } // that memory is held for

private:
  static constexpr std::size_t smallest = std::size_t{1} << 12;
  static constexpr std::size_t largest = std::size_t{1} << 26;

  [[gnu::noinline]] void insert_beyond(OrderId id, Slot slot) {
    if (id >= largest || id / 4 > seen_ + smallest / 4) return sparse_.insert(id, slot);
    dense_.resize(std::max(smallest, std::bit_ceil(static_cast<std::size_t>(id) + 1)));
    sparse_.move_below(dense_.size(), [this](OrderId moved, Slot to) { dense_[moved] = to; });
    dense_[id] = slot;
  }

  std::vector<Slot, Pages<Slot>> dense_;
  SparseIds sparse_;
  std::uint64_t seen_ = 0; // insertions ever
};

} // namespace lob::detail

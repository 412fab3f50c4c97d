// What a book is made of, shared by the files that implement it.
#pragma once

#include "lob/book.hpp"
#include "lob/detail/id_index.hpp"
#include "lob/detail/ladder.hpp"
#include "lob/detail/slab.hpp"

namespace lob {

struct Book::Impl {
  explicit Impl(const Config& checked) : config(checked), slab(checked.window), ladder(slab, checked.window) {}
  Impl(const Impl&) = delete; // the ladder refers to the slab beside it
  Impl& operator=(const Impl&) = delete;

  struct Taker {
    OrderId id;
    Ticks limit;
    Lots lots;
    Owner owner;
    Side side;
  };

  bool submit(const Command& command, Events& out);
  bool cancel(OrderId id, Events& out);
  bool reduce(OrderId id, Lots lots, Events& out);
  bool replace(OrderId id, Ticks price, Lots lots, Events& out);
  bool apply(const Command& command, Events& out);

  struct Manner; // limit or market, resting or not: see book.cpp
  bool enter(const Command& command, Manner manner, Events& out);
  bool submit_special(const Command& command, Events& out);
  Reason refusal(const Command& command, Manner manner, Ticks limit, bool crosses) const;
  static Reason refusal(OrderId id) { return id == 0 ? Reason::invalid_id : Reason::unknown_id; }
  bool allows(Ticks price) const { return config.min_price <= price && price <= config.max_price; }
  bool fillable(Side maker, Ticks limit, Lots lots) const;
  Lots match(const Taker& taker, Events& out);
  void rest(const Taker& order);
  void enter_again(detail::Slot slot, const Taker& order, bool crosses, Events& out);
  Order describe(detail::Slot slot) const;

  void look_ahead(const Command* commands, std::size_t left) const;

  Config config;
  detail::Slab slab;
  detail::Ladder ladder;
  detail::IdIndex ids;
};

// The id is not in the book, and the order would not match: everything is checked.
inline void Book::Impl::rest(const Taker& order) {
  const detail::Slot slot = slab.take();
  detail::Node& node = slab[slot];
  node.lots = order.lots;
  node.key = order.id;
  node.owner = order.owner;
  ids.insert(order.id, slot);
  ladder.join(slot, order.side, order.limit);
}

} // namespace lob

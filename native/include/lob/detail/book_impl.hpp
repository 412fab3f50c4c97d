// What a book is made of, shared by the files that implement it.
#pragma once

#include <limits>

#include "lob/book.hpp"
#include "lob/detail/id_index.hpp"
#include "lob/detail/ladder.hpp"
#include "lob/detail/slab.hpp"
#include "lob/detail/special.hpp"

namespace lob {

namespace detail {

constexpr Lots most_lots = std::numeric_limits<Lots>::max();

[[gnu::always_inline]] inline void append(Events& out, EventKind kind, Reason reason, OrderId id, Owner owner, Side side, Ticks price, Lots lots) {
  Event& event = out.emplace_back(); // filled in place: a temporary would be written and read back
  event.id = id;
  event.price = price;
  event.lots = lots;
  event.owner = owner;
  event.kind = kind;
  event.side = side;
  event.reason = reason;
}

[[gnu::noinline, gnu::cold]] bool reject(Events& out, Reason reason, OrderId id, Owner owner, Side side, Ticks price, Lots lots);

// Whether price * lots is an int64.
inline bool notional_fits(Ticks price, Lots lots) {
  std::int64_t notional = 0;
  return !__builtin_mul_overflow(price, lots, &notional);
}

inline bool known(Side side) { return side <= Side::sell; }

} // namespace detail

// While no order at rest is special and no auction is under way, a plain command takes the short way (book.cpp), and so does one
// that no hidden order can concern while nothing but these is special. Every other command takes the long one (the functions
// named any_...), which knows all the rules.
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
  bool replace(OrderId id, Ticks price, Lots lots, SelfTrade stp, Events& out);
  bool apply(const Command& command, Events& out);

  struct Manner; // limit or market, resting or not: see book.cpp
  bool enter(const Command& command, Manner manner, Events& out);
  bool submit_special(const Command& command, Events& out);
  bool passes_hidden(const Command& command) const;
  void cancel_shown(detail::Slot slot, Events& out);
  Reason refusal(const Command& command, Manner manner, Ticks limit, bool crosses) const;
  static Reason refusal(OrderId id) { return id == 0 ? Reason::invalid_id : Reason::unknown_id; }
  bool allows(Ticks price) const { return config.min_price <= price && price <= config.max_price; }
  bool fillable(Side maker, Ticks limit, Lots lots) const;
  Lots match(const Taker& taker, Events& out);
  void rest(const Taker& order);
  void enter_again(detail::Slot slot, const Taker& order, bool crosses, Events& out);
  Order describe(detail::Slot slot) const;
  std::optional<Ahead> ahead_of_hidden(OrderId id) const;

  void look_ahead(const Command* commands, std::size_t left) const;

  // book_any.cpp: commands in a book where everything may be.
  bool any_submit(const Command& command, Events& out);
  bool any_cancel(OrderId id, Events& out);
  bool any_reduce(OrderId id, Lots lots, Events& out);
  bool any_replace(OrderId id, Ticks price, Lots lots, SelfTrade stp, Events& out);
  bool any_other(const Command& command, Events& out); // of the kinds beyond replace
  Reason any_refusal(const Command& command, const detail::Full& order) const;
  static bool has_too_many_peaks(const detail::Full& order) { return order.peak != 0 && order.lots > most_peaks * Lots{order.peak}; }
  static bool overflows(const detail::Full& order) {
    return !order.market && order.peg == Peg::none && !detail::notional_fits(order.limit, order.lots);
  }
  bool has_room(const detail::Full& order, Lots own) const;
  Lots standing_at(Side side, Ticks price) const;
  void any_enter(detail::Full order, bool rests, bool crosses, const detail::Touches& seen, Events& out);
  void shrink_in_place(const detail::Full& order, Lots lots, SelfTrade stp);
  std::optional<detail::Full> whole(OrderId id) const; // with all its lots
  void take_out(OrderId id);
  void put(const detail::Full& order); // at rest, everything is checked
  void set_lots(const detail::Full& order, Lots lots);
  void end(const detail::Full& order, Reason reason, Events& out);
  bool cancel_all(const Command& command, bool by_owner, Events& out);
  bool expire(Nanos time, Events& out);

  // book_match.cpp: matching with hidden orders, icebergs, pegs and self-trade prevention.
  struct Maker {
    detail::HalfTicks price;
    OrderId id;
    detail::Slot slot; // no_slot: it is away
  };
  struct Matched {
    Lots left;
    bool may_rest = true;
  };
  detail::Touches touches() const;
  std::optional<detail::HalfTicks> price_of(const detail::Full& order, const detail::Touches& seen) const;
  std::optional<Maker> best_hidden(Side side, const detail::Touches& seen) const;
  std::optional<Maker> best_maker(Side side, const detail::Touches& seen) const;
  std::vector<Maker> hidden_in_order(Side side, const detail::Touches& seen) const;
  bool reaches(const detail::Full& taker, const detail::Touches& seen) const;
  bool any_fillable(const detail::Full& taker, const detail::Touches& seen) const;
  Matched any_match(const detail::Full& taker, detail::HalfTicks reach, const detail::Touches& seen, Events& out);
  void trade(const detail::Full& taker, const Maker& maker, EventKind kind, Lots& left, Events& out);
  void refresh(detail::Slot slot, Events& out);
  void settle(Events& out);

  // book_auction.cpp
  struct Part { // of an order in an auction
    detail::Place place;
    OrderId id;
    Ticks limit;
    Lots lots;
    Owner owner;
  };
  std::vector<Part> parts(Side side) const; // in order of priority
  std::optional<Indication> indication(const std::vector<Part>& buys, const std::vector<Part>& sells, Ticks reference) const;
  bool start_auction(const Command& command, Events& out);
  bool uncross(Ticks reference, Events& out);
  void trade_at(Ticks price, std::vector<Part>& buys, std::vector<Part>& sells, Events& out);
  void release(Events& out);

  // book_snapshot.cpp
  template <class Receive> void for_each_word(Receive receive) const;
  std::uint64_t orders_on(Side side) const;
  void require_sound(const detail::Full& order) const;
  bool is_crossed() const;

  Config config;
  detail::Slab slab;
  detail::Ladder ladder;
  detail::IdIndex ids; // of the orders in the ladder
  detail::Special special;
  bool is_special = false; // !special.empty()
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

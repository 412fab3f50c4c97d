// The commands of the book: each checks everything first, and only then changes anything.
#include "lob/book.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <stdexcept>

#include "lob/detail/book_impl.hpp"

namespace lob {

using detail::Node;
using detail::Slot;
using detail::append;
using detail::most_lots;
using detail::no_slot;
using detail::reject;

// Inlined into the loop of a batch and into the scalar call, so that neither pays for a call within a call.
#define HOT [[gnu::always_inline]] inline

[[gnu::noinline, gnu::cold]] bool detail::reject(Events& out, Reason reason, OrderId id, Owner owner, Side side, Ticks price,
                                                  Lots lots) {
  append(out, EventKind::rejected, reason, id, owner, side, price, lots);
  return false;
}

namespace {

// A limit order of which no term is set, and nothing special at rest: one branch, on the words that the terms lie in.
HOT bool is_plain(const Command& command, bool is_special) {
  static_assert(std::endian::native == std::endian::little);
  static_assert(offsetof(Command, tif) == 30 && offsetof(Command, stp) == 32 && offsetof(Command, good_till) == 40);
  const auto words = std::bit_cast<std::array<std::uint64_t, 6>>(command);
  constexpr std::uint64_t pad = 0xffff0000;
  return ((words[3] >> 48) | (words[4] & ~pad) | words[5] | std::uint64_t{is_special}) == 0;
}

// Whether the short way knows all of its terms: limit, market, IOC, FOK and post-only.
bool is_simple(const Command& command) {
  return command.flags <= (flag_market | flag_post_only) && command.peak == 0 && command.stp == SelfTrade::allow &&
         command.peg == Peg::none && command.good_till == 0;
}

} // namespace

// How an order enters, told apart once: the constants of a plain limit order leave nothing of this in its path.
struct Book::Impl::Manner {
  bool rests = true;
  bool market = false;
  bool post_only = false;
  bool fok = false;
  bool consistent = true;

  static Manner of(const Command& command) {
    const bool market = (command.flags & flag_market) != 0;
    const bool post_only = (command.flags & flag_post_only) != 0;
    const bool rest = command.tif == TimeInForce::rest;
    const bool understood = command.tif <= TimeInForce::fok && command.flags <= (flag_market | flag_post_only);
    return {.rests = rest && !market,
            .market = market,
            .post_only = post_only,
            .fok = command.tif == TimeInForce::fok,
            .consistent = understood && !(post_only && (market || !rest))};
  }
};

// The first reason to refuse a new order, in the order that the header promises; none if it is to be accepted.
inline Reason Book::Impl::refusal(const Command& command, Manner manner, Ticks limit, bool crosses) const {
  if (!manner.consistent) return Reason::invalid_flags;
  if (command.id == 0) return Reason::invalid_id;
  if (ids.find(command.id) != no_slot) return Reason::duplicate_id;
  if (command.lots <= 0) return Reason::invalid_lots;
  if (!allows(limit)) return Reason::invalid_price;
  if (!manner.market && !detail::notional_fits(limit, command.lots)) return Reason::overflow;
  if (manner.post_only && crosses) return Reason::would_cross;
  if (manner.fok && !fillable(opposite(command.side), limit, command.lots)) return Reason::not_fillable;
  if (crosses || !manner.rests) return Reason::none;
  const bool room = ladder.orders() < config.max_orders && command.lots <= most_lots - ladder.lots_at(command.side, limit);
  return room ? Reason::none : Reason::overflow;
}

HOT bool Book::Impl::enter(const Command& command, Manner manner, Events& out) {
  const OrderId id = command.id;
  const Ticks price = command.price;
  const Lots lots = command.lots;
  const Owner owner = command.owner;
  const Side side = command.side;
  const Ticks limit = !manner.market ? price : side == Side::buy ? config.max_price : config.min_price;
  const Ticks shown = manner.market ? 0 : price;
  if (!detail::known(side)) return reject(out, Reason::invalid_flags, id, owner, Side::buy, shown, lots);
  const bool crosses = ladder.crosses(side, limit);
  if (const Reason reason = refusal(command, manner, limit, crosses); reason != Reason::none) {
    return reject(out, reason, id, owner, side, shown, lots);
  }
  append(out, EventKind::accepted, Reason::none, id, owner, side, shown, lots);
  const Lots left = crosses ? match({id, limit, lots, owner, side}, out) : lots;
  if (left > 0 && manner.rests) {
    rest({id, limit, left, owner, side});
  } else {
    append(out, EventKind::done, left > 0 ? Reason::expired : Reason::filled, id, owner, side, shown, left);
  }
  return true;
}

HOT void Book::Impl::cancel_shown(Slot slot, Events& out) {
  const Node& order = slab[slot];
  const Node& level = slab[order.level()];
  const OrderId id = order.id();
  append(out, EventKind::done, Reason::canceled, id, order.owner, level.side(), level.price(), order.lots);
  ladder.leave(slot);
  ids.erase(id);
  slab.give_back(slot);
}

HOT bool Book::Impl::submit(const Command& command, Events& out) {
  if (is_plain(command, is_special)) return enter(command, Manner{}, out);
  return submit_special(command, out);
}

[[gnu::noinline]] bool Book::Impl::submit_special(const Command& command, Events& out) {
  if (!is_simple(command) || (is_special && !passes_hidden(command))) return any_submit(command, out);
  return enter(command, Manner::of(command), out);
}

// Whether the hidden orders at rest cannot make a difference to it: it does not reach them, and there is room beside them.
bool Book::Impl::passes_hidden(const Command& command) const {
  if (!special.only_hidden() || (command.flags & flag_market) != 0 || !detail::known(command.side)) return false;
  if (special.find(command.id) != nullptr || ladder.orders() + special.away() >= config.max_orders) return false;
  return !special.is_hidden_within(opposite(command.side), command.price);
}

HOT bool Book::Impl::cancel(OrderId id, Events& out) {
  const Slot slot = ids.find(id);
  if (is_special && (slot == no_slot || !special.only_hidden())) [[unlikely]] return any_cancel(id, out);
  if (slot == no_slot) return reject(out, refusal(id), id, 0, Side::buy, 0, 0);
  cancel_shown(slot, out);
  return true;
}

HOT bool Book::Impl::reduce(OrderId id, Lots lots, Events& out) {
  if (is_special) [[unlikely]] return any_reduce(id, lots, out);
  const Slot slot = ids.find(id);
  if (slot == no_slot) return reject(out, refusal(id), id, 0, Side::buy, 0, lots);
  const Node& order = slab[slot];
  const Node& level = slab[order.level()];
  if (lots <= 0 || lots >= order.lots) {
    return reject(out, Reason::invalid_lots, id, order.owner, level.side(), 0, lots);
  }
  ladder.shrink(slot, order.lots - lots);
  append(out, EventKind::reduced, Reason::none, id, order.owner, level.side(), level.price(), lots);
  return true;
}

bool Book::Impl::replace(OrderId id, Ticks price, Lots lots, SelfTrade stp, Events& out) {
  if (is_special || stp != SelfTrade::allow) return any_replace(id, price, lots, stp, out);
  const Slot slot = ids.find(id);
  if (slot == no_slot) return reject(out, refusal(id), id, 0, Side::buy, price, lots);
  const Node& order = slab[slot];
  const Node& level = slab[order.level()];
  const Taker again{id, price, lots, order.owner, level.side()};
  const bool same_price = price == level.price();
  const bool crosses = ladder.crosses(again.side, price);

  Reason reason = Reason::none;
  if (lots <= 0) {
    reason = Reason::invalid_lots;
  } else if (!allows(price)) {
    reason = Reason::invalid_price;
  } else if (!detail::notional_fits(price, lots)) {
    reason = Reason::overflow;
  } else if (!crosses) {
    const Lots others = ladder.lots_at(again.side, price) - (same_price ? order.lots : 0);
    if (lots > most_lots - others) reason = Reason::overflow;
  }
  if (reason != Reason::none) return reject(out, reason, id, again.owner, again.side, price, lots);

  append(out, EventKind::replaced, Reason::none, id, again.owner, again.side, price, lots);
  if (same_price && lots <= order.lots) {
    ladder.shrink(slot, order.lots - lots);
  } else {
    enter_again(slot, again, crosses, out);
  }
  return true;
}

void Book::Impl::enter_again(Slot slot, const Taker& order, bool crosses, Events& out) {
  ladder.leave(slot);
  const Lots left = crosses ? match(order, out) : order.lots;
  if (left > 0) {
    slab[slot].lots = left;
    ladder.join(slot, order.side, order.limit);
  } else {
    ids.erase(order.id);
    slab.give_back(slot);
    append(out, EventKind::done, Reason::filled, order.id, order.owner, order.side, order.limit, 0);
  }
}

bool Book::Impl::fillable(Side maker, Ticks limit, Lots lots) const {
  for (Slot level = ladder.first(maker); level != detail::no_level; level = ladder.after(maker, slab[level].price())) {
    if (better(maker, limit, slab[level].price())) return false;
    if (slab[level].lots >= lots) return true;
    lots -= slab[level].lots;
  }
  return false;
}

// Fill against the other side, within the limit; returns what is left.
Lots Book::Impl::match(const Taker& taker, Events& out) {
  const Side other = opposite(taker.side);
  Lots left = taker.lots;
  while (left > 0 && ladder.crosses(taker.side, taker.limit)) {
    const auto [price, level] = ladder.touch(other);
    const Slot slot = slab[level].next;
    const Node& maker = slab[slot];
    const Lots lots = std::min(left, maker.lots);
    left -= lots;
    ladder.shrink(slot, lots);

    Event& fill = out.emplace_back();
    fill.id = taker.id;
    fill.maker = maker.id();
    fill.price = price;
    fill.lots = lots;
    fill.remaining = left;
    fill.maker_remaining = maker.lots;
    fill.owner = taker.owner;
    fill.maker_owner = maker.owner;
    fill.kind = EventKind::fill;
    fill.side = taker.side;

    if (maker.lots > 0) continue;
    ids.erase(maker.id());
    ladder.leave(slot);
    slab.give_back(slot);
  }
  return left;
}

HOT bool Book::Impl::apply(const Command& command, Events& out) {
  switch (command.kind) {
  case CommandKind::submit: return submit(command, out);
  case CommandKind::cancel: return cancel(command.id, out);
  case CommandKind::reduce: return reduce(command.id, command.lots, out);
  case CommandKind::replace: return replace(command.id, command.price, command.lots, command.stp, out);
  default: return any_other(command, out);
  }
}

// Three looks ahead, each at what the one before has brought into the cache: the id's entry, the order, its neighbours.
// Inlined by force, because gcc takes a function that only prefetches for one without effect and drops its calls.
HOT void Book::Impl::look_ahead(const Command* commands, std::size_t left) const {
  constexpr std::size_t id_ahead = 16, order_ahead = 10, neighbours_ahead = 5;
  if (left > id_ahead) ids.prefetch(commands[id_ahead].id);
  if (left > order_ahead) {
    const Command& command = commands[order_ahead];
    const bool is_new = command.kind == CommandKind::submit;
    __builtin_prefetch(&slab[is_new ? ladder.likely_level(command.price) : ids.find(command.id)]);
  }
  if (left > neighbours_ahead) {
    const Command& command = commands[neighbours_ahead];
    if (command.kind == CommandKind::submit) {
      __builtin_prefetch(&slab[slab[ladder.likely_level(command.price)].prev]); // the last of the queue
    } else {
      const Node& order = slab[ids.find(command.id)]; // of an unknown id some level, which does no harm
      __builtin_prefetch(&slab[order.prev]);
      __builtin_prefetch(&slab[order.next]);
    }
  }
}

namespace {

const Book::Config& checked(const Book::Config& config) {
  using Limits = std::numeric_limits<Ticks>;
  if (config.min_price > config.max_price) throw std::invalid_argument("min_price must not be above max_price");
  if (config.min_price == Limits::min() || config.max_price == Limits::max()) {
    throw std::invalid_argument("the price range must leave out both ends of int64");
  }
  if (config.window < 64 || config.window > detail::Bitmap::most || !std::has_single_bit(config.window)) {
    throw std::invalid_argument("window must be a power of two in [64, 2^18]");
  }
  if (config.max_orders == 0 || config.max_orders > std::size_t{1} << 30) {
    throw std::invalid_argument("max_orders must be in [1, 2^30]");
  }
  return config;
}

} // namespace

Book::Book() : Book(Config{}) {}
Book::Book(const Config& config) : impl_(std::make_unique<Impl>(checked(config))) {}
Book::~Book() = default;
Book::Book(Book&&) noexcept = default;
Book& Book::operator=(Book&&) noexcept = default;

bool Book::submit(const Command& command, Events& out) { return impl_->submit(command, out); }
bool Book::cancel(OrderId id, Events& out) { return impl_->cancel(id, out); }
bool Book::reduce(OrderId id, Lots lots, Events& out) { return impl_->reduce(id, lots, out); }
bool Book::replace(OrderId id, Ticks price, Lots lots, Events& out, SelfTrade stp) {
  return impl_->replace(id, price, lots, stp, out);
}
bool Book::apply(const Command& command, Events& out) { return impl_->apply(command, out); }

// Looking ahead pays only once the orders no longer fit the cache close to the core: in a small book it costs half as much
// again as the commands themselves.
void Book::apply(const Command* commands, std::size_t n, Events& out) {
  constexpr std::size_t orders_in_cache = std::size_t{1} << 15;
  constexpr std::size_t block = 256;
  Impl& book = *impl_;
  for (std::size_t i = 0; i < n;) {
    const std::size_t end = std::min(n, i + block);
    const bool is_big = book.ladder.orders() > orders_in_cache;
    for (; i < end; ++i) {
      if (is_big) book.look_ahead(commands + i, n - i);
      book.apply(commands[i], out);
    }
  }
}

} // namespace lob

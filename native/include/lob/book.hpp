// A limit order book with price-time priority. Pure C++20: no Python, no I/O, no clock.
//
// Invariant between calls: best bid < best ask, no level is empty, and every resting order has lots > 0.
// Nothing is refused half-way: a refused command leaves the book, its queues and its hash as they were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lob/types.hpp"

namespace lob {

enum class CommandKind : std::uint8_t { submit = 0, cancel = 1, reduce = 2, replace = 3 };
enum class TimeInForce : std::uint8_t { rest = 0, ioc = 1, fok = 2 }; // rest: what is not matched stays in the book
enum class EventKind : std::uint8_t { accepted = 0, rejected = 1, fill = 2, reduced = 3, replaced = 4, done = 5 };
enum class Reason : std::uint8_t {
  none = 0,
  filled,         // done: every lot was matched
  canceled,       // done: by its owner
  expired,        // done: what an IOC or a market order could not match
  duplicate_id,   // rejected: an order with this id rests in the book
  unknown_id,     // rejected: no order with this id rests in the book
  invalid_id,     // rejected: the id is 0
  invalid_lots,   // rejected: lots <= 0, or a reduce that does not reduce
  invalid_price,  // rejected: outside the price range of the book
  overflow,       // rejected: the level would hold more lots than an int64, or the book more than max_orders
  would_cross,    // rejected: post-only, and it would have matched
  not_fillable,   // rejected: fill-or-kill, and the book holds too little within the limit
  invalid_flags   // rejected: flags that exclude each other, or an unknown kind, side, time in force or flag
};

// One row of a batch, and the argument of every scalar call.
struct Command {
  OrderId id;
  Ticks price;      // the limit; ignored where `market` is set, for cancel and for reduce
  Lots lots;        // submit: the quantity; reduce, replace: the quantity that remains afterwards
  Owner owner;      // submit only
  CommandKind kind;
  Side side;        // submit only
  TimeInForce tif;  // submit only
  std::uint8_t flags; // submit only; see below
};
constexpr std::uint8_t flag_market = 1;    // no limit: match what there is, never rest
constexpr std::uint8_t flag_post_only = 2; // refuse rather than match

// What happened, in the order in which it happened. One struct for every kind, so that a batch is one array.
// A field that a kind does not name below is 0 for it, so that equal events have equal bytes.
struct Event {
  OrderId id;        // the order that the command named: the taker of a fill
  OrderId maker;     // fill: the resting order
  Ticks price;       // fill: the maker's price; rejected: the price asked for; otherwise the order's limit (market: 0)
  Lots lots;         // fill: matched; done: what was left and is gone; accepted: the whole; reduced, replaced: what remains;
                     // rejected: the quantity asked for
  Lots remaining;    // fill: what is left of the taker
  Lots maker_remaining; // fill: what is left of the maker (0: it is done, without an event of its own)
  Owner owner;       // of `id`; 0 where `id` is unknown
  Owner maker_owner; // of `maker`
  EventKind kind;
  Side side;         // of `id`; buy where it is unknown
  Reason reason;
  std::uint8_t pad[5] = {};
  bool operator==(const Event&) const = default;
};
static_assert(sizeof(Command) == 32 && sizeof(Event) == 64, "without holes: rows of a batch are arrays in other languages too");
using Events = std::vector<Event>;

struct Level {
  Ticks price;
  Lots lots;
  std::int64_t orders;
  bool operator==(const Level&) const = default;
};
struct Order {
  OrderId id;
  Ticks price;
  Lots lots;
  Owner owner;
  Side side;
  std::uint8_t pad[3] = {};
  bool operator==(const Order&) const = default;
};
struct Ahead { // what has priority over an order at its own price
  Lots lots;
  std::int64_t orders;
  bool operator==(const Ahead&) const = default;
};

class Book {
public:
  struct Config {
    Ticks min_price = -(Ticks{1} << 62); // prices outside [min_price, max_price] are refused; both ends of the
    Ticks max_price = (Ticks{1} << 62);  // int64 range itself are no prices: they mean "nothing rests here" inside
    std::size_t window = 1 << 14;        // levels in the fast ladder; a power of two in [64, 2^18]. Others work, more slowly
    std::size_t max_orders = 1 << 30;    // resting at once, in [1, 2^30]
  };

  Book();
  explicit Book(const Config& config); // throws std::invalid_argument: a value outside the bounds above
  ~Book();
  Book(Book&&) noexcept; // a book that was moved from may only be assigned to or destroyed
  Book& operator=(Book&&) noexcept;

  // Each command appends its events to `out` and returns true unless the command was refused. A refused command appends
  // `rejected` alone, with the first reason that holds in the order given here. Only std::bad_alloc is ever thrown; the
  // book is then unusable.
  //
  // submit  accepted, then a fill for each maker met (best price first, then first come), then done if nothing rests:
  //         done(filled) with 0 lots, or done(expired) with what an IOC or a market order could not match.
  //         tif rest: the remainder joins the back of the queue at its limit. ioc: the remainder is done(expired), so with
  //         nothing to match the events are accepted, done. fok: all of it now, over as many levels as the limit allows, or
  //         rejected(not_fillable). market: like an ioc without a limit, whether tif says rest or ioc; with fok, all or
  //         nothing at any price. post-only goes with tif rest alone and never with market; it is refused, not repriced.
  //         An id may be used again once its order is gone. Orders of one owner do match each other.
  //         Refused: invalid_flags, invalid_id, duplicate_id, invalid_lots, invalid_price (never for market), would_cross,
  //         not_fillable, overflow (only where nothing matches and all of it rests: what rests after a match finds its level
  //         empty and the place of a maker free).
  // cancel  done(canceled), lots = what was resting. Refused: invalid_id, unknown_id.
  // reduce  to a smaller quantity, > 0, in place: priority is kept. Event: reduced.
  //         Refused: invalid_id, unknown_id, invalid_lots (<= 0, the same or a larger quantity).
  // replace the same price and a smaller or equal quantity keeps its place; anything else leaves the queue and enters again like
  //         a new order of the same id, side and owner with tif rest: it may match, even where it was once post-only, and what
  //         rests is at the back. Events: replaced (which stands for accepted), the fills, done(filled) if nothing rests.
  //         Refused, and the order rests on as it was: invalid_id, unknown_id, invalid_lots (<= 0), invalid_price, overflow.
  // A command of an unknown kind: rejected(invalid_flags), with its id alone.
  bool submit(const Command& command, Events& out); // its kind is taken as submit, whatever it says
  bool cancel(OrderId id, Events& out);
  bool reduce(OrderId id, Lots lots, Events& out);
  bool replace(OrderId id, Ticks price, Lots lots, Events& out);
  bool apply(const Command& command, Events& out);             // by its kind
  void apply(const Command* commands, std::size_t n, Events& out); // in order; the fast way in

  std::optional<Ticks> best(Side side) const;
  Level level(Side side, Ticks price) const;                    // lots 0, orders 0 where nothing rests
  void levels(Side side, std::size_t most, std::vector<Level>& out) const; // L2, best first; clears `out`
  void orders(Side side, std::vector<Order>& out) const;        // L3, best price first, then first come; clears `out`
  void queue(Side side, Ticks price, std::vector<Order>& out) const; // one level, first come first; clears `out`
  std::optional<Order> order(OrderId id) const;
  std::optional<Ahead> ahead(OrderId id) const;                 // queue position; O(orders ahead)
  std::size_t size() const;                                     // resting orders
  Lots lots_within(Side side, Ticks limit) const;               // resting on `side` at `limit` or better; at most 2^63 - 1

  // The state as bytes: two books of one config with the same orders in the same queues give the same bytes, whatever way
  // they came to it and whichever build they run in. restore(b).snapshot() == b for every b that is not refused.
  std::string snapshot() const;
  static Book restore(std::string_view bytes); // throws std::invalid_argument: cut, damaged or inconsistent bytes
  std::uint64_t hash() const;                  // of the snapshot's content but for `window`, which changes no answer
  const Config& config() const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace lob

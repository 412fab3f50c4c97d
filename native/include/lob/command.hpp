// What a book is told and what it answers: commands, events, and the rows of its queries.
#pragma once

#include <cstdint>
#include <vector>

#include "lob/types.hpp"

namespace lob {

enum class CommandKind : std::uint8_t {
  submit = 0,
  cancel = 1,
  reduce = 2,
  replace = 3,
  cancel_owner = 4,  // every order of `owner` on `side` (2: both sides)
  cancel_side = 5,   // every order on `side` (2: both sides)
  expire = 6,        // every order whose good_till is at or before `good_till`
  start_auction = 7, // from now on orders are collected, and may cross
  uncross = 8        // the auction ends in trades at one price; `price` is the reference price
};
enum class TimeInForce : std::uint8_t { rest = 0, ioc = 1, fok = 2 }; // rest: what is not matched stays in the book
enum class SelfTrade : std::uint8_t { allow = 0, cancel_maker = 1, cancel_taker = 2, cancel_both = 3, decrement = 4 };
enum class Peg : std::uint8_t { none = 0, primary = 1, midpoint = 2 };
enum class EventKind : std::uint8_t {
  accepted = 0,
  rejected = 1,
  fill = 2,
  reduced = 3,
  replaced = 4,
  done = 5,
  refreshed = 6, // an iceberg shows its next peak, at the back of its queue
  prevented = 7, // what would have been a fill between orders of one owner: both lost the lots, nothing traded
  uncrossed = 8  // an auction ended; its fills follow
};
enum class Reason : std::uint8_t {
  none = 0,
  filled,         // done: every lot was matched
  canceled,       // done: by its owner
  expired,        // done: what an IOC or a market order could not match, or its good_till was reached
  duplicate_id,   // rejected: an order with this id rests in the book
  unknown_id,     // rejected: no order with this id rests in the book
  invalid_id,     // rejected: the id is 0
  invalid_lots,   // rejected: lots <= 0, or a reduce that does not reduce
  invalid_price,  // rejected: outside the price range of the book
  overflow,       // rejected: price * lots or the lots of the level beyond int64, or more than max_orders at rest
  would_cross,    // rejected: post-only, and it would have matched
  not_fillable,   // rejected: fill-or-kill, and the book holds too little within the limit
  invalid_flags,  // rejected: terms that exclude each other, or an unknown kind, side, time in force, flag, peg or mode
  invalid_peak,   // rejected: an iceberg of more than `most_peaks` peaks
  self_trade,     // done: self-trade prevention
  wrong_phase     // rejected: not in an auction, or only in one
};

// One row of a batch, and the argument of every scalar call.
struct Command {
  OrderId id;
  Ticks price;      // the limit; ignored where `market` is set, for cancel and for reduce
  Lots lots;        // submit: the quantity; reduce, replace: the quantity that remains afterwards
  Owner owner;      // submit, cancel_owner
  CommandKind kind;
  Side side;        // submit, cancel_owner, cancel_side
  TimeInForce tif;  // submit only
  std::uint8_t flags;              // submit only; see below
  SelfTrade stp = SelfTrade::allow; // submit, replace: what happens where it meets an order of its own owner
  Peg peg = Peg::none;             // submit only
  std::uint8_t pad[2] = {};
  std::uint32_t peak = 0;          // submit: lots that an iceberg shows at a time; 0: it is none
  Nanos good_till = 0;             // submit: the sweep that ends it, 0: none; expire: the time of the sweep
};
constexpr std::uint8_t flag_market = 1;    // no limit: match what there is, never rest (but in an auction until it ends)
constexpr std::uint8_t flag_post_only = 2; // refuse rather than match
constexpr std::uint8_t flag_reprice = 4;   // post-only too: rather than match, rest at the nearest price that does not
constexpr std::uint8_t flag_hidden = 8;    // not shown; ranks behind what is shown at its price
constexpr Lots most_peaks = 10'000;        // of an iceberg: so that no order can cause more fills than that
constexpr Side both_sides = static_cast<Side>(2); // for cancel_owner and cancel_side alone

// What happened, in the order in which it happened. One struct for every kind, so that a batch is one array.
// A field that a kind does not name below is 0 for it, so that equal events have equal bytes.
struct Event {
  OrderId id;        // the order it is about: the taker of a fill (in an auction the buyer); uncrossed: 0
  OrderId maker;     // fill, prevented: the resting order (in an auction the seller)
  Ticks price;       // fill, prevented: the maker's price; rejected: the price asked for; uncrossed: the auction's price;
                     // otherwise the order's limit (market: 0)
  Lots lots;         // fill, prevented: matched; done: what was left and is gone; accepted: the whole; reduced, replaced: what
                     // remains; refreshed: what it shows; uncrossed: what trades; rejected: the quantity asked for
  Lots remaining;    // fill, prevented: what is left of the taker; refreshed: of the iceberg, shown or not;
                     // uncrossed: what more is wanted than offered at the price, or (side sell) offered than wanted
  Lots maker_remaining; // fill, prevented: what is left of the maker, shown or not (0: it is done, without an event of its own)
  Owner owner;       // of `id`; 0 where `id` is unknown
  Owner maker_owner; // of `maker`
  EventKind kind;
  Side side;         // of `id`; buy where it is unknown; uncrossed: of `remaining`
  Reason reason;
  std::uint8_t half = 0; // fill, prevented: 1 where the price is half a tick above `price`, as a midpoint can be
  std::uint8_t pad[4] = {};
  bool operator==(const Event&) const = default;
};
static_assert(sizeof(Command) == 48 && sizeof(Event) == 64, "without holes: rows of a batch are arrays in other languages too");
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
struct HiddenOrder {
  OrderId id;
  Ticks limit;
  Lots lots;
  Ticks price;         // what it stands at now: price + half / 2; 0 where it is not priced
  Owner owner;
  Side side;
  Peg peg;
  std::uint8_t half;
  std::uint8_t priced; // 0: a peg without its reference, which matches nothing
  bool operator==(const HiddenOrder&) const = default;
};
struct OrderTerms { // what an order at rest has beyond a plain limit order; of a plain one all but `shown` are 0
  Lots shown;  // lots that the market sees; 0 of a hidden order and of one that an auction collected
  Nanos good_till;
  std::uint32_t peak;
  SelfTrade stp; // of a peg: it may come to match while it rests
  Peg peg;
  std::uint8_t hidden;
  std::uint8_t collected; // by the auction that is under way
  bool operator==(const OrderTerms&) const = default;
};
struct Ahead { // what has priority over an order at its own price
  Lots lots;
  std::int64_t orders;
  bool operator==(const Ahead&) const = default;
};
struct Indication { // what an auction would do if it ended now
  Ticks price;
  Lots lots;      // that would trade; at most 2^63 - 1
  Lots imbalance; // what more is wanted than offered at the price, or (side sell) offered than wanted; at most 2^63 - 1
  Side side;
  bool operator==(const Indication&) const = default;
};

} // namespace lob

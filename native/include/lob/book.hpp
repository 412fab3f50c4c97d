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

#include "lob/command.hpp"
#include "lob/touch.hpp"

namespace lob {

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
  // submit  accepted, then a fill for each maker met (best price first, at a price what is shown before what is hidden, then first
  //         come), then done if nothing rests: done(filled) with 0 lots, or done(expired) with what could not be matched.
  //         tif rest: the remainder joins the back of the queue at its limit. ioc: the remainder is done(expired), so with
  //         nothing to match the events are accepted, done. fok: all of it now, over as many levels as the limit allows, or
  //         rejected(not_fillable). market: like an ioc without a limit, whether tif says rest or ioc; with fok, all or
  //         nothing at any price.
  //         post-only (with tif rest, never with market) is refused where it would match anything, hidden orders included.
  //         reprice, in the place of post-only: it then takes the nearest price that matches nothing, a tick behind the best
  //         order against it (or half a tick, at a midpoint); accepted names that price, and would_cross is left for a price
  //         outside the range. An id may be used again once its order is gone.
  //         Refused: invalid_flags, invalid_id, duplicate_id, invalid_lots, invalid_peak, invalid_price (never for market),
  //         overflow (price * lots beyond int64; never for market, nor for a peg, whose limit is not its price), wrong_phase,
  //         would_cross, not_fillable, overflow (the level or the book is full; only where nothing matches and all of it rests:
  //         what rests after a match finds its level empty and the place of a maker free).
  // cancel  done(canceled), lots = what was resting. Refused: invalid_id, unknown_id.
  // reduce  to a smaller quantity, > 0, in place: priority is kept. Event: reduced.
  //         Refused: invalid_id, unknown_id, invalid_lots (<= 0, the same or a larger quantity).
  // replace the same price and a smaller or equal quantity keeps its place; anything else leaves the queue and enters again like
  //         a new order of the same id, side, owner and terms with tif rest: it may match, even where it was once post-only, and
  //         what rests is at the back. Events: replaced (which stands for accepted), the fills, done if nothing rests.
  //         Refused, and the order rests on as it was: invalid_id, unknown_id, invalid_flags (an unknown mode; a market order
  //         that an auction collected), invalid_lots (<= 0), invalid_peak, invalid_price, overflow as for submit.
  // A command of an unknown kind: rejected(invalid_flags), with its id alone.
  //
  // Iceberg (peak > 0; tif rest, not market, hidden or pegged): it shows at most `peak` lots. Once they are matched and
  //         more is left, it shows the next peak at the back of its queue: refreshed. It enters with all its lots. reduce and
  //         replace in place take from what is not shown first. lots <= most_peaks * peak.
  // Hidden  (tif rest, not market): at its price, behind everything shown there, icebergs' reserves included, then first come.
  // Peg     (not market, no reprice, peak 0; always hidden): stands at the best price shown on its own side (primary) or at the
  //         midpoint of both sides' best prices shown (midpoint), in half ticks, exactly; never beyond its limit, at which it
  //         stands instead. Pegs are not shown and are no reference for others. Without its reference it matches nothing.
  //         Its time is that of its arrival: it keeps it as its price moves, among the hidden orders of that price.
  //         Prices are fixed during a command; after it pegs have those of the new touch. Pegs that then meet hidden orders
  //         match at once: in order of arrival each peg is a taker at the makers' prices, and those fills follow the command's.
  // Self-trade prevention (`stp`, of the taker: a new order, a replace, a peg as above; owner 0 is nobody's and never prevented),
  //         where the next maker has the taker's owner. cancel_maker: the maker is done(self_trade), the taker goes on.
  //         cancel_taker: the taker is done(self_trade) with what is left. cancel_both: the maker, then the taker. decrement: both
  //         lose the lots of the fill that it would have been: prevented; the taker goes on, but what is left of it in the end
  //         never rests: done(self_trade), with nothing left too. For a fok own orders do not count, and but for cancel_maker nothing behind the first.
  //         For post-only they count like others. In an auction own orders do trade.
  // good_till (tif rest, not market, >= 0): the host's sweep ends it. The book has no clock: an order for the day has the time of
  //         the close, and an order of the past rests until the next sweep.
  //
  // cancel_owner, cancel_side: done(canceled) each; bids first, on a side the shown in the order of orders(), then the others first
  //         come. No event where there is none. Refused: invalid_flags (a side beyond 2).
  // expire  done(expired) each, the earliest good_till first, then the smallest id.
  // start_auction: trading stops, what rests stays. New orders and what leaves its place (but a peg) are collected and may cross: limit,
  //         iceberg, hidden and market orders with tif rest; wrong_phase for ioc, fok, post-only, reprice and pegs. Pegs are
  //         without a price until the end. Market orders come before every limit. Refused: wrong_phase (there is one).
  // uncross uncrossed, a fill for each pair (id the buyer, maker the seller), then done(expired) for each market order that is
  //         left, first come first; no done for what is filled. The price: of all ticks in range those with the most lots traded;
  //         of those with the smallest imbalance; of those the nearest to the reference. Each order takes part with all its lots,
  //         in order of price, then the shown before the hidden, then first come; those of before the auction came first. An
  //         iceberg that is filled in part keeps its place and shows up to a peak. What is left then rests, first come first, and
  //         trading goes on. Nothing crosses: uncrossed has 0 lots at price 0. Refused: wrong_phase, invalid_price (the reference).
  bool submit(const Command& command, Events& out); // its kind is taken as submit, whatever it says
  bool cancel(OrderId id, Events& out);
  bool reduce(OrderId id, Lots lots, Events& out);
  bool replace(OrderId id, Ticks price, Lots lots, Events& out, SelfTrade stp = SelfTrade::allow);
  bool apply(const Command& command, Events& out);             // by its kind
  void apply(const Command* commands, std::size_t n, Events& out); // in order; the fast way in

  // What the market is shown: no hidden order, of an iceberg its peak, and in an auction nothing that it collected.
  std::optional<Ticks> best(Side side) const;
  Touch touch() const;                                          // both best prices with what is shown there; 0 on an empty side
  Level level(Side side, Ticks price) const;                    // lots 0, orders 0 where nothing rests
  void levels(Side side, std::size_t most, std::vector<Level>& out) const; // L2, best first; clears `out`
  void orders(Side side, std::vector<Order>& out) const;        // L3, best price first, then first come; clears `out`
  void queue(Side side, Ticks price, std::vector<Order>& out) const; // one level, first come first; clears `out`
  std::optional<Order> front(Side side) const;                  // of those shown, the one that trades next; none on an empty side
  Lots lots_within(Side side, Ticks limit) const;               // resting on `side` at `limit` or better; at most 2^63 - 1

  // What the owners and the host know.
  std::optional<Order> order(OrderId id) const;                 // with its limit (market: 0) and all its lots, shown or not
  Lots lots(OrderId id) const;                                  // all that is left of it; 0 where nothing rests
  std::optional<OrderTerms> terms(OrderId id) const;
  // Queue position. Shown: the lots shown ahead of it (a peak that is refreshed goes behind it); O(orders ahead). Hidden, or
  // collected by an auction: everything ahead of it where it stands, reserves included, at most 2^63 - 1 lots; O(hidden and
  // collected orders and the level). A peg without a price has nothing ahead.
  std::optional<Ahead> ahead(OrderId id) const;
  std::size_t size() const;                                     // resting orders of every kind
  void hidden(Side side, std::vector<HiddenOrder>& out) const;  // by priority, those without a price last; clears `out`
  void collected(Side side, std::vector<Order>& out) const;     // by priority, market orders (price 0) first; clears `out`
  bool in_auction() const;
  std::optional<Indication> indicative(Ticks reference) const;  // nothing where nothing crosses,
                                                                // without an auction, or for a reference out of range

  // The state as bytes: two books of one config with the same orders in the same queues give the same bytes, whatever way
  // they came to it and whichever build they run in: orders with other terms and the auction included. restore(b).snapshot() == b for every b that is not refused.
  std::string snapshot() const;
  static Book restore(std::string_view bytes); // throws std::invalid_argument: cut, damaged or inconsistent bytes
  std::uint64_t hash() const;                  // of the snapshot's content but for `window`, which changes no answer
  const Config& config() const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace lob

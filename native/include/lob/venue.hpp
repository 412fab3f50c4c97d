// The venue of a session: the live book with our own orders in it, what it reports to us, and what it remembers.
//
// A feed (a replay or a simulated market) drives the market's side; a session delivers our own messages. Between events the
// venue keeps the touch without our own orders, the meters of our parents, the market's statistics and the record of quotes and prints.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "lob/book.hpp"
#include "lob/hash.hpp"
#include "lob/meter.hpp"
#include "lob/phase.hpp"
#include "lob/record.hpp"
#include "lob/statistics.hpp"

namespace lob {

enum class ReportKind : std::uint8_t {
  accepted = 0,
  rejected = 1,
  fill = 2,
  canceled = 3,
  expired = 4,
  replaced = 5,        // lots: what is at work from now on; price: its limit
  replace_rejected = 6 // nothing has changed. lots, price: what is at work; 0 where nothing is
};
enum class ReportReason : std::uint8_t {
  none = 0,
  halted,                // rejected: trading is halted
  session_closed,        // rejected or expired: the session is over
  self_match,            // canceled: an order of the same account came to trade with it
  invalid,               // rejected: the book refuses it
  canceled,              // canceled: as we asked
  good_till,             // expired: its time is over
  unmatched,             // expired: what an IOC could not match
  beyond_recorded_depth, // expired: the recorded book shows nothing further; we invent no price
  late,                  // rejected: it arrived after its own time
  market_deleted,        // canceled: the market is gone, and our orders with it
  in_auction,            // rejected: an auction collects orders, and this one is not for it
  no_auction,            // rejected: the auction that it is for is over, or there is none
  would_cross,           // rejected: post-only, and it would have matched
  unsupported,           // rejected, replace_rejected: this floor, or an order for an auction, does not have such terms
  unknown,               // replace_rejected: nothing of that name has arrived, or it was canceled or has expired
  filled                 // replace_rejected: all of it has traded meanwhile
};

// One child order of ours. The last five are terms of the book (command.hpp), each by itself or as the book combines them: where only
// levels are known no order can stand behind what is shown, so `post_only` is all there is; where only prices are known, in a dark pool
// and for auctions there are none.
struct OwnOrder {
  OrderId id;       // in the book
  ParentKey parent;
  std::uint32_t number; // of the child within its parent
  Owner account;        // > 0
  Side side;
  bool ioc;
  Ticks price;
  Lots lots; // what is left
  Nanos good_till;
  std::uint32_t floor = 0; // of the session, that it is sent to
  Auction auction = Auction::none;
  Lots least = 0; // in a dark pool: the fewest lots that it takes from one counterparty; what is left of it where that is less
  bool post_only = false;   // refused rather than matched
  bool hidden = false;
  Peg peg = Peg::none;      // `price` is its limit; always hidden
  std::uint32_t peak = 0;   // of an iceberg: the lots that it shows at a time
  Lots filled = 0;          // kept by the venue

  bool is_set_apart() const { return hidden || peg != Peg::none || peak > 0; } // not all of it is shown
  bool has_terms() const { return post_only || is_set_apart(); }
};

// What an order of ours shall be from now on. `lots` is its whole, with what has filled: so a fill that crosses the message on its way
// counts, and there are never two quantities at work.
struct OwnReplace {
  ParentKey parent;
  std::uint32_t number;
  Ticks price;
  Lots lots;
};

// One execution of ours, for a market that reacts to us.
struct OwnTrade {
  Nanos ts;
  Lots lots;
  Owner account;
  Side side;
  bool maker;
};

struct Report {
  ReportKind kind = ReportKind::accepted;
  ReportReason reason = ReportReason::none;
  ParentKey parent = 0;
  std::uint32_t number = 0;
  Nanos ts = 0;
  Lots lots = 0;
  Ticks price = 0;
  bool maker = false;
  bool certain = true;          // false: a rule of the replay assumed it
  std::uint64_t execution = 0;  // counts a session's own executions from 1
  Touch quote;                  // just before the event that caused the report, without our own orders
  Touch reference;              // the market without us at that time
  Lots queue_ahead = -1;        // accepted and resting: lots with priority; -1 otherwise
  std::int64_t queue_known = -1; // of those, lots whose arrival was seen
  // Set by the session: the floor that it comes from, `execution` anew where there are several, and what quote and reference were of
  // the symbol, over all its lit floors.
  std::uint32_t floor = 0;
  Touch market_quote, market_reference;
  bool half = false; // of a fill: half a tick above `price`, as a midpoint can be
};

struct VenueConfig {
  std::int64_t points_per_tick = 100;
  bool recorded_depth = false; // a recorded market stands beside the live one
  Book::Config book;
  Nanos open = 0; // where the statistics begin; a session sets its own
  bool no_book = false; // only prices are known: our orders, IOCs too, wait for the feed to say what becomes of them
  std::uint32_t symbol = 0; // floors of one symbol share it
  bool dark = false;        // it shows nothing, so that it is no part of what the symbol shows
  bool levels_only = false; // nobody knows who stands behind what is shown
};

class Venue {
public:
  explicit Venue(const VenueConfig& config);

  // --- the market's side, called by a feed between begin() and end() ---
  void begin(Nanos ts, bool same_event = false); // same_event: what follows belongs to the event that is under way
  void end(const Touch* reference);              // nullptr: nothing is recorded beside the live market
  OrderId new_id() { return next_id_++; }
  OrderId next_id() const { return next_id_; }
  void reserve_ids(OrderId first_free);
  // An order of the market; what crosses matches. hidden: of the ids that set_hidden names.
  Lots rest(OrderId id, Side side, Ticks price, Lots lots, bool hidden = false); // returns what it matched
  void set_hidden(OrderId first, OrderId last) { hidden_first_ = first, hidden_last_ = last; } // executions of these are flagged
  std::size_t give_way(Side side, Ticks price, OrderId since); // our orders there with that id or a later one go to the back
  Lots take_back(OrderId id, Lots lots);                     // the market cancels up to `lots` of its order; returns how many
  Lots withdraw(OrderId id);                                 // all of it; 0 where nothing rests
  Lots match(Side aggressor, Ticks limit, Lots lots);        // an IOC of the market; returns what was matched
  // What of ours stands at the very front of `side`, at `limit` or better, is taken: never anything behind an order of the market,
  // and nothing at all while trading is halted. certain: the tape shows that somebody came to take there.
  Lots fill_own_first(Side side, Ticks limit, Lots lots, bool certain);
  // Where there is no book: one order of ours fills at a price that the feed states (assumed, if not certain), or is over for want of one.
  Lots fill_apart(OrderId id, Ticks price, Lots most, bool maker, bool certain = false);
  void expire_unmatched(OrderId id);
  void print(std::int64_t points, Lots lots, std::uint32_t flags);   // a trade among others
  void print_reference(std::int64_t points, Lots lots, std::uint32_t flags);
  void set_halted(bool halted);
  // Auctions that will be; then for each its call, in which continuous trading stops and rest() collects, and its end: all trade at one
  // price, the nearest to `reference` of those that are as good, in one print of the market's lots and one for each fill of ours.
  void announce(Auction auction) { coming_[static_cast<std::size_t>(auction)] = true; }
  void call(Auction auction, Ticks reference);
  void uncross(Phase next); // continuous or closed
  void set_disorder(bool disorder) { disorder_ = disorder; } // the recorded market is locked or crossed: show that touch
  void set_edge(Side side, std::optional<Ticks> last) { edge_[static_cast<std::size_t>(side)] = last; } // last recorded level
  void know_arrivals(OrderId first, OrderId last);           // ids whose arrival was seen, for the queue's known share

  // --- our side, called by the session ---
  void arrive(const OwnOrder& order, Nanos now);
  void cancel(ParentKey parent, std::uint32_t number, Nanos now);
  // The same price and no more lots than are at work: in place, its priority is kept (in a halt too, as a cancel). Anything else leaves
  // its queue and arrives anew under its name and terms, so that it may match. Not more lots than have filled: what is left is canceled,
  // and so is (would_cross, invalid) what the market then refuses. replace_rejected and as it was: unknown, filled, unsupported,
  // halted, in_auction, session_closed, late, invalid (a price, a quantity or peaks that no order here can have).
  void replace(const OwnReplace& asked, Nanos now);
  void expire(Nanos now);                     // own orders whose time is over
  void close(Nanos now, const std::vector<OwnOrder>& on_their_way, bool deleted);
  std::optional<Nanos> next_expiry() const;

  std::vector<Report>& reports() { return reports_; } // in order, until the reader clears them; a session delays them by its latency
  std::vector<Meter>& meters() { return meters_; }
  Meter* meter(ParentKey parent);
  const Book& book() const { return book_; }
  const Record& record() const { return record_; }
  Statistics& statistics() { return statistics_; }
  // Lots on `side` at its best price and up to `ticks` behind it; 0 where the side is empty. ticks in [0, 2^31).
  Lots depth(View view, Side side, Ticks ticks) const;
  Touch touch() const { return touch_; }         // without our own orders
  Touch reference() const { return reference_; } // the touch itself where nothing is recorded beside it
  bool halted() const { return halted_; } // in an auction's call too: nothing trades continuously
  Phase phase() const { return phase_; }
  std::optional<Indication> indication() const; // what the call would end in now; nothing outside one, or where nothing crosses
  std::uint32_t symbol() const { return config_.symbol; }
  bool dark() const { return config_.dark; }
  const std::vector<OwnTrade>& own_trades() const { return own_trades_; } // all of the session, in order
  std::int64_t points_per_tick() const { return config_.points_per_tick; }
  std::size_t own_open() const { return own_.size() + for_auctions_.size(); }
  const std::vector<OwnOrder>& own_orders() const { return own_; } // those of continuous trading
  Lots truncated() const { return truncated_; } // lots of ours that came to the end of the recorded depth
  std::uint64_t hash() const;

private:
  OwnOrder* own(OrderId id);
  void erase_own(OrderId id);
  void traded(const Event& fill, bool certain = true);
  std::uint32_t hidden_flag(OrderId maker) const { return maker >= hidden_first_ && maker <= hidden_last_ ? print_hidden : 0; }
  Lots fill_own(const Order& ours, Lots most, bool certain);
  void own_fill(OwnOrder& order, Ticks price, Lots lots, bool maker, bool certain, bool half = false);
  void enter(OwnOrder order, ReportKind as);
  void take_part(OwnOrder& order, const Event& fill);
  void heed(const Event& event);
  void heed_events();
  OwnOrder* named(ParentKey parent, std::uint32_t number);
  bool possible(const OwnOrder& order) const;
  bool serves(const OwnOrder& order) const;
  Command command(const OwnOrder& order, Ticks limit, TimeInForce tif) const;
  Lots shown(const OwnOrder& order) const;
  void know_queue(Report& report, const OwnOrder& order) const;
  std::int64_t points_of(const Event& fill) const;
  Lots take_front(Side side, Ticks limit, Lots lots, bool certain);
  bool takes_hidden(Side side, Ticks limit, Lots lots, bool certain, Lots& taken);
  void arrive_for_auction(const OwnOrder& sent);
  bool collect(const OwnOrder& order);
  void auction_fill(const Event& fill);
  void take_print(const Print& print);
  Touch live_touch() const;  // without our own orders
  void cancel_own_within(const OwnOrder& arriving, Ticks limit);
  void drop(Nanos until, ReportKind kind, ReportReason reason);
  Report& say(ReportKind kind, ReportReason reason, const OwnOrder& order, Lots lots);
  void remark(const Touch* reference);

  VenueConfig config_;
  Book book_;
  std::vector<OwnOrder> own_;          // open orders of ours, few
  std::vector<OwnOrder> for_auctions_; // those that wait for an auction or are collected by one, in the order of their arrival
  std::vector<OwnTrade> own_trades_;
  std::vector<Report> reports_;
  std::vector<Meter> meters_;
  Record record_;
  Statistics statistics_;
  Events events_; // scratch
  std::vector<std::pair<ParentKey, std::uint32_t>> done_; // orders of ours of which all has traded, for a replace that comes too late
  Touch touch_, whole_, reference_, before_, before_whole_, before_reference_;
  Nanos now_ = 0;
  OrderId next_id_ = 1;
  OrderId known_first_ = 0, known_last_ = 0;
  OrderId hidden_first_ = 1, hidden_last_ = 0;
  std::optional<Ticks> edge_[2]; // where an arriving order stops: beyond the last recorded level we know of nothing
  std::uint64_t executions_ = 0;
  Lots truncated_ = 0;
  Hash said_; // of all reports
  bool halted_ = false, disorder_ = false;
  bool is_plain_ = false; // all touches were the book's own when it was last looked at
  bool set_apart_ = false; // an order of ours that is set apart has come at some time
  bool coming_[3] = {}; // by auction: it is to come, or under way
  Phase phase_ = Phase::continuous;
  Ticks auction_reference_ = 0;
};

} // namespace lob

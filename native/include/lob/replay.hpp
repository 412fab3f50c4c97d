// A recorded day with our own orders in it. The recorded book is never touched; the live one has us, and these rules:
//
//   run        executions of one instant and side, with nothing but hidden ones between them, are one aggressor: its total, its worst
//              recorded price; it takes the makers that the tape names in the tape's order, and its residual never rests
//   displaced  it takes our better price or earlier place first; the maker that our fill displaced leaves at once, as the tape says
//   starved    where we took what it came for, it takes what is left within its limit, by priority; the rest is dropped
//   shrunk     cancels and reductions of lots that we took shrink to what is left; unknown ids reduce anonymous depth, never ours
//   created    a recorded order that crosses a resting order of ours trades with it; the remainder rests under its own id
//   hidden     an execution of a hidden order at a price where we display an equal or better one fills us first (assumed); its side
//              is read off the recorded mid, at the mid nobody knows
//   revealed   depth that was there, or comes into view, at our price is ahead of us
//   parked     while the recorded book is locked or crossed, what crosses waits outside the live one
//   edge       an order of ours stops at the last recorded level of the other side; what would go further is canceled
//   halt       nothing of ours trades, no order of ours arrives, meters stand still; cancels pass
//
// Where the rules leave a choice, the one that flatters us less is made:
//   - our lots trade with recorded aggressors, seen or hidden, only from the very front of the book: with an order of the market
//     ahead of us we wait, even if the tape shows it passed over;
//   - a crossing recorded order that the recorded book did not match is matched with ours at better prices than that book's alone;
//   - what waits outside (locked, crossed, halted) trades with nothing until it can rest, so not with us either, and an order that
//     was there before ours is then ahead of ours;
//   - depth that comes into view across a price of ours may be what we took before: it waits too, and trades with us never;
//   - what we took of a level is forgotten when the level leaves the window: its ids mean nothing when it comes back;
//   - the other side's last recorded level is the edge even where the whole of a thin book is in view.
// Counters are lots, but for sweeps (runs of several executions), reveal_behind (levels), halts and crossed (orders that waited).
#pragma once

#include <memory>
#include <vector>

#include "lob/feed.hpp"
#include "lob/recorded.hpp"
#include "lob/tape.hpp"

namespace lob {

class Replay final : public Feed {
public:
  struct Config {
    bool claim_hidden = true; // false: the pessimistic case, hidden executions never fill us
  };

  Replay(std::shared_ptr<const Tape> tape, const Config& config, Venue& venue); // puts the opening book into the venue
  bool peek(Nanos& ts) override;
  void step(Floors floors) override;
  bool recorded() const override { return true; }
  std::map<std::string, std::int64_t> counters() const override;
  void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const override;

private:
  struct Parked {
    OrderId id;
    Side side;
    Ticks price;
    Lots lots;
    OrderId since; // orders of ours with this id or a later one came after it
  };
  struct Run { // the aggressor that is under way
    bool open = false;
    std::size_t first = 0, last = 0; // rows
    Side side = Side::buy;           // of the resting orders
    Ticks worst = 0;
    Lots left = 0; // what the aggressor still wants
  };

  void open(Venue& venue, const Row& row);
  void add(Venue& venue, const Row& row, Ticks price);
  void take_back(Venue& venue, const Row& row, Ticks price);
  void execute(Venue& venue, const Row& row, Ticks price);
  void open_run(std::size_t at);
  void close_run(Venue& venue);
  void hidden(Venue& venue, const Row& row);
  void halt(Venue& venue, const Row& row);
  void window(Venue& venue, std::size_t row);
  bool crosses_recorded(Side side, Ticks price) const;
  bool waits(const Venue& venue, Side side, Ticks price) const; // it cannot rest now: something crosses it
  std::size_t rest(Venue& venue, const Parked& order);          // returns how many orders of ours gave way to it
  void unpark(Venue& venue);
  Lots leave(Venue& venue, OrderId id, Lots lots); // returns how many of them were still there
  OrderId live_id(const Row& row, Ticks price) const; // what the tape's order is called in the live book
  Lots live_lots(const Venue& venue, OrderId id) const;
  std::vector<Parked>::const_iterator parked(OrderId id) const;
  void reveal(Venue& venue, const Reveal& reveal);
  void finish(Venue& venue) const;

  std::shared_ptr<const Tape> tape_;
  Config config_;
  Recorded book_;
  std::size_t next_ = 0;
  Run run_;
  std::vector<Parked> parked_;
  struct Counters {
    std::int64_t sweeps = 0, displaced = 0, starved = 0, shrunk = 0, created_prints = 0, hidden_claimed = 0, reveal_behind = 0, halts = 0,
                 crossed = 0;
  } counters_;
};

} // namespace lob

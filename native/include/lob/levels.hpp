// A recorded day of which only levels are known: what each price holds, and what traded. Our own orders stand in it by these rules:
//
//   update     an event of the file says what some levels hold from now on. The live book holds that too, without us: what we took is
//              back at its level's next update, and what traded meanwhile is back where the level was not named
//   queue      all that a level displays when we join it is ahead of us, and all that is added later is behind
//   trades     take what is ahead of us first, then us, then what is behind; what stood at a better price than a trade has gone before it
//   cancels    of a level that we rest at: pessimistic, from behind us; optimistic, from ahead of us; central, from all alike
//   displaced  lots behind us that a trade would have taken, had we not been there, leave at once
//   starved    what a trade comes for and we have taken is not traded again; what it took beyond the display was hidden
//   created    a level that comes to rest at our price or beyond trades with us first
//   revealed   a level that comes into view at the far end of a window is ahead of us; one that leaves it takes its lots along
//   parked     while the recorded book is locked or crossed, what crosses waits outside the live one
//   halt       nothing of ours trades, no order of ours arrives; cancels pass
//
// A fill of ours as maker is certain where the market traded through our price, and in the pessimistic queue; assumed otherwise.
// Counters are lots, but for reveal_behind (levels), halts and crossed (levels that waited).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lob/feed.hpp"
#include "lob/tape.hpp"

namespace lob {

enum class LevelKind : std::uint8_t { set = 1, reveal = 2, forget = 3, trade = 4, halt = 5, cross = 6 };
enum class QueueRule : std::uint8_t { pessimistic = 0, central = 1, optimistic = 2 };

struct LevelRow {
  Nanos ts;
  std::int64_t points; // a halt: its state
  Lots lots;           // set, reveal: what the level holds now, 0: nothing; trade, cross: what traded
  LevelKind kind;
  Side side;  // of the level; of the orders that a trade took
  bool sided; // a trade: whether its side is known
  bool last;  // of its event
};

struct LevelTape {
  std::vector<LevelRow> rows;
  std::uint32_t opening = 0; // the first so many rows made the opening book: they are no events of the session
  std::uint32_t events = 0;  // of the session
  std::int64_t points_per_tick = 2;
  Nanos open = 0, close = 0;
};

// What a level holds in the recorded book, and what recorded trades have taken of it in the live one since its last update.
struct Shown {
  Ticks price;
  Lots lots;
  Lots traded;
};

class LevelReplay final : public Feed {
public:
  struct Config {
    QueueRule queue = QueueRule::central;
  };

  LevelReplay(std::shared_ptr<const LevelTape> tape, const Config& config, Venue& venue); // puts the opening book into the venue
  bool peek(Nanos& ts) override;
  void step(Floors floors) override;
  bool recorded() const override { return true; }
  std::map<std::string, std::int64_t> counters() const override;
  void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const override;

private:
  using Levels = std::vector<Shown>; // best first

  struct Update { // of a level, by the event under way
    Side side;
    Ticks price;
    Lots before; // what it held in the recorded book
    bool into_view;
  };

  void event(Venue& venue);
  void record(const LevelRow& row);
  Lots others(const Venue& venue, Side side, Ticks price); // what the live level holds of the market's; queue_ is its queue
  void shrink(Venue& venue, const Update& update);
  void grow(Venue& venue, const Update& update);
  void withdraw(Venue& venue, Lots lots);
  void settle(Venue& venue);
  void trade(Venue& venue, const LevelRow& row);
  Lots meet(Venue& venue, Side side, Ticks price, Lots& left, bool through);
  void finish(Venue& venue) const;
  Levels& levels(Side side) { return levels_[static_cast<std::size_t>(side)]; }
  const Levels& levels(Side side) const { return levels_[static_cast<std::size_t>(side)]; }
  std::size_t find(Side side, Ticks price) const; // index of the level at `price`, or of the first worse one
  const Shown* shown(Side side, Ticks price) const;
  bool crosses_recorded(Side side, Ticks price) const;

  std::shared_ptr<const LevelTape> tape_;
  Config config_;
  Levels levels_[2];
  std::size_t next_ = 0;
  std::vector<Update> updates_; // of the event under way
  std::vector<Update> traded_;  // levels that trades reached since the last update
  std::vector<Update> waiting_; // levels that could not enter the live book
  std::vector<Order> queue_;    // scratch
  struct Counters {
    std::int64_t displaced = 0, starved = 0, created_prints = 0, reveal_behind = 0, halts = 0, crossed = 0, unseen = 0;
  } counters_;
};

} // namespace lob

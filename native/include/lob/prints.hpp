// A recorded day of which only trades or bars are known. There is no book: our orders stand alone, and fill by these rules:
//
//   touch      the last price and the profile's spread around it stand for the touch; it is an assumption and counts as one
//   takers     an order that would have taken from that touch trades at the next price, worse by half the spread, within its limit;
//              what an IOC does not get there expires
//   makers     an order that rests fills, at its own price, where the market trades through it by a tick or more
//   capped     all of ours together get at most a share of what traded there: of a trade, or of a bar
//   bars       the next price of a bar is its open; through is judged by its high and low at its end, for orders that were there before
//              it began. A bar prints its volume at its close
//   edge       an order that nothing came for rests on, and no price is invented
// No fill of ours is certain.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lob/feed.hpp"
#include "lob/tape.hpp"

namespace lob {

struct PriceRow { // a trade: `end` is `ts`, and all four prices are one
  Nanos ts, end;
  std::int64_t open, high, low, close; // points
  Lots lots;
};

struct PrintTape {
  std::vector<PriceRow> rows;
  std::int64_t points_per_tick = 2;
  Nanos open = 0, close = 0;
  bool bars = false;
};

// Throws DataError: a row that is not in order, lies outside the session, or whose prices contradict each other.
void check_price_row(const std::string& file, std::size_t row_number, const PriceRow& row, const PriceRow* before, const PrintTape& tape);

// Collects rows as a table's own library reads them, batch by batch; the session is known when all have been seen.
class PriceReader {
public:
  PriceReader(std::string name, bool bars, std::int64_t points_per_tick) : name_(std::move(name)) {
    tape_.bars = bars;
    tape_.points_per_tick = points_per_tick;
  }
  // row_number: of the file; only the first one counts, the others follow it. A bar may end when it begins, until finish() says more.
  void feed(std::size_t row_number, const PriceRow& row);
  std::size_t rows() const { return tape_.rows.size(); }
  // lasts > 0: every bar lasts so long, but at most until the next one or the close; those that would end after it are left out.
  PrintTape finish(Nanos open, Nanos close, Nanos lasts); // throws DataError

private:
  std::string name_;
  std::size_t first_row_ = 1;
  PrintTape tape_;
};

class PrintReplay final : public Feed {
public:
  struct Config {
    Ticks spread = 1;               // of the profile
    std::int64_t share_ppm = 100'000; // of what trades, that we may get
  };

  PrintReplay(std::shared_ptr<const PrintTape> tape, const Config& config, Venue& venue); // throws std::invalid_argument: of Config
  bool peek(Nanos& ts) override;
  void step(Floors floors) override;
  bool recorded() const override { return true; }
  std::map<std::string, std::int64_t> counters() const override;
  void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const override;

private:
  void begin_row(Venue& venue, const PriceRow& row);
  void end_row(Venue& venue, const PriceRow& row);
  void takers(Venue& venue, std::int64_t points);
  void makers(Venue& venue, const PriceRow& row);
  void show(Venue& venue, std::int64_t points);

  std::shared_ptr<const PrintTape> tape_;
  Config config_;
  std::size_t next_ = 0;
  bool begun_ = false;    // the row at next_ has begun
  OrderId new_since_ = 0; // orders of ours with this id or a later one have met no price yet
  OrderId there_ = 0;     // orders with a smaller id were there when the row began
  Lots left_ = 0;         // of the row's volume, what we may still get
  Lots ours_ = 0;         // of the row, what we got
  Touch touch_;
  struct Counters {
    std::int64_t takers = 0, makers = 0, capped = 0;
  } counters_;
};

} // namespace lob

// Binance's recorded websocket lines: a receive time, then JSON: depth differences, trades, and a snapshot of the book among them.
//
//   snapshot   differences that end before its lastUpdateId are dropped; the first that is kept contains it; from then on each follows
//              the one before: U = u + 1 (spot), pu = u (futures)
//   time       the exchange's: T where a message has it, E otherwise, in milliseconds; trades come before differences of their instant
//   session    begins with the first difference that is kept; what was before makes the opening book, and trades before it are dropped
// Best quotes (bookTicker) say nothing that the differences do not say, and are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lob/levels.hpp"

namespace lob {

struct BinanceFile {
  std::string name;
  std::string symbol;
  bool futures;
  std::int64_t point_size; // in 1e-8 of the price's unit
  std::int64_t points_per_tick;
  std::int64_t lot_size; // in 1e-8 of the quantity's unit
};

class BinanceReader {
public:
  explicit BinanceReader(BinanceFile file) : file_(std::move(file)) {}
  void feed(std::string_view bytes); // throws DataError
  LevelTape finish();                // throws DataError
  std::uint64_t dropped() const { return dropped_; } // messages before the session
  std::uint64_t passed_over() const { return passed_over_; }

private:
  struct Quoted {
    std::int64_t points;
    Lots lots;
    Side side;
  };
  struct Message;
  struct Happened { // a trade, or a difference with its levels
    Nanos ts;
    std::size_t row;
    std::uint32_t first, count; // of quoted_; a trade: one
    bool trade;
  };
  struct Difference {
    std::uint64_t first, last, previous;
  };

  void line(std::string_view text);
  void snapshot(const Message& message);
  void difference(const Message& message);
  void keep(const Difference& ids, const Happened& happened);
  void trade(const Message& message);
  [[noreturn]] void fail(const std::string& rule) const { throw DataError(file_.name, row_, rule); }
  void emit(LevelTape& tape, const Happened& event) const;

  BinanceFile file_;
  std::string rest_; // of a line that is not whole yet
  std::size_t row_ = 0;
  Nanos received_ = 0, last_depth_ = 0, open_ = 0;
  std::uint64_t last_trade_ = 0, dropped_ = 0, passed_over_ = 0;
  std::vector<Quoted> quoted_;
  std::vector<Happened> happened_;
  std::vector<std::pair<Difference, Happened>> early_; // before the snapshot
  std::optional<std::uint64_t> at_; // the last update that the book holds
  bool linked_ = false;             // a difference has followed the snapshot
  std::vector<Quoted> opening_;
};

} // namespace lob

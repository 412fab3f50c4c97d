// A recorded day, checked and made compact: what happened, in order, and which levels came into view when.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lob/types.hpp"

namespace lob {

enum class RowKind : std::uint8_t { add = 1, reduce = 2, remove = 3, execute = 4, hidden = 5, cross = 6, halt = 7 };
enum class HaltState : std::int64_t { halted = -1, quoting = 0, trading = 1 };

struct Row {
  Nanos ts;
  std::int64_t points; // price on the tape's grid; a halt: its state
  Lots lots;
  std::uint32_t order; // 1 .. Tape::orders; 0 where there is none
  std::uint32_t reveals; // first of Tape::reveals that belong to this row; they end where the next row's begin
  RowKind kind;
  Side side; // of the resting order
};

struct Reveal {
  Ticks price;
  Lots lots;
  Side side;
};

struct Tape {
  std::vector<Row> rows;
  std::vector<Reveal> reveals; // the first `seeds` of them were there before the first row
  std::uint32_t seeds = 0;
  std::uint32_t opening = 0; // the first so many rows made the opening book: they are no events of the session
  std::vector<std::uint32_t> ends; // rows up to the end of each event of the file, where it groups them
  std::uint32_t orders = 0;
  std::uint32_t levels = 0; // of the window; UINT32_MAX: the whole book is there
  std::int64_t points_per_tick = 100;
  Nanos open = 0, close = 0;
};

constexpr std::int64_t most_points = 1'000'000'000'000'000;

// A file that is not what it says it is: which file, which row (from 1), which rule.
class DataError : public std::runtime_error {
public:
  DataError(std::string file, std::size_t row, const std::string& rule)
      : std::runtime_error(file + " row " + std::to_string(row) + ": " + rule), file_(std::move(file)), row_(row), rule_(rule) {}
  const std::string& file() const { return file_; }
  std::size_t row() const { return row_; }
  const std::string& rule() const { return rule_; }

private:
  std::string file_;
  std::size_t row_;
  std::string rule_;
};

// The rule that a price and a quantity of it break together, or nullptr: what they are worth is an int64, in points and in ticks, and so
// is twice the price.
inline const char* worth_rule(std::int64_t points, Lots lots) {
  std::int64_t worth = 0;
  if (points > most_points || points < -most_points) return "a price is at most 1e15 of the tape's price steps";
  if (__builtin_mul_overflow(points, lots, &worth)) return "price x quantity, in the tape's steps, is at most 2^63 - 1";
  return nullptr;
}

} // namespace lob

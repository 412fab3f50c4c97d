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

// Reads LOBSTER's message and order book files of one day. `midnight` is the exchange's midnight; open and close are seconds after it.
// The messages alone do not give the book: orders leave and re-enter the window unseen. So each row is applied, the book cut to its
// levels, and only a level that is missing at the far end of a side that was full is taken from the book file; everything else must agree
// with it, on every row. The file's prices are points: dollars x 10,000.
struct LobsterDay {
  std::string_view messages, books;
  std::string message_name, book_name; // for errors
  std::uint32_t levels;
  std::int64_t points_per_tick;
  Nanos midnight, open, close;
};
Tape read_lobster(const LobsterDay& day); // throws DataError

} // namespace lob

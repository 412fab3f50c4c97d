// LOBSTER's message and order book files of one day, read in pieces and checked against each other row by row.
//
// The messages alone do not give the book: orders leave and re-enter the window unseen. So each row is applied, the book cut to its
// levels, and only a level that is missing at the far end of a side that was full is taken from the book file; everything else must agree
// with it, on every row. The file's prices are points: dollars x 10,000.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lob/recorded.hpp"
#include "lob/tape.hpp"

namespace lob {

// `midnight` is the exchange's; a row's time is seconds after it.
struct LobsterDay {
  std::string message_name, book_name; // for errors
  std::uint32_t levels;
  std::int64_t points_per_tick;
  Nanos midnight, open, close;
};

// Walks over a CSV of plain numbers that comes in pieces. Every value is checked; nothing is guessed.
class NumberRows {
public:
  explicit NumberRows(std::string name) : name_(std::move(name)) {}
  void feed(std::string_view bytes);
  bool whole() const { return text_.find('\n', at_) != std::string::npos; } // whether a whole row is there
  bool next_row(); // false: nothing is left
  [[noreturn]] void fail(const std::string& rule) const { throw DataError(name_, row_, rule); }
  std::int64_t integer(bool last);
  Nanos seconds(bool last); // with up to twelve fractional digits, truncated to nanoseconds: rounding could make time run backwards

private:
  std::int64_t digit(char c) const;
  std::string_view field(bool last);

  std::string name_, text_; // what has not been read yet, from at_ on
  std::size_t at_ = 0, row_ = 0;
};

class LobsterReader {
public:
  explicit LobsterReader(const LobsterDay& day);
  // Each reads as many rows as both files have by now; both throw DataError.
  void feed_messages(std::string_view bytes);
  void feed_books(std::string_view bytes);
  // Whether no whole row of a file is left unread. Feeding what is wanted keeps either file from running ahead of the other.
  bool wants_messages() const { return !messages_.whole(); }
  bool wants_books() const { return !books_.whole(); }
  Tape finish();

private:
  struct Quoted { // a level of the book file
    Ticks price;
    Lots lots;
  };

  void read_whole_rows();
  void read_row();
  Row message();
  void read_levels();
  void seed();
  void undo(std::vector<Quoted>& levels, Side side) const;
  void reveal(Side side, const Quoted& level);
  void apply();
  void compare();

  LobsterDay day_;
  NumberRows messages_, books_;
  Recorded book_;
  Tape tape_;
  Row row_{};
  std::vector<Quoted> quoted_[2];
  bool was_full_[2] = {false, false}; // before the message
  std::unordered_map<std::int64_t, std::uint32_t> ids_;
};

} // namespace lob

// Databento's binary encoding (DBN): records of one instrument, read as they come, however the bytes are cut.
//
// Market by order (mbo) gives a tape of the whole book, order by order, from messages alone:
//   opening    records of the opening snapshot make the book before the first row
//   fill       F takes lots from a resting order; the C or M that says the same once more, within the event, changes nothing
//   aggressor  T and F that name one order are the taker itself: its own C or M says what became of it
//   iceberg    what is filled beyond the displayed lots is a hidden execution; an order that shows more than before is at the back
//   modify     less at the same price keeps its place; another price or more lots goes to the back
//   auction    fills without a side are an auction's: they leave the book, and its trade is a cross
//   clear      R takes every order away
//   pre-open   trading begins with the first trade after which the book does not lock or cross, and stops while an event leaves it
//              locked or crossed: continuous trading does neither
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lob/levels.hpp"
#include "lob/prints.hpp"
#include "lob/tape.hpp"

namespace lob {

// What the file's own header and the instrument say.
struct DbnDay {
  std::string name;         // of the file, for errors
  std::uint32_t instrument; // records of others are passed over
  std::int64_t point_nanos; // a point of price, in the file's unit of 1e-9
  std::int64_t points_per_tick;
  Nanos open, close; // the span that the file states; close INT64_MAX: it ends with its last record
};

// A record as its bytes say, with what every schema has.
struct DbnRecord {
  std::uint8_t type;
  std::uint32_t instrument;
  Nanos event; // the exchange's time
  std::string_view body; // the whole record
};

// Cuts bytes into records. Sub-classes read them.
class DbnReader {
public:
  explicit DbnReader(DbnDay day) : day_(std::move(day)) {}
  virtual ~DbnReader() = default;
  void feed(std::string_view bytes); // throws DataError

protected:
  virtual void record(const DbnRecord& record) = 0;
  [[noreturn]] void fail(const std::string& rule) const { throw DataError(day_.name, row_, rule); }
  void check_complete() const; // no half record is left
  Nanos in_order(Nanos event, Nanos received); // the exchange's time; the file's span is one of receipt
  std::int64_t points(std::int64_t price) const;
  Ticks ticks(std::int64_t price) const;

  DbnDay day_;
  std::size_t row_ = 0;
  Nanos last_ = INT64_MIN;

private:
  void cut(std::string_view& bytes);
  std::string rest_; // of a record that is not whole yet
};

class MboReader final : public DbnReader {
public:
  explicit MboReader(const DbnDay& day);
  Tape finish(); // throws DataError

private:
  struct Resting {
    Ticks price;
    Lots lots;
    std::uint32_t number; // in the tape
    Side side;
  };
  struct Message {
    std::uint64_t order;
    std::int64_t price;
    Lots lots;
    char action, side;
    bool snapshot, last;
  };
  using Orders = std::unordered_map<std::uint64_t, Resting>;

  void record(const DbnRecord& record) override;
  void apply(const Message& message);
  void add(const Message& message);
  void cancel(const Message& message);
  void modify(const Message& message);
  void fill(const Message& message);
  void clear();
  void end_event();
  void enter(std::uint64_t order, Side side, Ticks price, Lots lots);
  void leave(Orders::iterator order, Lots lots, RowKind kind);
  void write(RowKind kind, std::int64_t points, Lots lots, std::uint32_t order, Side side);
  void halt(HaltState state);
  Side side_of(const Message& message) const;
  bool crossed() const;

  Tape tape_;
  Orders orders_;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::map<Ticks, Lots> depth_[2];
  std::unordered_map<std::uint64_t, bool> filled_; // in this event
  Nanos ts_ = 0;
  std::uint64_t aggressor_ = 0;
  bool opening_ = true, trading_ = false, traded_ = false, auction_ = false, open_event_ = false;
};

// Market by price (mbp-10): the ten best levels after each record, and the trades. A level that the window's far end gains or loses came
// into view or left it; any other has changed.
class MbpReader final : public DbnReader {
public:
  explicit MbpReader(const DbnDay& day) : DbnReader(day) {}
  LevelTape finish(); // throws DataError

private:
  struct Quoted {
    Ticks price;
    Lots lots;
  };
  void record(const DbnRecord& record) override;
  void compare(Side side, const std::vector<Quoted>& now);
  void restate();
  void write(LevelKind kind, Side side, std::int64_t points, Lots lots, bool sided = true);

  LevelTape tape_;
  std::vector<Quoted> before_[2];
  std::vector<std::pair<Side, std::int64_t>> traded_; // since the last record that was no trade: side and points
  Nanos ts_ = 0;
  bool any_ = false;
};

// Trades alone.
class TradesReader final : public DbnReader {
public:
  explicit TradesReader(const DbnDay& day) : DbnReader(day) {}
  PrintTape finish(); // throws DataError

private:
  void record(const DbnRecord& record) override;
  PrintTape tape_;
};

} // namespace lob

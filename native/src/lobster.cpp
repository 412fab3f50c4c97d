// LOBSTER files: two CSVs row by row, checked against each other while they are read.
#include "lob/lobster.hpp"

#include <algorithm>

namespace lob {
namespace {

constexpr std::int64_t empty_ask = 9'999'999'999, empty_bid = -9'999'999'999;
constexpr std::uint32_t most_levels = 1'000;
constexpr Lots most_lots = 1'000'000'000;           // of a message, and
constexpr Lots most_level_lots = 1'000'000'000'000; // of a level: so that no sum over a day overflows
constexpr std::size_t longest_row = 1u << 20;

} // namespace

void NumberRows::feed(std::string_view bytes) {
  text_.erase(0, at_);
  at_ = 0;
  text_ += bytes;
  if (text_.size() <= longest_row || whole()) return;
  ++row_;
  fail("a row is at most " + std::to_string(longest_row) + " bytes long");
}

bool NumberRows::next_row() {
  if (at_ >= text_.size()) return false;
  ++row_;
  return true;
}

std::int64_t NumberRows::integer(bool last) {
  const std::string_view word = field(last);
  std::size_t i = 0;
  const bool negative = !word.empty() && word[0] == '-';
  if (negative) ++i;
  if (i == word.size() || word.size() - i > 18) fail("every field is a whole number of at most 18 digits");
  std::int64_t value = 0;
  for (; i < word.size(); ++i) value = value * 10 + digit(word[i]);
  return negative ? -value : value;
}

Nanos NumberRows::seconds(bool last) {
  const std::string_view word = field(last);
  const std::size_t point = std::min(word.find('.'), word.size());
  if (point == 0 || point > 6) fail("a time is seconds after midnight");
  Nanos value = 0;
  for (std::size_t i = 0; i < point; ++i) value = value * 10 + digit(word[i]);
  if (word.size() > point + 13) fail("a time has at most twelve fractional digits");
  for (std::size_t i = 1; i <= 9; ++i) value = value * 10 + (point + i < word.size() ? digit(word[point + i]) : 0);
  for (std::size_t i = point + 10; i < word.size(); ++i) digit(word[i]);
  return value;
}

std::int64_t NumberRows::digit(char c) const {
  if (c < '0' || c > '9') fail("every field is a number");
  return c - '0';
}

std::string_view NumberRows::field(bool last) {
  const std::size_t from = at_;
  while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') ++at_;
  std::string_view word = std::string_view(text_).substr(from, at_ - from);
  const bool at_end = at_ >= text_.size() || text_[at_] == '\n';
  if (last != at_end) fail(last ? "the row ends with its last column" : "the row has all its columns");
  if (last && at_ >= text_.size()) fail("the file ends with a complete row");
  if (last && !word.empty() && word.back() == '\r') word.remove_suffix(1);
  ++at_;
  return word;
}

LobsterReader::LobsterReader(const LobsterDay& day)
    : day_(day), messages_(day.message_name), books_(day.book_name), book_(day.levels, 0) {
  if (day_.levels == 0 || day_.levels > most_levels) books_.fail("a book has from 1 to " + std::to_string(most_levels) + " levels");
  tape_.levels = day_.levels;
  tape_.points_per_tick = day_.points_per_tick;
  tape_.open = day_.open;
  tape_.close = day_.close;
}

void LobsterReader::feed_messages(std::string_view bytes) {
  messages_.feed(bytes);
  read_whole_rows();
}

void LobsterReader::feed_books(std::string_view bytes) {
  books_.feed(bytes);
  read_whole_rows();
}

void LobsterReader::read_whole_rows() {
  while (messages_.whole() && books_.whole()) {
    messages_.next_row();
    books_.next_row();
    read_row();
  }
}

void LobsterReader::read_row() {
  row_ = message();
  read_levels();
  if (tape_.rows.empty()) seed();
  row_.reveals = static_cast<std::uint32_t>(tape_.reveals.size());
  apply();
  compare();
  tape_.rows.push_back(row_);
}

Tape LobsterReader::finish() {
  while (messages_.next_row()) {
    if (!books_.next_row()) books_.fail("the book file has a row for each message");
    read_row();
  }
  if (books_.next_row()) books_.fail("the message file has a row for each row of the book");
  if (tape_.rows.empty()) messages_.fail("the file has rows");
  tape_.orders = static_cast<std::uint32_t>(ids_.size());
  return std::move(tape_);
}

Row LobsterReader::message() {
  Row row{};
  const Nanos since_midnight = messages_.seconds(false);
  const std::int64_t kind = messages_.integer(false);
  const std::int64_t id = messages_.integer(false);
  row.lots = messages_.integer(false);
  row.points = messages_.integer(false);
  const std::int64_t direction = messages_.integer(true);
  row.ts = day_.midnight + since_midnight;
  if (row.ts < day_.open || row.ts > day_.close) messages_.fail("a time is within the session");
  if (!tape_.rows.empty() && row.ts < tape_.rows.back().ts) messages_.fail("time does not run backwards");
  if (kind < 1 || kind > 7) messages_.fail("a type is 1 to 7");
  row.kind = static_cast<RowKind>(kind);
  if (row.kind == RowKind::halt) {
    if (row.points < -1 || row.points > 1) messages_.fail("a halt is -1 (halted), 0 (quotes) or 1 (trading)");
    return row;
  }
  if (row.lots <= 0 || row.lots > most_lots) messages_.fail("a size is from 1 to " + std::to_string(most_lots));
  if (row.points <= 0 || row.points >= empty_ask) messages_.fail("a price is greater than 0 and less than an empty level's mark");
  if (const char* broken = worth_rule(row.points, row.lots)) messages_.fail(broken);
  if (row.kind == RowKind::cross) return row;
  if (direction != 1 && direction != -1) messages_.fail("a direction is 1 or -1");
  row.side = direction == 1 ? Side::buy : Side::sell;
  if (row.kind == RowKind::hidden) return row;
  if (row.points % day_.points_per_tick != 0) messages_.fail("the price of a displayed order is a multiple of the tick size");
  row.order = ids_.try_emplace(id, static_cast<std::uint32_t>(ids_.size() + 1)).first->second;
  book_.know(row.order);
  return row;
}

void LobsterReader::read_levels() {
  for (auto& side : quoted_) side.clear();
  for (std::uint32_t i = 0; i < day_.levels; ++i) {
    for (const Side side : {Side::sell, Side::buy}) {
      const std::int64_t points = books_.integer(false);
      const Lots lots = books_.integer(i + 1 == day_.levels && side == Side::buy);
      auto& levels = quoted_[static_cast<std::size_t>(side)];
      if (points == (side == Side::sell ? empty_ask : empty_bid)) {
        if (lots != 0) books_.fail("an empty level holds nothing");
        continue;
      }
      if (points <= 0 || points >= empty_ask) books_.fail("a price is greater than 0 and less than an empty level's mark");
      if (points % day_.points_per_tick != 0) books_.fail("a level's price is a multiple of the tick size");
      if (lots <= 0 || lots > most_level_lots) books_.fail("a level holds from 1 to " + std::to_string(most_level_lots) + " lots");
      if (const char* broken = worth_rule(points, lots)) books_.fail(broken);
      const Ticks price = points / day_.points_per_tick;
      if (levels.size() != i) books_.fail("an empty level is behind all others");
      if (i > 0 && !better(side, levels.back().price, price)) books_.fail("levels are in order, the best one first");
      levels.push_back({price, lots});
    }
  }
}

// The book before the first message: the first row's, with that message undone.
void LobsterReader::seed() {
  for (const Side side : {Side::buy, Side::sell}) {
    auto levels = quoted_[static_cast<std::size_t>(side)];
    const bool touched = row_.kind <= RowKind::execute && row_.side == side;
    if (touched) undo(levels, side);
    if (levels.size() > day_.levels) levels.pop_back(); // the message brought it into view
    for (const Quoted& level : levels) reveal(side, level);
  }
  tape_.seeds = static_cast<std::uint32_t>(tape_.reveals.size());
}

void LobsterReader::undo(std::vector<Quoted>& levels, Side side) const {
  const Ticks price = row_.points / day_.points_per_tick;
  const auto at = std::find_if(levels.begin(), levels.end(), [price](const Quoted& level) { return level.price == price; });
  if (row_.kind == RowKind::add) {
    if (at == levels.end() || at->lots < row_.lots) books_.fail("the first order is in the first book");
    at->lots -= row_.lots;
    if (at->lots == 0) levels.erase(at);
  } else if (at != levels.end()) {
    at->lots += row_.lots;
  } else {
    const auto worse = std::find_if(levels.begin(), levels.end(), [&](const Quoted& level) { return better(side, price, level.price); });
    levels.insert(worse, {price, row_.lots});
  }
}

void LobsterReader::reveal(Side side, const Quoted& level) {
  book_.reveal(side, level.price, level.lots, 1);
  tape_.reveals.push_back({level.price, level.lots, side});
}

void LobsterReader::apply() {
  const Ticks price = row_.points / day_.points_per_tick;
  const char* broken = nullptr;
  for (const Side each : {Side::buy, Side::sell}) was_full_[static_cast<std::size_t>(each)] = book_.levels(each).size() >= day_.levels;
  switch (row_.kind) {
  case RowKind::add: broken = book_.add(row_.order, row_.side, price, row_.lots); break;
  case RowKind::reduce:
  case RowKind::execute: broken = book_.reduce(row_.order, row_.side, price, row_.lots, false); break;
  case RowKind::remove: broken = book_.reduce(row_.order, row_.side, price, row_.lots, true); break;
  case RowKind::hidden:
  case RowKind::cross:
  case RowKind::halt: break;
  }
  if (broken != nullptr) messages_.fail(broken);
  Recorded::Depth dropped;
  Side side{};
  while (book_.truncate(dropped, side)) {}
}

void LobsterReader::compare() {
  for (const Side side : {Side::buy, Side::sell}) {
    const auto& quoted = quoted_[static_cast<std::size_t>(side)];
    const std::size_t have = book_.levels(side).size();
    if (have > quoted.size()) books_.fail("the book file shows every level that the messages leave");
    for (std::size_t i = 0; i < have; ++i) {
      const auto& level = book_.levels(side)[i];
      if (level.price != quoted[i].price || level.lots() != quoted[i].lots) books_.fail("the book file agrees with the messages");
    }
    if (have == quoted.size()) continue;
    const bool into_view = was_full_[static_cast<std::size_t>(side)] && quoted.size() == day_.levels && have + 1 == quoted.size();
    if (!into_view) books_.fail("a level comes into view only where one has left a full side");
    reveal(side, quoted.back());
  }
}

} // namespace lob

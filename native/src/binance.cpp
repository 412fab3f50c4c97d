// Binance's lines: parsed as they come, put into the exchange's order at the end.
#include "lob/binance.hpp"

#include <algorithm>

#include "lob/json.hpp"

namespace lob {
namespace {

constexpr Nanos millisecond = 1'000'000;
constexpr std::int64_t scale_digits = 8; // a decimal is read in 1e-8
constexpr std::int64_t most = 1'000'000'000'000'000'000;
constexpr Lots most_lots = 1'000'000'000'000; // so that no sum over a day overflows
constexpr std::size_t longest_line = 16u << 20;

// A plain decimal in 1e-8; -1: it is none, or finer than that.
std::int64_t decimal(std::string_view text) {
  std::int64_t value = 0, after = -1;
  if (text.empty()) return -1;
  for (const char c : text) {
    if (c == '.' && after < 0) {
      after = 0;
      continue;
    }
    if (c < '0' || c > '9' || value > most / 10) return -1;
    if (after >= 0 && ++after > scale_digits && c != '0') return -1;
    if (after <= scale_digits) value = value * 10 + (c - '0');
  }
  for (std::int64_t i = std::max<std::int64_t>(after, 0); i < scale_digits; ++i) {
    if (value > most / 10) return -1;
    value *= 10;
  }
  return value;
}

} // namespace

struct BinanceReader::Message {
  std::string_view event, symbol, price, quantity;
  std::uint64_t sent = 0, happened = 0, first = 0, last = 0, previous = 0, trade = 0, snapshot = 0;
  bool buyer_rested = false, has_time = false, has_snapshot = false, has_previous = false, has_maker = false;
  std::uint32_t quoted = 0;
  Nanos ts() const { return static_cast<Nanos>(has_time ? happened : sent) * millisecond; }
};

void BinanceReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      rest_ += bytes;
      if (rest_.size() > longest_line) {
        ++row_;
        fail("a line is at most " + std::to_string(longest_line) + " bytes long");
      }
      return;
    }
    if (rest_.empty()) {
      line(bytes.substr(0, end));
    } else {
      rest_ += bytes.substr(0, end);
      const std::string whole = std::move(rest_);
      rest_.clear();
      line(whole);
    }
    bytes.remove_prefix(end + 1);
  }
}

void BinanceReader::line(std::string_view text) {
  ++row_;
  const std::size_t space = text.find(' ');
  Json stamp(text.substr(0, space == std::string_view::npos ? 0 : space));
  const std::uint64_t received = stamp.whole();
  if (stamp.bad() || received >= static_cast<std::uint64_t>(INT64_MAX)) fail("a line is a receive time in nanoseconds, a space and JSON");
  if (static_cast<Nanos>(received) < received_) fail("lines are in the order in which they were received");
  received_ = static_cast<Nanos>(received);
  Json json(text.substr(space + 1));
  Message message;
  message.quoted = static_cast<std::uint32_t>(quoted_.size());
  const auto side = [&](Side of) {
    json.array([&] {
      json.expect('[');
      const std::int64_t price = decimal(json.string());
      json.expect(',');
      const std::int64_t lots = decimal(json.string());
      json.expect(']');
      if (json.bad()) return;
      if (price <= 0 || price % (file_.point_size * file_.points_per_tick) != 0) fail("a level's price is a multiple of the tick size");
      if (lots < 0 || lots % file_.lot_size != 0) fail("a level's quantity is a multiple of the lot size");
      if (lots / file_.lot_size > most_lots) fail("a quantity is at most " + std::to_string(most_lots) + " lots");
      quoted_.push_back({price / file_.point_size, lots / file_.lot_size, of});
      if (const char* broken = worth_rule(quoted_.back().points, quoted_.back().lots)) fail(broken);
    });
  };
  const auto member = [&](std::string_view key, auto&& again) -> void {
    if (key == "data") json.object([&](std::string_view inner) { again(inner, again); });
    else if (key == "e") message.event = json.string();
    else if (key == "s") message.symbol = json.string();
    else if (key == "p") message.price = json.string();
    else if (key == "q") message.quantity = json.string();
    else if (key == "E") message.sent = json.whole();
    else if (key == "T") message.happened = json.whole(), message.has_time = true;
    else if (key == "U") message.first = json.whole();
    else if (key == "u") message.last = json.whole();
    else if (key == "pu") message.previous = json.whole(), message.has_previous = true;
    else if (key == "t") message.trade = json.whole();
    else if (key == "lastUpdateId") message.snapshot = json.whole(), message.has_snapshot = true;
    else if (key == "m") message.buyer_rested = json.word() == "true", message.has_maker = true;
    else if ((key == "b" || key == "bids") && json.peek() == '[') side(Side::buy);
    else if ((key == "a" || key == "asks") && json.peek() == '[') side(Side::sell);
    else json.skip();
  };
  json.object([&](std::string_view key) { member(key, member); });
  if (json.bad() || !json.at_end()) fail("a line holds one JSON object");
  if (!message.symbol.empty() && message.symbol != file_.symbol) fail("every message is of " + file_.symbol);
  if (message.has_snapshot) return snapshot(message);
  if (message.event == "depthUpdate") return difference(message);
  if (message.event == "trade") return trade(message);
  ++passed_over_;
}

void BinanceReader::snapshot(const Message& message) {
  if (at_) {
    quoted_.resize(message.quoted);
    ++passed_over_; // the book goes on from the first one
    return;
  }
  opening_.assign(quoted_.begin() + static_cast<std::ptrdiff_t>(message.quoted), quoted_.end());
  quoted_.resize(message.quoted);
  at_ = message.snapshot;
  const auto early = std::move(early_);
  early_.clear();
  for (const auto& [ids, happened] : early) keep(ids, happened);
}

void BinanceReader::difference(const Message& message) {
  if (message.first > message.last || message.last == 0) fail("a depth difference has its first and last update");
  if (file_.futures != message.has_previous) fail(file_.futures ? "a depth difference of futures has pu" : "a depth difference of spot has no pu");
  const Nanos ts = message.ts();
  if (ts <= 0) fail("a depth difference has its time");
  if (ts < last_depth_) fail("time does not run backwards");
  last_depth_ = ts;
  const auto count = static_cast<std::uint32_t>(quoted_.size()) - message.quoted;
  const Happened happened{ts, row_, message.quoted, count, false};
  const Difference ids{message.first, message.last, message.previous};
  if (at_) {
    keep(ids, happened);
  } else {
    early_.emplace_back(ids, happened);
  }
}

void BinanceReader::keep(const Difference& ids, const Happened& happened) {
  const auto broken = [&](const char* rule) { throw DataError(file_.name, happened.row, rule); };
  if (!linked_) {
    if (file_.futures ? ids.last < *at_ : ids.last <= *at_) {
      ++dropped_;
      return;
    }
    const std::uint64_t wanted = file_.futures ? *at_ : *at_ + 1;
    if (ids.first > wanted) broken("the first depth difference after the snapshot contains its lastUpdateId");
    linked_ = true;
    open_ = happened.ts;
  } else if (file_.futures ? ids.previous != *at_ : ids.first != *at_ + 1) {
    broken("each depth difference follows the one before");
  }
  at_ = ids.last;
  happened_.push_back(happened);
}

void BinanceReader::trade(const Message& message) {
  const std::int64_t price = decimal(message.price), quantity = decimal(message.quantity);
  if (price <= 0 || price % (file_.point_size * file_.points_per_tick) != 0) fail("a trade's price is a multiple of the tick size");
  if (quantity <= 0 || quantity % file_.lot_size != 0) fail("a trade's quantity is a multiple of the lot size, and not 0");
  if (quantity / file_.lot_size > most_lots) fail("a quantity is at most " + std::to_string(most_lots) + " lots");
  if (!message.has_maker) fail("a trade says whether its buyer rested");
  if (message.ts() <= 0) fail("a trade has its time");
  if (message.trade <= last_trade_ && last_trade_ != 0) fail("trade ids increase");
  last_trade_ = message.trade;
  quoted_.resize(message.quoted);
  quoted_.push_back({price / file_.point_size, quantity / file_.lot_size, message.buyer_rested ? Side::buy : Side::sell});
  if (const char* broken = worth_rule(quoted_.back().points, quoted_.back().lots)) fail(broken);
  happened_.push_back({message.ts(), row_, message.quoted, 1, true});
}

LevelTape BinanceReader::finish() {
  if (!rest_.empty()) {
    ++row_;
    fail("the file ends with a complete line");
  }
  if (row_ == 0) throw DataError(file_.name, 0, "the file has lines");
  if (!at_) throw DataError(file_.name, 0, "a snapshot of the book is among the lines");
  if (!linked_) throw DataError(file_.name, 0, "a depth difference follows the snapshot");
  const auto earlier = [](const Happened& a, const Happened& b) { return a.ts != b.ts ? a.ts < b.ts : a.trade > b.trade; };
  std::stable_sort(happened_.begin(), happened_.end(), earlier);
  LevelTape tape;
  tape.points_per_tick = file_.points_per_tick;
  tape.open = open_;
  for (const Quoted& level : opening_) {
    if (level.lots > 0) tape.rows.push_back({open_, level.points, level.lots, LevelKind::set, level.side, true, false});
  }
  tape.opening = static_cast<std::uint32_t>(tape.rows.size());
  for (const Happened& event : happened_) {
    if (event.ts < open_) {
      ++dropped_;
    } else if (event.count > 0) {
      emit(tape, event);
    }
  }
  if (tape.rows.empty()) throw DataError(file_.name, 0, "the book holds levels");
  tape.close = tape.rows.back().ts + 1;
  return tape;
}

void BinanceReader::emit(LevelTape& tape, const Happened& event) const {
  for (std::uint32_t i = 0; i < event.count; ++i) {
    const Quoted& level = quoted_[event.first + i];
    const LevelKind kind = event.trade ? LevelKind::trade : LevelKind::set;
    tape.rows.push_back({event.ts, level.points, level.lots, kind, level.side, true, i + 1 == event.count});
  }
  ++tape.events;
}

} // namespace lob

// DBN records without order ids: ten levels and trades, or trades alone.
#include <cstring>

#include "lob/dbn.hpp"

namespace lob {
namespace {

constexpr std::uint8_t type_trade = 0x00, type_mbp10 = 0x0A, flag_last = 128;
constexpr std::size_t trade_length = 48, levels_at = 48, level_length = 32, mbp_levels = 10;
constexpr std::int64_t no_price = INT64_MAX;
constexpr Lots most_lots = 1'000'000'000;

template <class T> T at(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

struct Head { // what trades and levels have in common
  explicit Head(std::string_view body)
      : price(at<std::int64_t>(body, 16)), lots(at<std::uint32_t>(body, 24)), action(body[28]), side(body[29]),
        last((at<std::uint8_t>(body, 30) & flag_last) != 0), received(at<Nanos>(body, 32)) {}
  std::int64_t price;
  Lots lots;
  char action, side;
  bool last;
  Nanos received;
  bool sided() const { return side == 'A' || side == 'B'; }
  Side resting() const { return side == 'A' ? Side::buy : Side::sell; } // the side is the aggressor's
};

} // namespace

void MbpReader::record(const DbnRecord& record) {
  if (record.type != type_mbp10 || record.body.size() != levels_at + mbp_levels * level_length) fail("a record is of the mbp-10 schema");
  const Head head(record.body);
  ts_ = in_order(record.event, head.received);
  if (head.action == 'T') {
    if (head.lots <= 0 || head.lots > most_lots) fail("a size is from 1 to " + std::to_string(most_lots));
    const std::int64_t price = points(head.price);
    if (price <= 0) fail("a price is greater than 0");
    if (any_) {
      write(LevelKind::trade, head.sided() ? head.resting() : Side::buy, price, head.lots, head.sided());
      traded_.push_back({head.resting(), price});
    }
  }
  std::vector<Quoted> now[2];
  for (std::size_t i = 0; i < mbp_levels; ++i) {
    for (const Side side : {Side::buy, Side::sell}) {
      const std::size_t from = levels_at + i * level_length + (side == Side::buy ? 0 : 8);
      const std::size_t size = levels_at + i * level_length + (side == Side::buy ? 16 : 20);
      const std::int64_t price = at<std::int64_t>(record.body, from);
      const Lots lots = at<std::uint32_t>(record.body, size);
      auto& quoted = now[static_cast<std::size_t>(side)];
      if (price == no_price) {
        if (lots != 0) fail("an empty level holds nothing");
        continue;
      }
      if (lots == 0) fail("a level holds something");
      if (quoted.size() != i) fail("an empty level is behind all others");
      quoted.push_back({ticks(price), lots});
      if (i > 0 && !better(side, quoted[i - 1].price, quoted[i].price)) fail("levels are in order, the best one first");
    }
  }
  for (const Side side : {Side::buy, Side::sell}) compare(side, now[static_cast<std::size_t>(side)]);
  if (head.action != 'T') restate();
  if (head.last && !tape_.rows.empty() && !tape_.rows.back().last) {
    tape_.rows.back().last = true;
    if (any_) ++tape_.events;
  }
  if (head.last && !any_ && !tape_.rows.empty()) { // the first event's book is there when the session begins
    any_ = true;
    tape_.open = ts_;
    tape_.opening = static_cast<std::uint32_t>(tape_.rows.size());
  }
}

// What traded and holds as much as before has been refilled: that is news too.
void MbpReader::restate() {
  for (const auto& [side, points] : traded_) {
    for (const Quoted& level : before_[static_cast<std::size_t>(side)]) {
      if (level.price * day_.points_per_tick == points) write(LevelKind::set, side, points, level.lots);
    }
  }
  traded_.clear();
}

void MbpReader::compare(Side side, const std::vector<Quoted>& now) {
  auto& before = before_[static_cast<std::size_t>(side)];
  const bool was_full = before.size() == mbp_levels, is_full = now.size() == mbp_levels;
  const auto in_points = [&](Ticks price) { return price * day_.points_per_tick; };
  for (const Quoted& old : before) {
    bool stays = false;
    for (const Quoted& level : now) stays = stays || level.price == old.price;
    const bool beyond = is_full && better(side, now.back().price, old.price);
    if (!stays) write(beyond ? LevelKind::forget : LevelKind::set, side, in_points(old.price), 0);
  }
  for (const Quoted& level : now) {
    const Quoted* old = nullptr;
    for (const Quoted& each : before) old = each.price == level.price ? &each : old;
    if (old != nullptr && old->lots == level.lots) continue;
    const bool into_view = old == nullptr && was_full && better(side, before.back().price, level.price);
    write(into_view ? LevelKind::reveal : LevelKind::set, side, in_points(level.price), level.lots);
  }
  before = now;
}

void MbpReader::write(LevelKind kind, Side side, std::int64_t points, Lots lots, bool sided) {
  if (const char* broken = worth_rule(points, lots)) fail(broken);
  tape_.rows.push_back({ts_, points, lots, kind, side, sided, false});
}

LevelTape MbpReader::finish() {
  check_complete();
  if (!any_) throw DataError(day_.name, 0, "the file has records of the instrument");
  if (!tape_.rows.back().last) fail("the last event is complete");
  tape_.points_per_tick = day_.points_per_tick;
  tape_.close = day_.close == INT64_MAX ? ts_ + 1 : day_.close;
  return std::move(tape_);
}

void TradesReader::record(const DbnRecord& record) {
  if (record.type != type_trade || record.body.size() != trade_length) fail("a record is of the trades schema");
  const Head head(record.body);
  const Nanos ts = in_order(record.event, head.received);
  if (head.lots <= 0 || head.lots > most_lots) fail("a size is from 1 to " + std::to_string(most_lots));
  const std::int64_t price = points(head.price);
  if (price <= 0) fail("a price is greater than 0");
  if (const char* broken = worth_rule(price, head.lots)) fail(broken);
  tape_.rows.push_back({ts, ts, price, price, price, price, head.lots});
}

PrintTape TradesReader::finish() {
  check_complete();
  if (tape_.rows.empty()) throw DataError(day_.name, 0, "the file has records of the instrument");
  tape_.points_per_tick = day_.points_per_tick;
  tape_.open = day_.open;
  tape_.close = day_.close == INT64_MAX ? tape_.rows.back().ts + 1 : day_.close;
  return std::move(tape_);
}

} // namespace lob

// Replaying prices: our orders wait for the next one, and it decides what becomes of them.
#include "lob/prints.hpp"

#include <algorithm>
#include <stdexcept>

namespace lob {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr Lots most_lots = 1'000'000'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

} // namespace

void check_price_row(const std::string& file, std::size_t row_number, const PriceRow& row, const PriceRow* before, const PrintTape& tape) {
  const auto fail = [&](const char* rule) { throw DataError(file, row_number, rule); };
  if (row.low <= 0) fail("a price is greater than 0");
  if (const char* broken = worth_rule(row.high, row.lots)) fail(broken);
  if (row.low > row.high || row.open < row.low || row.open > row.high || row.close < row.low || row.close > row.high) {
    fail("a bar's open and close lie between its low and its high");
  }
  if (row.lots < 0 || row.lots > most_lots || (row.lots == 0 && !tape.bars)) fail("a volume is from 1 to 1e12 lots, of a bar from 0");
  if (row.end < row.ts) fail("a bar ends after it begins");
  if (row.ts < tape.open || row.end > tape.close) fail("a time is within the session");
  if (before != nullptr && row.ts < before->end) fail("time does not run backwards, and bars do not overlap");
}

void PriceReader::feed(std::size_t row_number, const PriceRow& row) {
  if (tape_.rows.empty()) first_row_ = row_number;
  tape_.rows.push_back(row);
}

PrintTape PriceReader::finish(Nanos open, Nanos close, Nanos lasts) {
  auto& rows = tape_.rows;
  tape_.open = open;
  tape_.close = close;
  while (lasts > 0 && !rows.empty() && rows.back().ts > close - lasts) rows.pop_back();
  if (rows.empty()) throw DataError(name_, 0, "the file has rows in the session");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    PriceRow& row = rows[i];
    if (lasts > 0) row.end = std::min(row.ts + lasts, i + 1 < rows.size() ? std::max(rows[i + 1].ts, row.ts) : close);
    check_price_row(name_, first_row_ + i, row, i == 0 ? nullptr : &rows[i - 1], tape_);
  }
  return std::move(tape_);
}

PrintReplay::PrintReplay(std::shared_ptr<const PrintTape> tape, const Config& config, Venue& venue)
    : tape_(std::move(tape)), config_(config) {
  if (config.spread < 1) throw std::invalid_argument("the spread is at least one tick");
  if (config.share_ppm < 1 || config.share_ppm > million) throw std::invalid_argument("the share is above 0 and at most 1");
  venue.begin(tape_->open);
  venue.set_disorder(true); // there is no book: the touch is what we state
  new_since_ = there_ = venue.next_id();
  venue.end(&touch_);
}

bool PrintReplay::peek(Nanos& ts) {
  if (next_ == tape_->rows.size()) return false;
  ts = begun_ ? tape_->rows[next_].end : tape_->rows[next_].ts;
  return true;
}

void PrintReplay::step(Floors floors) {
  Venue& venue = floors.front();
  const PriceRow& row = tape_->rows[next_];
  venue.begin(begun_ ? row.end : row.ts);
  if (!begun_) begin_row(venue, row);
  begun_ = !begun_ && tape_->bars;
  if (!begun_) {
    end_row(venue, row);
    ++next_;
  }
  venue.end(&touch_);
}

void PrintReplay::begin_row(Venue& venue, const PriceRow& row) {
  left_ = static_cast<Lots>(static_cast<__int128>(row.lots) * config_.share_ppm / million);
  ours_ = 0;
  takers(venue, row.open);
  there_ = new_since_ = venue.next_id();
  show(venue, row.open);
}

void PrintReplay::end_row(Venue& venue, const PriceRow& row) {
  makers(venue, row);
  show(venue, row.close);
  if (row.lots > ours_) venue.print(row.close, row.lots - ours_, 0);
  if (row.lots > 0) venue.print_reference(row.close, row.lots, 0);
}

// The touch that the last price stands for: on the grid, as wide as the profile says.
void PrintReplay::show(Venue&, std::int64_t points) {
  const std::int64_t per_tick = tape_->points_per_tick;
  touch_.bid = floor_div(2 * points - config_.spread * per_tick, 2 * per_tick);
  touch_.ask = touch_.bid + config_.spread;
  touch_.bid_lots = touch_.ask_lots = std::max<Lots>(1, left_);
}

// Orders that have come since the last price, as far as they would have taken from the touch that they saw.
void PrintReplay::takers(Venue& venue, std::int64_t points) {
  const std::int64_t twice_tick = 2 * tape_->points_per_tick, half = config_.spread * tape_->points_per_tick;
  const auto open = venue.own_orders();
  for (const OwnOrder& order : open) {
    if (order.id < new_since_) continue;
    const bool buys = order.side == Side::buy;
    const bool takes = order.ioc || (touch_.two_sided() && !better(opposite(order.side), order.price, buys ? touch_.ask : touch_.bid));
    const Ticks price = buys ? -floor_div(-(2 * points + half), twice_tick) : floor_div(2 * points - half, twice_tick); // against us
    if (takes && !venue.halted() && !better(order.side, price, order.price)) {
      const Lots filled = left_ > 0 ? venue.fill_apart(order.id, price, left_, false) : 0;
      left_ -= filled;
      ours_ += filled;
      counters_.takers += filled;
      counters_.capped += order.lots - filled;
    }
    if (order.ioc) venue.expire_unmatched(order.id);
  }
}

// Orders that the market traded through; a bar's, if they were there before it.
void PrintReplay::makers(Venue& venue, const PriceRow& row) {
  const std::int64_t per_tick = tape_->points_per_tick;
  const auto open = venue.own_orders();
  for (const OwnOrder& order : open) {
    if (order.ioc || order.id >= there_ || venue.halted()) continue;
    const bool through = order.side == Side::buy ? row.low <= (order.price - 1) * per_tick : row.high >= (order.price + 1) * per_tick;
    if (!through) continue;
    const Lots filled = left_ > 0 ? venue.fill_apart(order.id, order.price, left_, true) : 0;
    left_ -= filled;
    ours_ += filled;
    counters_.makers += filled;
    counters_.capped += order.lots - filled;
  }
}

std::map<std::string, std::int64_t> PrintReplay::counters() const {
  return {{"takers", counters_.takers}, {"makers", counters_.makers}, {"capped", counters_.capped}};
}

void PrintReplay::recorded_levels(Side, std::size_t, std::vector<Level>& out) const { out.clear(); }

} // namespace lob

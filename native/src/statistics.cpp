// Sums over trades and touches, and the seconds that they fall into.
#include "lob/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace lob {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();

void add(std::int64_t& sum, std::int64_t number) { // stops at the ends
  if (__builtin_add_overflow(sum, number, &sum)) sum = number > 0 ? most : least;
}

std::int64_t product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return (a > 0) == (b > 0) ? most : least;
  return result;
}

template <class Sum, class Count> double ratio(Sum sum, Count count) {
  return count > 0 ? static_cast<double>(sum) / static_cast<double>(count) : nan;
}

void put(Candle& candle, std::int64_t points, Lots lots) {
  if (candle.trades == 0) candle.open = candle.high = candle.low = points;
  candle.high = std::max(candle.high, points);
  candle.low = std::min(candle.low, points);
  candle.close = points;
  add(candle.lots, lots);
  add(candle.notional, product(points, lots));
  ++candle.trades;
}

Lots flow(const Touch& was, const Touch& is) {
  const auto bid = [](const Touch& touch) { return touch.bid_lots > 0 ? touch.bid : least; };
  const auto ask = [](const Touch& touch) { return touch.ask_lots > 0 ? touch.ask : most; };
  Lots sum = 0;
  if (bid(is) >= bid(was)) add(sum, is.bid_lots);
  if (bid(is) <= bid(was)) add(sum, -was.bid_lots);
  if (ask(is) <= ask(was)) add(sum, -is.ask_lots);
  if (ask(is) >= ask(was)) add(sum, was.ask_lots);
  return sum;
}

} // namespace

Statistics::State::State() { logs.fill(nan); }

void Statistics::hold(State& state) const {
  if (state.mid) {
    const Nanos passed = now_ - state.since;
    state.quoted_ns += passed;
    state.spread_ns += static_cast<Wide>(state.touch.ask - state.touch.bid) * passed;
  }
  state.since = now_;
}

void Statistics::move(State& state, const Touch& touch) {
  if (begun_ && !halted_) add(state.imbalance, flow(state.touch, touch));
  const bool mid = !halted_ && touch.two_sided();
  if (mid != state.mid || touch.bid != state.touch.bid || touch.ask != state.touch.ask) hold(state);
  state.touch = touch;
  state.mid = mid;
}

void Statistics::halt(Nanos now, bool halted) {
  advance(now);
  halted_ = halted;
  for (State& state : state_) {
    hold(state);
    state.mid = !halted && state.touch.two_sided();
  }
}

void Statistics::trade(const Print& print, const Touch& others, const Touch& whole) {
  advance(print.ts);
  if (halted_ || (print.flags & print_auction) != 0) return;
  count(state_[1], print, whole);
  if (print.parent == 0 && print.counterparty == 0) count(state_[0], print, others);
}

void Statistics::count(State& state, const Print& print, const Touch& before) const {
  put(state.sum, print.points, print.lots);
  put(state.bar, print.points, print.lots);
  state.exact.lots += print.lots;
  state.exact.notional += static_cast<Wide>(print.points) * print.lots;
  state.last_points = print.points;
  state.last_lots = print.lots;
  state.last_ts = print.ts;
  if (!before.two_sided()) return;
  const std::int64_t twice_away = 2 * print.points - (before.bid + before.ask) * per_tick_;
  add(state.spread_lots, print.lots);
  state.quoted += static_cast<Wide>((before.ask - before.bid) * per_tick_) * print.lots;
  state.effective += static_cast<Wide>(twice_away < 0 ? -twice_away : twice_away) * print.lots;
}

void Statistics::close_seconds(Nanos now) {
  while (second_end_ <= now) {
    now_ = second_end_;
    for (State& state : state_) sample(state);
    seconds_.push_back(row());
    before_.push_back(state_[0].exact);
    for (State& state : state_) {
      state.bar = {};
      state.imbalance_before = state.imbalance;
    }
    second_end_ += second;
  }
}

// The mid at the end of a second, and the returns that end with it.
void Statistics::sample(State& state) const {
  const std::size_t k = seconds_.size();
  const std::int64_t mid2 = state.mid ? state.touch.bid + state.touch.ask : 0;
  const double log = mid2 > 0 ? std::log(static_cast<double>(mid2)) : nan;
  const double shorter = log - state.logs[(k + span - 1) % span], longer = log - state.logs[k % span];
  if (!std::isnan(shorter)) {
    state.squares_1 += shorter * shorter;
    ++state.returns_1;
  }
  if (!std::isnan(longer)) {
    state.squares_60 += longer * longer;
    ++state.returns_60;
  }
  state.logs[k % span] = log;
}

Second Statistics::row() const {
  const auto mid2 = [](const State& state) { return state.mid ? state.touch.bid + state.touch.ask : no_mid; };
  const auto imbalance = [](const State& state) {
    Lots sum = state.imbalance;
    add(sum, -state.imbalance_before);
    return sum;
  };
  const State &others = state_[0], &whole = state_[1];
  return {second_end_ - second, others.bar,     whole.bar, imbalance(others), imbalance(whole), mid2(others), mid2(whole)};
}

Second Statistics::running() const { return row(); }

Turnover Statistics::turnover(std::size_t first) const {
  const Turnover &now = state_[0].exact, &before = before_[std::min(first, seconds_.size())];
  return {now.lots - before.lots, now.notional - before.notional};
}

Recent Statistics::recent(View view, std::size_t seconds) const {
  const bool whole = view == View::whole;
  const std::size_t first = seconds_.size() - std::min(seconds, seconds_.size());
  const auto mid2 = [whole](const Second& bar) { return whole ? bar.whole_mid2 : bar.others_mid2; };
  Recent found{0, 0, 0, first == 0 ? no_mid : mid2(seconds_[first - 1]), 0.0, 0};
  const auto flows = [&found, whole](const Second& bar) {
    const Lots imbalance = whole ? bar.whole_imbalance : bar.others_imbalance;
    add(found.imbalance, imbalance);
    add(found.gross, imbalance == least ? most : std::abs(imbalance));
    add(found.volume, whole ? bar.whole.lots : bar.others.lots);
  };
  std::int64_t before = found.mid2;
  for (std::size_t k = first; k < seconds_.size(); ++k) {
    flows(seconds_[k]);
    const std::int64_t now = mid2(seconds_[k]);
    if (before > 0 && now > 0) {
      const double move = std::log(static_cast<double>(now) / static_cast<double>(before));
      found.squares += move * move;
      ++found.returns;
    }
    before = now;
  }
  flows(running());
  return found;
}

Statistic Statistics::of(View view) const {
  State state = state_[static_cast<std::size_t>(view)];
  hold(state);
  const Touch& touch = state.touch;
  const double bid_lots = static_cast<double>(touch.bid_lots), ask_lots = static_cast<double>(touch.ask_lots);
  const double weighted = static_cast<double>(touch.bid) * ask_lots + static_cast<double>(touch.ask) * bid_lots;
  const double per_tick = static_cast<double>(per_tick_);
  return {touch,
          state.mid ? weighted / (bid_lots + ask_lots) : nan,
          state.last_points,
          state.last_lots,
          state.last_ts,
          state.sum.lots,
          state.sum.notional,
          state.sum.trades,
          ratio(state.exact.notional, state.exact.lots),
          state.imbalance,
          state.quoted_ns,
          ratio(state.spread_ns, state.quoted_ns) * per_tick,
          state.spread_lots,
          ratio(state.quoted, state.spread_lots),
          ratio(state.effective, state.spread_lots),
          ratio(state.squares_1, state.returns_1),
          ratio(state.squares_60, state.returns_60) / static_cast<double>(span),
          state.returns_1,
          state.returns_60};
}

} // namespace lob

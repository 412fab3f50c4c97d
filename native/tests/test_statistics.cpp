// Statistics by hand: a few touches and trades whose sums can be done on paper, and sums that reach the end of an int64.
#include <cmath>

#include "check.hpp"
#include "lob/statistics.hpp"

namespace {

using namespace lob;

constexpr Nanos second = 1'000'000'000;
constexpr std::int64_t per_tick = 100;

Touch touch(Ticks bid, Ticks ask, Lots bid_lots, Lots ask_lots) { return {bid, ask, bid_lots, ask_lots}; }

Print print(Nanos ts, std::int64_t points, Lots lots, ParentKey parent = 0, std::uint32_t flags = 0) {
  return {ts, points, lots, parent, 0, flags};
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-12 * std::abs(b); }

void the_spread_is_weighted_by_time_and_the_running_part_counts() {
  Statistics statistics(0, per_tick);
  statistics.quote(0, touch(100, 102, 5, 5), touch(101, 102, 1, 5));
  statistics.quote(3 * second, touch(100, 101, 5, 5), touch(100, 101, 5, 5));
  statistics.advance(4 * second);
  CHECK(near(statistics.of(View::others).spread, (2 * 3 + 1) * 100 / 4.0));
  CHECK(near(statistics.of(View::whole).spread, 100.0));
  CHECK_EQUAL(statistics.of(View::others).quoted_ns, 4 * second);
}

void one_side_alone_locked_crossed_or_halted_has_no_mid() {
  Statistics statistics(0, per_tick);
  for (const Touch& none : {touch(100, 0, 5, 0), touch(100, 100, 5, 5), touch(101, 100, 5, 5)}) statistics.quote(0, none, none);
  statistics.advance(second);
  CHECK(std::isnan(statistics.of(View::others).spread) && std::isnan(statistics.of(View::others).microprice));
  statistics.quote(second, touch(100, 101, 5, 5), touch(100, 101, 5, 5));
  statistics.halt(2 * second, true);
  statistics.advance(9 * second);
  CHECK_EQUAL(statistics.of(View::whole).quoted_ns, second);
  CHECK(std::isnan(statistics.of(View::whole).microprice));
  statistics.halt(9 * second, false);
  statistics.advance(10 * second);
  CHECK_EQUAL(statistics.of(View::whole).quoted_ns, 2 * second);
}

void order_flow_follows_prices_first_and_sizes_where_prices_stay() {
  Statistics statistics(0, per_tick);
  const auto to = [&](const Touch& next) {
    statistics.quote(1, next, next);
    return statistics.of(View::whole).imbalance;
  };
  CHECK_EQUAL(to(touch(100, 102, 10, 20)), 0);             // the first touch is no change
  CHECK_EQUAL(to(touch(100, 102, 15, 20)), 5);             // a bid grew
  CHECK_EQUAL(to(touch(101, 102, 3, 20)), 5 + 3);          // a better bid: all of it
  CHECK_EQUAL(to(touch(101, 103, 3, 9)), 8 + 20);          // the offer is gone: all that it was
  CHECK_EQUAL(to(touch(101, 0, 3, 0)), 28 + 9);            // an empty side is the worst price
  CHECK_EQUAL(to(touch(100, 102, 7, 4)), 37 - 3 - 4);      // the bid fell, an offer came
  statistics.halt(2, true);
  CHECK_EQUAL(to(touch(90, 110, 1, 1)), 30);
}

void spreads_of_trades_are_those_just_before_and_weighted_by_lots() {
  Statistics statistics(0, per_tick);
  const Touch before = touch(100, 104, 5, 5);
  statistics.trade(print(1, 10'400, 30), before, before);
  statistics.trade(print(1, 10'250, 10), before, before);          // hidden, inside
  statistics.trade(print(1, 9'000, 10), touch(100, 0, 5, 0), {});  // no mid, so no spread
  statistics.trade(print(1, 10'400, 50, 1), before, touch(103, 104, 1, 5));
  const Statistic others = statistics.of(View::others), whole = statistics.of(View::whole);
  CHECK_EQUAL(others.spread_lots, 40);
  CHECK(near(others.effective_spread, (400.0 * 30 + 100 * 10) / 40) && near(others.quoted_spread, 400));
  CHECK_EQUAL(whole.spread_lots, 90);
  CHECK(near(whole.effective_spread, (400.0 * 30 + 100 * 10 + 100 * 50) / 90));
  CHECK(others.volume == 50 && whole.volume == 100 && others.trades == 3 && whole.trades == 4);
  CHECK(near(others.vwap, (10'400.0 * 30 + 10'250 * 10 + 9'000 * 10) / 50));
  CHECK(others.last_points == 9'000 && whole.last_points == 10'400);
}

void auctions_and_what_prints_in_a_halt_count_nowhere() {
  Statistics statistics(0, per_tick);
  statistics.trade(print(1, 100, 7, 0, print_auction), {}, {});
  statistics.halt(2, true);
  statistics.trade(print(3, 100, 7), {}, {});
  CHECK(statistics.of(View::whole).volume == 0 && statistics.of(View::whole).last_lots == 0 && statistics.running().whole.trades == 0);
}

void a_second_ends_before_what_happens_on_the_next() {
  Statistics statistics(5 * second, per_tick);
  statistics.quote(5 * second, touch(100, 102, 5, 5), touch(100, 102, 5, 5));
  statistics.trade(print(6 * second - 1, 10'100, 1), {}, {});
  statistics.trade(print(6 * second, 10'200, 2), {}, {});
  statistics.quote(6 * second, touch(100, 103, 5, 5), touch(100, 103, 5, 5));
  statistics.advance(8 * second);
  const auto& seconds = statistics.seconds();
  CHECK_EQUAL(seconds.size(), 3u);
  CHECK(seconds[0].ts == 5 * second && seconds[0].others.lots == 1 && seconds[0].others_mid2 == 202);
  CHECK(seconds[1].others.open == 10'200 && seconds[1].others_mid2 == 203 && seconds[1].others_imbalance == 5);
  CHECK(seconds[2].others.trades == 0 && statistics.running().ts == 8 * second);
}

void volatility_is_of_whole_seconds_and_overlapping_minutes() {
  Statistics statistics(0, per_tick);
  const auto mid2 = [](Nanos k) { return 20'000 + 2 * ((k * 37) % 11); };
  double ones = 0, sixties = 0;
  for (Nanos k = 0; k < 100; ++k) {
    const Ticks bid = mid2(k) / 2 - 1;
    statistics.quote(k * second + 17, touch(bid, bid + 2, 1, 1), touch(bid, bid + 2, 1, 1));
    const auto moved = [&](Nanos span) { return std::log(static_cast<double>(mid2(k))) - std::log(static_cast<double>(mid2(k - span))); };
    if (k >= 1) ones += moved(1) * moved(1);
    if (k >= 60) sixties += moved(60) * moved(60);
  }
  statistics.advance(100 * second);
  const Statistic found = statistics.of(View::others);
  CHECK(found.returns_1 == 99 && found.returns_60 == 40);
  CHECK(near(found.variance_1, ones / 99) && near(found.variance_60, sixties / 40 / 60));
}

void sums_stop_at_the_ends() {
  Statistics statistics(0, per_tick);
  for (int i = 0; i < 3; ++i) statistics.trade(print(1, INT64_MAX / 2, INT64_MAX / 2), {}, {});
  const Statistic found = statistics.of(View::whole);
  CHECK(found.volume == INT64_MAX && found.notional == INT64_MAX && found.trades == 3);
  CHECK(found.vwap == static_cast<double>(INT64_MAX / 2));
}

void prices_average_exactly_beyond_an_int64() {
  constexpr std::int64_t points = 800'000'000'000;
  Statistics statistics(0, per_tick);
  for (Nanos k = 0; k < 120; ++k) statistics.trade(print(k / 40 * second + 1, points + k % 2, 1'000'000), {}, {});
  const auto is = [&](std::size_t first, std::int64_t trades, std::int64_t odd) {
    const Turnover found = statistics.turnover(first);
    CHECK(found.lots == __int128{trades} * 1'000'000);
    CHECK(found.notional == (__int128{points} * trades + odd) * 1'000'000);
  };
  CHECK(statistics.of(View::others).vwap == static_cast<double>(points) + .5);
  is(0, 120, 60);
  is(2, 40, 20);
  is(3, 40, 20); // which has not begun: the running one
  statistics.advance(5 * second);
  is(1, 80, 40);
  is(5, 0, 0);
}

} // namespace

int main() {
  return check::run({
      CLAIM(the_spread_is_weighted_by_time_and_the_running_part_counts),
      CLAIM(one_side_alone_locked_crossed_or_halted_has_no_mid),
      CLAIM(order_flow_follows_prices_first_and_sizes_where_prices_stay),
      CLAIM(spreads_of_trades_are_those_just_before_and_weighted_by_lots),
      CLAIM(auctions_and_what_prints_in_a_halt_count_nowhere),
      CLAIM(a_second_ends_before_what_happens_on_the_next),
      CLAIM(volatility_is_of_whole_seconds_and_overlapping_minutes),
      CLAIM(sums_stop_at_the_ends),
      CLAIM(prices_average_exactly_beyond_an_int64),
  });
}

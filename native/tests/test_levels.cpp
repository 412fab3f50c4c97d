// Levels only: our place in a level's queue, by each rule; what trades, cancels and updates do to it.
#include "check.hpp"
#include "lob/levels.hpp"
#include "lob/session.hpp"

using namespace lob;

namespace {

constexpr Nanos second = 1'000'000'000, opens = 0, closes = 1'000 * second;
constexpr Side buy = Side::buy, sell = Side::sell;

// Bid 100 × 10 and 99 × 10, ask 102 × 10 and 103 × 10 at the open; then what the test says, a second apart.
struct Rig {
  explicit Rig(QueueRule rule) : session({opens, closes, 1, {2, true, {}}}), tape(std::make_shared<LevelTape>()), rule_(rule) {
    tape->open = opens;
    tape->close = closes;
    for (const Ticks price : {100, 99}) set(price, 10, buy);
    for (const Ticks price : {102, 103}) set(price, 10, sell);
    tape->opening = 4;
    now_ = second;
  }
  Rig& set(Ticks price, Lots lots, Side side, LevelKind kind = LevelKind::set) { return row({now_, 2 * price, lots, kind, side, true, true}); }
  Rig& reveal(Ticks price, Lots lots, Side side) { return set(price, lots, side, LevelKind::reveal); }
  Rig& trade(Ticks price, Lots lots, Side resting) { return row({now_, 2 * price, lots, LevelKind::trade, resting, true, true}); }
  Rig& halt(HaltState state) { return row({now_, static_cast<std::int64_t>(state), 0, LevelKind::halt, buy, true, true}); }

  Rig& begin() {
    session.attach(std::make_unique<LevelReplay>(tape, LevelReplay::Config{rule_}, session.venue()));
    return *this;
  }
  Rig& send(Side side, bool ioc, Ticks price, Lots lots) {
    session.submit({0, 1, ++number_, 1, side, ioc, price, lots, closes});
    return *this;
  }
  Rig& until(Nanos time) {
    for (StopKind stop = StopKind::report; stop == StopKind::report || stop == StopKind::halt; take()) stop = session.advance({time}, nullptr);
    return *this;
  }
  void take() {
    for (const Report& report : session.reports()) {
      if (report.kind != ReportKind::fill) continue;
      filled += report.lots;
      certain = report.certain;
      paid = report.price;
    }
    session.reports().clear();
  }
  Lots live(Side side, Ticks at) const { return session.venue().book().level(side, at).lots; }
  std::int64_t counter(const char* name) const { return session.counters().at(name); }

  Session session;
  std::shared_ptr<LevelTape> tape;
  Lots filled = 0;
  bool certain = false;
  Ticks paid = 0;

private:
  Rig& row(const LevelRow& row) {
    tape->rows.push_back(row);
    now_ += tape->rows.size() < 4 ? 0 : second;
    return *this;
  }
  QueueRule rule_;
  Nanos now_ = opens;
  std::uint32_t number_ = 0;
};

Lots filled_after_a_cancel(QueueRule rule) { // 10 ahead of us, 10 behind; 10 cancel; 9 trade
  Rig rig(rule);
  rig.set(100, 20, buy).set(100, 10, buy).trade(100, 9, buy).begin();
  return rig.send(buy, false, 100, 8).until(closes).filled;
}

void cancels_are_behind_us_or_among_all_or_ahead_of_us() {
  CHECK_EQUAL(filled_after_a_cancel(QueueRule::pessimistic), 0); // all ten are still ahead
  CHECK_EQUAL(filled_after_a_cancel(QueueRule::central), 4);     // five are
  CHECK_EQUAL(filled_after_a_cancel(QueueRule::optimistic), 8);  // nobody is
}

void what_is_displayed_when_we_join_is_ahead_and_what_comes_later_is_behind() {
  Rig rig(QueueRule::pessimistic);
  rig.set(100, 30, buy).trade(100, 10, buy).trade(100, 5, buy).begin();
  rig.send(buy, false, 100, 8).until(2 * second);
  CHECK_EQUAL(rig.filled, 0);
  rig.until(closes);
  CHECK_EQUAL(rig.filled, 5);
  CHECK(rig.certain);
  CHECK_EQUAL(rig.counter("displaced"), 5); // they would have gone to those behind us
}

void a_trade_beyond_our_price_fills_us_for_certain() {
  Rig rig(QueueRule::central);
  rig.trade(99, 3, buy).begin();
  rig.send(buy, false, 100, 2).until(closes);
  CHECK_EQUAL(rig.filled, 2);
  CHECK_EQUAL(rig.paid, 100);
  CHECK(rig.certain);
}

void a_fill_by_the_queue_is_assumed() {
  Rig rig(QueueRule::central);
  rig.trade(100, 12, buy).begin();
  rig.send(buy, false, 100, 2).until(closes);
  CHECK_EQUAL(rig.filled, 2);
  CHECK(!rig.certain);
}

void what_we_took_is_back_at_its_levels_next_update_and_starves_who_comes_before() {
  Rig rig(QueueRule::central);
  rig.set(101, 1, buy).trade(102, 10, sell).set(102, 9, sell).begin();
  rig.send(buy, true, 102, 6).until(second);
  CHECK_EQUAL(rig.filled, 6);
  CHECK_EQUAL(rig.live(sell, 102), 4);
  rig.until(2 * second);
  CHECK_EQUAL(rig.live(sell, 102), 0);
  CHECK_EQUAL(rig.counter("starved"), 6);
  rig.until(3 * second);
  CHECK_EQUAL(rig.live(sell, 102), 9);
}

void a_level_that_crosses_us_trades_with_us_once() {
  Rig rig(QueueRule::central);
  rig.set(101, 3, buy).set(101, 3, buy).set(101, 5, buy).begin();
  rig.send(sell, false, 101, 20).until(2 * second);
  CHECK_EQUAL(rig.filled, 3);
  rig.until(3 * second);
  CHECK_EQUAL(rig.filled, 5); // only the two that are new
  CHECK_EQUAL(rig.counter("created_prints"), 5);
}

void a_level_that_comes_into_view_is_ahead_of_us() {
  Rig rig(QueueRule::pessimistic);
  rig.set(100, 11, buy).reveal(98, 7, buy).trade(98, 8, buy).begin();
  rig.send(buy, false, 98, 5).until(closes);
  CHECK_EQUAL(rig.counter("reveal_behind"), 1);
  CHECK_EQUAL(rig.filled, 1);
}

void while_the_book_is_crossed_what_crosses_waits() {
  Rig rig(QueueRule::central);
  rig.set(103, 4, buy).set(103, 0, buy).begin();
  rig.until(second);
  CHECK_EQUAL(rig.live(buy, 103), 0);
  CHECK_EQUAL(rig.session.venue().touch().bid, 103); // the touch is shown as it was recorded
  CHECK_EQUAL(rig.counter("crossed"), 1);
  rig.until(2 * second);
  CHECK_EQUAL(rig.session.venue().touch().bid, 100);
}

void nothing_of_ours_trades_in_a_halt() {
  Rig rig(QueueRule::optimistic);
  rig.set(100, 9, buy).halt(HaltState::halted).trade(99, 50, buy).halt(HaltState::trading).trade(99, 50, buy).begin();
  rig.send(buy, false, 100, 2).until(3 * second);
  CHECK_EQUAL(rig.filled, 0);
  rig.until(closes);
  CHECK_EQUAL(rig.filled, 2);
}

void an_order_stops_at_the_last_recorded_level() {
  Rig rig(QueueRule::central);
  rig.set(100, 11, buy).begin();
  rig.send(buy, false, 200, 25).until(closes);
  CHECK_EQUAL(rig.filled, 20);
  CHECK_EQUAL(rig.counter("truncated"), 5);
}

} // namespace

int main() {
  return check::run({CLAIM(cancels_are_behind_us_or_among_all_or_ahead_of_us), CLAIM(what_is_displayed_when_we_join_is_ahead_and_what_comes_later_is_behind),
                     CLAIM(a_trade_beyond_our_price_fills_us_for_certain), CLAIM(a_fill_by_the_queue_is_assumed),
                     CLAIM(what_we_took_is_back_at_its_levels_next_update_and_starves_who_comes_before),
                     CLAIM(a_level_that_crosses_us_trades_with_us_once), CLAIM(a_level_that_comes_into_view_is_ahead_of_us),
                     CLAIM(while_the_book_is_crossed_what_crosses_waits), CLAIM(nothing_of_ours_trades_in_a_halt),
                     CLAIM(an_order_stops_at_the_last_recorded_level)});
}

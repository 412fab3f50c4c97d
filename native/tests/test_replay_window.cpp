// The rules of a replay where the tape does not show everything: the window of levels, locked and crossed books, halts.
#include "check.hpp"
#include "day.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;
using Owners = std::vector<Owner>;

Day quiet() { return three_levels().at(1'000).nothing(); }

// --- ahead of us -------------------------------------------------------------------------------------------------------------

void what_was_there_at_the_open_is_ahead_of_us() {
  Day day = three_levels();
  day.at(1).add(7, buy, 100, 30).at(10).execute(1, 100).execute(7, 30).at(20).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 100, 10).after(2);
  CHECK(rig.queue(buy, 100) == (Owners{0, 0, 1})); // at one instant the market comes first
  rig.after(3);
  const Report accepted = rig.reports()[0];
  CHECK(accepted.kind == ReportKind::accepted);
  CHECK_EQUAL(accepted.queue_ahead, 130);
  CHECK_EQUAL(accepted.queue_known, 30); // of the hundred nobody saw the arrival
  CHECK_EQUAL(rig.filled(), 0);
}

void what_comes_into_view_at_our_price_is_ahead_of_us() {
  Day day(1);
  day.resting(1, buy, 100, 100).resting(2, buy, 98, 70).resting(4, sell, 102, 100).at(0).nothing();
  day.at(10).remove(1).at(20).execute(2, 60).at(30).execute(2, 10).at(40).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 98, 10).until(5);
  CHECK_EQUAL(rig.reports()[0].queue_ahead, 0); // nothing to be seen there
  CHECK(rig.queue(buy, 98) == (Owners{1}));
  rig.after(2);
  CHECK(rig.queue(buy, 98) == (Owners{0, 1}));
  CHECK_EQUAL(rig.counter("reveal_behind"), 1);
  rig.after(4);
  CHECK_EQUAL(rig.filled(), 0); // seventy lots went first
}

void depth_that_comes_into_view_across_our_price_trades_with_us_never() {
  Day day(1); // offers 102, then 99 and 98 come, 98 goes: 99 is seen again
  day.resting(1, buy, 90, 100).resting(4, sell, 102, 100).at(0).nothing();
  day.at(10).add(7, sell, 99, 5).at(20).add(8, sell, 98, 5).at(30).remove(8).at(40).nothing().at(50).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 100, 50).after(3);
  CHECK_EQUAL(rig.filled(), 10); // from 99 and from 98
  rig.after(4);
  CHECK_EQUAL(rig.recorded(sell, 99), 5);
  CHECK_EQUAL(rig.filled(), 10); // the five at 99 we have had
  CHECK_EQUAL(rig.live(sell, 99), 0);
  rig.recall(1, 1).after(5).until(45);
  CHECK_EQUAL(rig.of(ReportKind::canceled)[0].lots, 40);
  rig.after(6, day_open + 50 * millisecond);
  CHECK_EQUAL(rig.live(sell, 99), 5); // nothing crosses it any more
}

// --- the window --------------------------------------------------------------------------------------------------------------

void levels_of_ours_do_not_count_among_the_recorded_ones() {
  Day day = three_levels();
  day.at(10).remove(1).at(20).add(7, buy, 100, 10).at(30).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 10).send(1, buy, 97, 10).after(3);
  for (const Ticks price : {99, 98}) CHECK_EQUAL(rig.live(buy, price), 100);
  CHECK_EQUAL(rig.live(buy, 100), 10);
  CHECK_EQUAL(rig.live(buy, 101) + rig.live(buy, 97), 20);
}

void a_level_that_leaves_the_window_leaves_the_live_book_and_ours_stays() {
  Day day = three_levels();
  day.at(10).add(7, buy, 101, 10).at(20).remove(7).at(30).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 98, 10).after(2);
  CHECK(rig.queue(buy, 98) == (Owners{1}));
  CHECK_EQUAL(rig.recorded(buy, 98), 0);
  rig.after(3);
  CHECK(rig.queue(buy, 98) == (Owners{0, 1})); // back again, and ahead
}

void what_we_took_is_forgotten_when_its_level_leaves_the_window() {
  Day day = three_levels();
  day.at(10).add(7, sell, 101, 10).at(20).remove(7).at(30).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 104, 250, {.ioc = true}).after(2);
  CHECK_EQUAL(rig.live(sell, 104), 0);
  rig.after(3);
  CHECK_EQUAL(rig.live(sell, 104), 100); // who stands there now, nobody knows
  CHECK_EQUAL(rig.live(sell, 103), 0);
}

void a_sweep_stops_at_the_last_recorded_level() {
  for (const bool ioc : {true, false}) {
    Rig rig(quiet());
    rig.after(1).send(1, buy, 110, 350, {.ioc = ioc}).until(5);
    CHECK_EQUAL(rig.filled(), 300);
    const Report last = rig.reports().back();
    CHECK(last.kind == ReportKind::expired && last.reason == ReportReason::beyond_recorded_depth);
    CHECK_EQUAL(last.lots, 50);
    CHECK_EQUAL(rig.counter("truncated"), 50);
    CHECK_EQUAL(rig.venue().own_open(), 0u);
  }
}

void an_order_within_the_recorded_levels_rests_with_its_remainder() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 104, 350).until(5);
  CHECK_EQUAL(rig.filled(), 300);
  CHECK_EQUAL(rig.live(buy, 104), 50); // all that was there at 104 or better, it has seen and taken
  CHECK_EQUAL(rig.counter("truncated"), 0);
}

void an_order_that_finds_the_window_taken_by_us_does_not_rest_beyond_it() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 104, 300, {.ioc = true}).until(5).send(2, buy, 110, 10).until(10);
  const Report last = rig.reports().back();
  CHECK(last.kind == ReportKind::expired && last.reason == ReportReason::beyond_recorded_depth);
  CHECK_EQUAL(rig.venue().own_open(), 0u);
}

void orders_of_ours_beyond_the_window_do_not_lengthen_it() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 108, 40, {.account = 2}).until(5).send(2, buy, 110, 350).until(10);
  CHECK_EQUAL(rig.filled(), 300);
  CHECK(rig.reports().back().reason == ReportReason::beyond_recorded_depth);
  CHECK_EQUAL(rig.live(sell, 108), 40);
}

// --- locked and crossed ------------------------------------------------------------------------------------------------------

void what_locks_or_crosses_the_recorded_book_waits_outside_the_live_one() {
  Day day = three_levels();
  day.at(10).add(7, buy, 102, 30).at(20).add(8, sell, 101, 5).at(30).cut(7, 10).at(40).remove(4).at(50).remove(8).at(60).nothing();
  Rig rig(day);
  rig.after(3);
  CHECK_EQUAL(rig.recorded(buy, 102), 30);
  CHECK_EQUAL(rig.live(buy, 102), 0);
  CHECK_EQUAL(rig.live(sell, 101), 0); // it crosses the bid that waits: it waits too
  CHECK_EQUAL(rig.counter("crossed"), 2);
  CHECK_EQUAL(rig.venue().touch().bid, 102); // the market as it shows itself
  CHECK_EQUAL(rig.venue().touch().ask, 101);
  CHECK(!rig.venue().touch().two_sided());
  rig.after(5);
  CHECK_EQUAL(rig.live(buy, 102), 0); // order 8 still crosses it
  rig.after(6);
  CHECK_EQUAL(rig.live(buy, 102), 20); // less what was withdrawn while it waited
  CHECK(rig.venue().touch().two_sided());
}

void an_order_that_waits_can_be_executed_on_the_tape() {
  Day day = three_levels();
  day.at(10).add(7, buy, 102, 30).at(20).execute(7, 30).at(30).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 10).after(3);
  CHECK_EQUAL(rig.filled(), 0); // ours is no better than the one that waits
  CHECK_EQUAL(rig.venue().record().prints.back().lots, 30);
  CHECK_EQUAL(rig.live(buy, 102), 0);
}

void an_order_that_waited_is_ahead_of_ours_that_came_later_and_behind_ours_that_came_earlier() {
  Day day = three_levels();
  day.at(10).add(7, buy, 102, 30).at(20).remove(4).at(30).nothing();
  Rig later(day);
  later.after(1).send(9, buy, 102, 100, {.ioc = true}).after(2).send(1, buy, 102, 10).until(15);
  CHECK(later.queue(buy, 102) == (Owners{1})); // we have taken what locks the recorded book
  later.after(3);
  CHECK(later.queue(buy, 102) == (Owners{0, 1}));
  Rig earlier(day);
  earlier.after(1).send(1, buy, 102, 110).after(3);
  CHECK(earlier.queue(buy, 102) == (Owners{1, 0}));
}

void an_order_that_waited_does_not_trade_with_ours() {
  Day day = three_levels();
  day.at(10).add(7, buy, 102, 30).at(20).remove(4).at(30).nothing().at(40).nothing();
  Rig rig(day);
  rig.after(2).send(1, sell, 102, 10).after(3);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK_EQUAL(rig.live(buy, 102), 0);
  rig.recall(1, 1).after(4).until(35);
  rig.after(5);
  CHECK_EQUAL(rig.live(buy, 102), 30);
}

void a_day_may_open_locked() {
  Day day(2);
  day.resting(1, buy, 100, 10).resting(2, sell, 100, 20).resting(3, sell, 101, 5).at(0).nothing().at(10).remove(1).at(20).nothing();
  Rig rig(day);
  CHECK(!rig.venue().touch().two_sided());
  CHECK_EQUAL(rig.venue().touch().ask, 100);
  rig.after(2);
  CHECK_EQUAL(rig.live(sell, 100), 20);
  CHECK_EQUAL(rig.live(sell, 101), 5);
}

// --- halts and crosses -------------------------------------------------------------------------------------------------------

void in_a_halt_nothing_of_ours_arrives_and_cancels_pass() {
  for (const int state : {-1, 0}) {
    Day day = three_levels();
    day.at(10).halt(state).at(20).nothing().at(30).nothing();
    Rig rig(day);
    rig.after(1).send(1, buy, 99, 10).after(2).send(1, buy, 99, 10).recall(1, 1).until(15);
    CHECK(rig.of(ReportKind::rejected)[0].reason == ReportReason::halted);
    CHECK(rig.of(ReportKind::canceled)[0].reason == ReportReason::canceled);
    rig.after(3).send(1, buy, 99, 10).until(25);
    CHECK_EQUAL(rig.of(ReportKind::accepted).size(), 2u);
    CHECK_EQUAL(rig.counter("halts"), 1);
  }
}

void in_a_halt_nothing_of_ours_trades() {
  Day day = three_levels();
  day.at(10).halt(-1).at(20).add(7, sell, 101, 30).at(30).execute(1, 20).at(40).hidden(10'050, 20).at(50).halt(0).at(60).halt(1);
  day.at(70).execute(1, 20).at(80).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 50).after(7);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK_EQUAL(rig.live(sell, 101), 0); // what would cross us waits
  rig.after(8);
  CHECK_EQUAL(rig.filled(), 20);
  CHECK_EQUAL(rig.counter("created_prints") + rig.counter("hidden_claimed"), 0);
}

void in_a_halt_a_starved_aggressor_takes_nothing_else() {
  Day day = three_levels();
  day.at(10).halt(-1).at(20).execute(4, 100).at(30).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 102, 100, {.ioc = true}).until(5).send(2, sell, 102, 10, {.account = 2}).end();
  CHECK_EQUAL(rig.filled(), 100);
  CHECK_EQUAL(rig.counter("starved"), 100);
}

void halts_are_counted_once_and_written_down() {
  Day day = three_levels();
  day.at(10).halt(-1).at(20).halt(0).at(30).halt(1).at(40).halt(1).at(50).halt(-1);
  Rig rig(day);
  rig.end();
  CHECK_EQUAL(rig.counter("halts"), 2);
  std::vector<std::int64_t> states;
  for (const QuoteRow& row : rig.venue().record().quotes) states.push_back(row.halted);
  CHECK(states == (std::vector<std::int64_t>{0, 1, 0, 1}));
}

void a_cross_is_an_auction_print_and_fills_none_of_ours() {
  Day day = three_levels();
  day.at(10).cross(10'150, 5'000).at(20).nothing();
  Rig rig(day);
  rig.venue().meters().emplace_back(1, buy, false, 0);
  rig.venue().meters().back().set_active(true);
  rig.after(1).send(2, buy, 101, 10).end();
  CHECK_EQUAL(rig.filled(), 0);
  CHECK_EQUAL(rig.venue().record().prints.back().flags, print_auction);
  CHECK_EQUAL(rig.venue().record().reference.back().flags, print_auction);
  CHECK_EQUAL(rig.venue().meter(1)->total(), 0);
}

} // namespace

int main() {
  return check::run({CLAIM(what_was_there_at_the_open_is_ahead_of_us),
                     CLAIM(what_comes_into_view_at_our_price_is_ahead_of_us),
                     CLAIM(depth_that_comes_into_view_across_our_price_trades_with_us_never),
                     CLAIM(levels_of_ours_do_not_count_among_the_recorded_ones),
                     CLAIM(a_level_that_leaves_the_window_leaves_the_live_book_and_ours_stays),
                     CLAIM(what_we_took_is_forgotten_when_its_level_leaves_the_window),
                     CLAIM(a_sweep_stops_at_the_last_recorded_level),
                     CLAIM(an_order_within_the_recorded_levels_rests_with_its_remainder),
                     CLAIM(an_order_that_finds_the_window_taken_by_us_does_not_rest_beyond_it),
                     CLAIM(orders_of_ours_beyond_the_window_do_not_lengthen_it),
                     CLAIM(what_locks_or_crosses_the_recorded_book_waits_outside_the_live_one),
                     CLAIM(an_order_that_waits_can_be_executed_on_the_tape),
                     CLAIM(an_order_that_waited_is_ahead_of_ours_that_came_later_and_behind_ours_that_came_earlier),
                     CLAIM(an_order_that_waited_does_not_trade_with_ours),
                     CLAIM(a_day_may_open_locked),
                     CLAIM(in_a_halt_nothing_of_ours_arrives_and_cancels_pass),
                     CLAIM(in_a_halt_nothing_of_ours_trades),
                     CLAIM(in_a_halt_a_starved_aggressor_takes_nothing_else),
                     CLAIM(halts_are_counted_once_and_written_down),
                     CLAIM(a_cross_is_an_auction_print_and_fills_none_of_ours)});
}

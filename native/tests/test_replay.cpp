// The rules of a replay, one by one, on days made by hand: who trades with whom where we were not on the tape.
#include "check.hpp"
#include "day.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;

// --- run ---------------------------------------------------------------------------------------------------------------------

void executions_of_one_instant_and_side_are_one_aggressor() {
  Day day = three_levels();
  day.at(10).execute(4, 100).execute(5, 60).at(20).execute(5, 10);
  Rig rig(day);
  rig.after(1).send(1, sell, 102, 130).end(); // behind the hundred at 102, before those at 103
  CHECK_EQUAL(rig.counter("sweeps"), 1);
  CHECK_EQUAL(rig.fills().size(), 2u);
  CHECK_EQUAL(rig.fills()[0].lots, 60); // of 160, a hundred were ahead of us
  CHECK_EQUAL(rig.fills()[1].lots, 10);
  CHECK(rig.fills()[0].maker && rig.fills()[0].certain);
  CHECK_EQUAL(rig.fills()[0].ts, day_open + 10 * millisecond);
  CHECK_EQUAL(rig.fills()[0].price, 102);
  CHECK_EQUAL(rig.counter("displaced"), 70);
  CHECK_EQUAL(rig.live(sell, 103), 30); // what our fills displaced has left as the tape says
}

void a_run_reaches_for_its_total_from_its_first_row_on() {
  Day day = three_levels();
  day.at(10).execute(4, 100).execute(5, 60);
  Rig rig(day);
  rig.after(1).send(1, sell, 101, 300).after(2);
  CHECK_EQUAL(rig.filled(), 160); // at 101, before anybody at 102 or 103
  rig.end();
  CHECK_EQUAL(rig.filled(), 160);
  CHECK_EQUAL(rig.counter("displaced"), 160);
}

void hidden_executions_do_not_part_a_run_and_other_events_do() {
  Day day = three_levels();
  day.at(10).execute(4, 50).hidden(10'250, 5).execute(4, 50).at(20).execute(5, 10).add(9, buy, 99, 1).execute(5, 10);
  Rig rig(day);
  CHECK_EQUAL(rig.end().counter("sweeps"), 1);
}

void the_limit_of_a_run_is_its_worst_price_wherever_it_stands() {
  Day day = three_levels();
  day.at(5).add(9, sell, 103, 50).at(10).execute(5, 100).execute(4, 100); // the worse price comes first
  Rig rig(day);
  rig.after(1).send(1, buy, 102, 100, {.ioc = true}).end(); // we take what it comes for at 102
  CHECK_EQUAL(rig.counter("starved"), 50);
  CHECK_EQUAL(rig.live(sell, 103), 0); // and it goes on to the fifty at 103, its own limit
  CHECK_EQUAL(rig.live(sell, 104), 100);
}

void what_an_aggressor_does_not_find_never_rests() {
  Day day = three_levels();
  day.at(10).execute(4, 100);
  Rig rig(day);
  rig.after(1).send(1, buy, 102, 100, {.ioc = true}).end();
  CHECK_EQUAL(rig.counter("starved"), 100);
  CHECK_EQUAL(*rig.venue().book().best(buy), 100);
  CHECK_EQUAL(*rig.venue().book().best(sell), 103);
}

// --- displaced ---------------------------------------------------------------------------------------------------------------

void an_aggressor_fills_our_better_price_first_and_the_maker_leaves() {
  Day day = three_levels();
  day.at(10).execute(4, 80).at(20).remove(4);
  Rig rig(day);
  rig.after(1).send(1, sell, 101, 30).after(2);
  CHECK_EQUAL(rig.filled(), 30);
  CHECK_EQUAL(rig.fills()[0].price, 101);
  CHECK_EQUAL(rig.counter("displaced"), 30);
  CHECK_EQUAL(rig.live(sell, 102), rig.recorded(sell, 102)); // no zombie of thirty
  rig.end();
  CHECK_EQUAL(rig.live(sell, 102), 0);
  CHECK_EQUAL(rig.counter("shrunk"), 0);
}

void an_aggressor_fills_our_earlier_place_first() {
  Day day = three_levels();
  day.at(10).add(7, sell, 101, 50).at(20).execute(7, 50);
  Rig rig(day);
  rig.after(1).send(1, sell, 101, 20).end(); // there before order 7
  CHECK_EQUAL(rig.filled(), 20);
  CHECK_EQUAL(rig.counter("displaced"), 20);
  CHECK_EQUAL(rig.venue().record().prints.back().lots, 30);
}

void an_order_behind_the_maker_waits_its_turn() {
  Day day = three_levels();
  day.at(10).add(7, sell, 101, 50).at(20).execute(7, 49).at(30).execute(7, 1).at(40).add(8, sell, 101, 5).at(50).execute(8, 5);
  Rig rig(day);
  rig.after(2).send(1, sell, 101, 20).after(4);
  CHECK_EQUAL(rig.filled(), 0);
  rig.end();
  CHECK_EQUAL(rig.filled(), 5); // of the aggressor that came for order 8, which is behind us
}

void an_order_with_the_market_ahead_waits_even_if_the_tape_passes_it_over() {
  Day day = three_levels();
  day.at(10).add(7, sell, 102, 50).at(20).execute(7, 50); // order 4 was there before it
  Rig rig(day);
  rig.after(1).send(1, sell, 102, 20).end(); // behind order 4, before order 7
  CHECK_EQUAL(rig.filled(), 0);
  CHECK_EQUAL(rig.live(sell, 102), rig.recorded(sell, 102));
}

// --- starved, shrunk ---------------------------------------------------------------------------------------------------------

void a_starved_taker_takes_what_is_left_within_its_limit() {
  Day day = three_levels();
  day.at(10).add(7, sell, 102, 40).at(20).execute(4, 100);
  Rig rig(day);
  rig.after(2).send(1, buy, 102, 90, {.ioc = true}).end(); // order 4 has ten left, order 7 forty
  CHECK_EQUAL(rig.counter("starved"), 50);
  CHECK_EQUAL(rig.live(sell, 102), 0);
  CHECK_EQUAL(rig.recorded(sell, 102), 40);
  const auto& prints = rig.venue().record().prints;
  CHECK_EQUAL(prints.size(), 3u); // ours, ten, forty
  CHECK_EQUAL(prints[1].lots + prints[2].lots, 50);
  CHECK_EQUAL(prints[2].parent, 0u);
}

void withdrawals_of_what_we_took_shrink_to_what_is_left() {
  Day day = three_levels();
  day.at(10).add(7, sell, 101, 100).at(20).cut(7, 30).at(30).remove(7).at(40).nothing();
  Rig rig(day);
  rig.after(2).send(1, buy, 101, 60, {.ioc = true}).after(3);
  CHECK_EQUAL(rig.live(sell, 101), 10);
  CHECK_EQUAL(rig.counter("shrunk"), 0);
  rig.after(4);
  CHECK_EQUAL(rig.live(sell, 101), 0);
  CHECK_EQUAL(rig.counter("shrunk"), 60);
}

void unknown_ids_reduce_anonymous_depth_and_never_ours() {
  Day day = three_levels();
  day.at(10).cut(1, 40).at(20).execute(1, 30).at(30).remove(1).at(40).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 100, 25).after(2);
  CHECK_EQUAL(rig.live(buy, 100), 60 + 25);
  rig.after(3);
  CHECK_EQUAL(rig.live(buy, 100), 30 + 25);
  rig.after(4);
  CHECK_EQUAL(rig.live(buy, 100), 25);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK_EQUAL(rig.venue().own_open(), 1u);
}

void unknown_ids_take_no_more_than_we_left_of_the_depth() {
  Day day = three_levels();
  day.at(10).cut(1, 50).at(20).remove(1);
  Rig rig(day);
  rig.after(1).send(1, sell, 100, 70, {.ioc = true}).send(2, buy, 100, 25, {.account = 2}).end();
  CHECK_EQUAL(rig.counter("shrunk"), 70); // thirty were left for the fifty, none for the other fifty
  CHECK_EQUAL(rig.live(buy, 100), 0);     // the day is over: ours has expired too
  CHECK_EQUAL(rig.of(ReportKind::expired).size(), 1u);
  CHECK_EQUAL(rig.of(ReportKind::expired)[0].lots, 25);
}

// --- created -----------------------------------------------------------------------------------------------------------------

void a_recorded_order_that_crosses_ours_trades_and_rests_with_the_remainder() {
  Day day = three_levels();
  day.at(10).add(7, sell, 101, 80).at(20).cut(7, 20).at(30).remove(7).at(40).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 30).after(2);
  CHECK_EQUAL(rig.filled(), 30);
  CHECK(rig.fills()[0].maker);
  CHECK_EQUAL(rig.counter("created_prints"), 30);
  CHECK_EQUAL(rig.live(sell, 101), 50);
  rig.after(3);
  CHECK_EQUAL(rig.live(sell, 101), 30); // under its own id
  rig.after(4);
  CHECK_EQUAL(rig.live(sell, 101), 0);
  CHECK_EQUAL(rig.counter("shrunk"), 30);
  CHECK_EQUAL(rig.venue().record().reference.size(), 0u); // nobody traded on the tape
}

void a_locking_order_trades_with_ours_at_better_prices_alone() {
  Day day = three_levels();
  day.at(10).add(7, sell, 100, 80).at(20).nothing(); // locks the recorded book
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 30).send(2, buy, 100, 30).after(2);
  CHECK_EQUAL(rig.filled(), 30);
  CHECK_EQUAL(rig.fills()[0].price, 101);
  CHECK_EQUAL(rig.counter("created_prints"), 30);
  CHECK_EQUAL(rig.live(sell, 100), 0); // it waits
  CHECK_EQUAL(rig.live(buy, 100), 130);
}

// --- hidden ------------------------------------------------------------------------------------------------------------------

Lots claimed(Side side, Ticks price, std::int64_t points, Lots lots, bool central = true) {
  Day day = three_levels();
  day.at(10).hidden(points, lots);
  Rig rig(day, millisecond, central);
  rig.after(1).send(1, side, price, 50).end();
  for (const Report& fill : rig.fills()) {
    CHECK(fill.maker && !fill.certain);
    CHECK_EQUAL(fill.price, price);
  }
  CHECK_EQUAL(rig.counter("hidden_claimed"), rig.filled());
  Lots others = 0;
  for (const Print& print : rig.venue().record().prints) others += print.parent == 0 ? print.lots : 0;
  CHECK_EQUAL(others, lots - rig.filled());
  CHECK_EQUAL(rig.venue().record().reference.back().flags, print_hidden);
  return rig.filled();
}

void a_hidden_execution_fills_us_first_at_an_equal_or_better_price() {
  Day day(3); // bid 100, offer 104: the mid is 102
  day.resting(1, buy, 100, 100).resting(2, sell, 104, 100).at(0).nothing().at(10).hidden(10'300, 20);
  for (const Ticks price : {103, 102, 101}) {
    Rig rig(day);
    rig.after(1).send(1, sell, price, 50).end();
    CHECK_EQUAL(rig.filled(), 20);
  }
  Rig buyer(day); // a hidden offer was hit: no bid of ours was in its way
  buyer.after(1).send(1, buy, 103, 50).end();
  CHECK_EQUAL(buyer.filled(), 0);
  CHECK_EQUAL(claimed(buy, 101, 10'050, 20), 20);
  CHECK_EQUAL(claimed(sell, 101, 10'150, 200), 50); // no more than we show
}

void a_hidden_execution_at_a_better_price_than_ours_is_not_ours() {
  CHECK_EQUAL(claimed(sell, 102, 10'150, 20), 0);
  CHECK_EQUAL(claimed(buy, 100, 10'050, 20), 0);
}

void a_hidden_execution_at_the_mid_is_nobodys() {
  CHECK_EQUAL(claimed(sell, 101, 10'100, 20), 0);
  CHECK_EQUAL(claimed(buy, 101, 10'100, 20), 0);
}

void the_pessimistic_case_claims_nothing() { CHECK_EQUAL(claimed(sell, 101, 10'150, 20, false), 0); }

void a_hidden_execution_is_not_ours_while_the_market_is_ahead_of_us() { CHECK_EQUAL(claimed(sell, 102, 10'200, 20), 0); }

void our_takers_never_find_hidden_liquidity() {
  Day day = three_levels();
  day.at(10).hidden(10'100, 500).at(10).hidden(10'150, 500);
  Rig rig(day);
  rig.after(1).until(9).send(1, buy, 101, 50, {.ioc = true}).end();
  CHECK_EQUAL(rig.filled(), 0);
  CHECK(rig.of(ReportKind::expired)[0].reason == ReportReason::unmatched);
}

// --- accounts of the day -----------------------------------------------------------------------------------------------------

void what_the_tape_executed_is_ours_theirs_or_starved() {
  Day day = three_levels();
  day.at(10).execute(4, 100).execute(5, 60).at(20).hidden(10'150, 30).at(30).execute(1, 100).at(40).execute(2, 10);
  Rig rig(day);
  rig.after(1).send(1, sell, 102, 40).send(2, buy, 101, 10, {.account = 2}).after(3).send(3, sell, 100, 60, {.ioc = true}).end();
  Lots recorded = 0, passive = 0, others = 0;
  for (const Print& print : rig.venue().record().reference) recorded += print.lots;
  for (const Print& print : rig.venue().record().prints) {
    passive += (print.flags & print_own_maker) != 0 ? print.lots : 0;
    others += print.parent == 0 ? print.lots : 0;
  }
  CHECK_EQUAL(recorded, 300);
  CHECK(passive > 0 && rig.counter("starved") > 0);
  CHECK_EQUAL(recorded, passive + others + rig.counter("starved"));
}

void the_quote_before_a_sweep_is_the_quote_of_all_its_fills() {
  Day day = three_levels();
  day.at(10).execute(4, 100).execute(5, 100).execute(6, 20);
  Rig rig(day);
  rig.after(1).send(1, sell, 102, 10).send(2, sell, 103, 10, {.account = 2}).end();
  CHECK_EQUAL(rig.fills().size(), 2u);
  for (const Report& fill : rig.fills()) {
    CHECK_EQUAL(fill.quote.ask, 102); // without our own orders, and before the first execution
    CHECK_EQUAL(fill.quote.ask_lots, 100);
    CHECK_EQUAL(fill.quote.bid, 100);
    CHECK_EQUAL(fill.reference.ask, 102);
  }
  CHECK_EQUAL(rig.fills()[1].price, 103);
}

void the_touch_is_shown_without_our_orders() {
  Day day = three_levels();
  day.at(10).remove(1).at(20).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 10).send(2, buy, 99, 10).after(2);
  CHECK_EQUAL(rig.venue().touch().bid, 99);
  CHECK_EQUAL(rig.venue().touch().bid_lots, 100);
  CHECK_EQUAL(rig.venue().reference().bid, 99);
}

// --- one instant -------------------------------------------------------------------------------------------------------------

void rows_of_one_instant_happen_in_the_order_of_the_file_and_ours_after_them() {
  Day day = three_levels();
  day.at(5).add(10, sell, 101, 10).add(11, sell, 101, 20).at(6).nothing();
  Rig rig(day);
  rig.until(4).send(1, buy, 101, 15, {.ioc = true}).until(5); // a millisecond later, with both rows
  CHECK_EQUAL(rig.filled(), 15);
  CHECK_EQUAL(rig.live(sell, 101), 15);
  std::vector<Order> queue;
  rig.venue().book().queue(sell, 101, queue);
  CHECK_EQUAL(queue.size(), 1u); // the ten came first and are gone
  CHECK_EQUAL(queue.front().lots, 15);
}

} // namespace

int main() {
  return check::run({CLAIM(executions_of_one_instant_and_side_are_one_aggressor),
                     CLAIM(rows_of_one_instant_happen_in_the_order_of_the_file_and_ours_after_them),
                     CLAIM(a_run_reaches_for_its_total_from_its_first_row_on),
                     CLAIM(hidden_executions_do_not_part_a_run_and_other_events_do),
                     CLAIM(the_limit_of_a_run_is_its_worst_price_wherever_it_stands),
                     CLAIM(what_an_aggressor_does_not_find_never_rests),
                     CLAIM(an_aggressor_fills_our_better_price_first_and_the_maker_leaves),
                     CLAIM(an_aggressor_fills_our_earlier_place_first),
                     CLAIM(an_order_behind_the_maker_waits_its_turn),
                     CLAIM(an_order_with_the_market_ahead_waits_even_if_the_tape_passes_it_over),
                     CLAIM(a_starved_taker_takes_what_is_left_within_its_limit),
                     CLAIM(withdrawals_of_what_we_took_shrink_to_what_is_left),
                     CLAIM(unknown_ids_reduce_anonymous_depth_and_never_ours),
                     CLAIM(unknown_ids_take_no_more_than_we_left_of_the_depth),
                     CLAIM(a_recorded_order_that_crosses_ours_trades_and_rests_with_the_remainder),
                     CLAIM(a_locking_order_trades_with_ours_at_better_prices_alone),
                     CLAIM(a_hidden_execution_fills_us_first_at_an_equal_or_better_price),
                     CLAIM(a_hidden_execution_at_a_better_price_than_ours_is_not_ours),
                     CLAIM(a_hidden_execution_at_the_mid_is_nobodys),
                     CLAIM(the_pessimistic_case_claims_nothing),
                     CLAIM(a_hidden_execution_is_not_ours_while_the_market_is_ahead_of_us),
                     CLAIM(our_takers_never_find_hidden_liquidity),
                     CLAIM(what_the_tape_executed_is_ours_theirs_or_starved),
                     CLAIM(the_quote_before_a_sweep_is_the_quote_of_all_its_fills),
                     CLAIM(the_touch_is_shown_without_our_orders)});
}

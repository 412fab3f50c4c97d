// A session: what comes first at one instant, how orders of ours live and end, meters, and advances that may be cut anywhere.
#include <atomic>

#include "check.hpp"
#include "day.hpp"
#include "dice.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;

Day quiet() { return three_levels().at(1'000).nothing(); }

ReportReason last_reason(const Rig& rig) { return rig.reports().back().reason; }

// --- order of things ---------------------------------------------------------------------------------------------------------

void our_message_acts_after_the_market_of_its_instant() {
  Day day = three_levels();
  day.at(1).execute(1, 100).at_nanos(millisecond + 1).execute(2, 10).at(5).nothing();
  Rig rig(day); // ours arrives at one millisecond, the bid of a hundred has gone by then
  rig.after(1).send(1, sell, 100, 10, {.ioc = true}).after(2);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK(last_reason(rig) == ReportReason::unmatched);
  CHECK_EQUAL(rig.reports()[0].ts, day_open + millisecond);
  CHECK_EQUAL(rig.reports()[0].quote.bid, 99);
}

void latency_is_from_sending_to_arrival() {
  for (const Nanos latency : {Nanos{1}, millisecond, 250 * millisecond}) {
    Rig rig(quiet(), latency);
    rig.after(1, day_open + 7).send(1, buy, 99, 10).until(999);
    CHECK_EQUAL(rig.reports()[0].ts, day_open + 7 + latency);
  }
}

void an_index_holds_back_our_messages_of_its_instant() {
  Day day = three_levels();
  day.at(1).nothing().nothing().at(2).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 99, 10).after(2);
  CHECK_EQUAL(rig.reports().size(), 0u); // another event of that instant is to come
  rig.after(3);
  CHECK_EQUAL(rig.reports().size(), 1u);
}

void an_order_expires_at_its_time_and_a_later_one_is_refused() {
  Rig rig(quiet());
  const Nanos end = day_open + 20 * millisecond;
  rig.after(1).send(1, buy, 99, 10, {.good_till = end}).until(19);
  CHECK_EQUAL(rig.venue().own_open(), 1u);
  rig.until(20);
  CHECK(rig.of(ReportKind::expired)[0].reason == ReportReason::good_till);
  CHECK_EQUAL(rig.of(ReportKind::expired)[0].lots, 10);
  CHECK_EQUAL(rig.of(ReportKind::expired)[0].ts, end);
  CHECK_EQUAL(rig.live(buy, 99), 100);
  rig.send(1, buy, 99, 10, {.good_till = end + millisecond}).until(30);
  CHECK(last_reason(rig) == ReportReason::late); // it would arrive at the very end
  rig.send(1, buy, 99, 10, {.good_till = day_open + 31 * millisecond + 1}).until(32);
  CHECK_EQUAL(rig.of(ReportKind::accepted).size(), 2u);
}

void an_order_can_trade_in_the_instant_of_its_end() {
  Day day = three_levels();
  day.at(20).execute(4, 10).at(30).nothing();
  Rig rig(day);
  rig.after(1).send(1, sell, 101, 10, {.good_till = day_open + 20 * millisecond}).after(3);
  CHECK_EQUAL(rig.filled(), 10);
}

void the_close_ends_what_is_open_and_what_is_on_its_way() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 10, {.good_till = day_close + 1}).until(1'500).after(~0ull, day_close - 1).send(2, buy, 99, 20).end();
  CHECK(rig.of(ReportKind::expired)[0].reason == ReportReason::session_closed);
  CHECK(rig.of(ReportKind::rejected)[0].reason == ReportReason::session_closed);
  CHECK_EQUAL(rig.of(ReportKind::rejected)[0].lots, 20);
  CHECK(rig.session().closed());
  CHECK_EQUAL(rig.session().clock(), day_close);
  CHECK(rig.session().advance({day_close}, nullptr) == StopKind::closed);
}

void a_deleted_market_cancels_what_is_ours() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 10).until(10).send(2, buy, 99, 20);
  rig.session().shut();
  rig.end();
  CHECK(rig.of(ReportKind::canceled)[0].reason == ReportReason::market_deleted);
  CHECK(rig.of(ReportKind::rejected)[0].reason == ReportReason::market_deleted);
  CHECK_EQUAL(rig.live(buy, 99), 100);
}

void a_cancel_that_comes_too_late_says_nothing() {
  Day day = three_levels();
  day.at(10).execute(4, 10).at(20).nothing();
  Rig rig(day);
  rig.after(1).send(1, sell, 101, 10).until(9).after(2).recall(1, 1).after(3);
  CHECK_EQUAL(rig.filled(), 10);
  CHECK_EQUAL(rig.of(ReportKind::canceled).size(), 0u);
}

void an_order_that_the_book_refuses_is_rejected_and_was_never_accepted() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 0).send(1, buy, Ticks{1} << 62, -5).until(10);
  CHECK_EQUAL(rig.reports().size(), 2u);
  for (const Report& report : rig.reports()) CHECK(report.kind == ReportKind::rejected && report.reason == ReportReason::invalid);
  CHECK_EQUAL(rig.reports()[0].queue_ahead, -1);
}

// --- ours and ours -----------------------------------------------------------------------------------------------------------

void an_order_that_would_trade_with_its_own_account_cancels_the_resting_one() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 101, 10).send(2, sell, 102, 10, {.account = 2}).until(5).send(3, buy, 102, 50).until(10);
  CHECK_EQUAL(rig.of(ReportKind::canceled).size(), 1u);
  CHECK(rig.of(ReportKind::canceled)[0].reason == ReportReason::self_match);
  CHECK_EQUAL(rig.of(ReportKind::canceled)[0].parent, 1u);
  CHECK_EQUAL(rig.filled(), 50);
  CHECK_EQUAL(rig.live(sell, 101), 0);
}

void an_order_that_is_done_before_it_reaches_its_own_account_cancels_nothing() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 102, 10).send(1, sell, 104, 10).until(5).send(3, buy, 104, 100).until(10);
  CHECK_EQUAL(rig.of(ReportKind::canceled).size(), 0u);
  CHECK_EQUAL(rig.filled(), 100);
  rig.send(3, buy, 102, 1).until(15); // now it stands first
  CHECK_EQUAL(rig.of(ReportKind::canceled).size(), 1u);
}

void two_accounts_trade_with_each_other_in_one_print() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 101, 10).until(5).send(2, buy, 101, 4, {.account = 2}).until(10);
  CHECK_EQUAL(rig.fills().size(), 2u);
  CHECK(rig.fills()[0].maker && rig.fills()[0].parent == 1);
  CHECK(!rig.fills()[1].maker && rig.fills()[1].parent == 2);
  CHECK_EQUAL(rig.fills()[1].execution, 2u);
  const Print print = rig.venue().record().prints.back();
  CHECK_EQUAL(print.parent, 2u);
  CHECK_EQUAL(print.counterparty, 1u);
  CHECK_EQUAL(print.flags, print_own_taker);
}

// --- meters ------------------------------------------------------------------------------------------------------------------

Meter& meter(Rig& rig, ParentKey parent, Side side, bool limited = false, std::int64_t limit = 0) {
  rig.venue().meters().emplace_back(parent, side, limited, limit);
  rig.venue().meters().back().set_active(true);
  return rig.venue().meters().back();
}

void a_meter_counts_others_volume_within_the_limit() {
  Day day = three_levels();
  day.at(10).execute(4, 30).at(20).execute(1, 50).at(30).hidden(10'149, 7);
  Rig rig(day);
  meter(rig, 1, buy, true, 10'200);
  meter(rig, 2, buy, true, 10'199);
  meter(rig, 3, sell, true, 10'000);
  meter(rig, 4, sell, true, 10'001);
  rig.end();
  CHECK_EQUAL(rig.venue().meter(1)->total(), 87);
  CHECK_EQUAL(rig.venue().meter(2)->total(), 57);
  CHECK_EQUAL(rig.venue().meter(3)->total(), 87);
  CHECK_EQUAL(rig.venue().meter(4)->total(), 37);
}

void a_meter_stands_still_in_a_pause_and_in_a_halt() {
  Day day = three_levels();
  day.at(10).execute(4, 1).at(20).execute(4, 2).at(30).execute(4, 4);
  day.at(40).halt(-1).at(50).execute(4, 8).at(60).halt(1).at(70).execute(4, 16);
  Rig rig(day);
  meter(rig, 1, buy);
  rig.after(2).venue().meter(1)->set_active(false);
  rig.after(3).venue().meter(1)->set_active(true);
  rig.end();
  CHECK_EQUAL(rig.venue().meter(1)->total(), 1 + 4 + 16);
}

void a_meter_looks_back_over_a_window() {
  Day day = three_levels();
  day.at(10).execute(4, 1).execute(4, 2).at(20).execute(4, 4).at(30).execute(4, 8);
  Rig rig(day);
  meter(rig, 1, buy);
  rig.end();
  const Meter& counted = *rig.venue().meter(1);
  CHECK_EQUAL(counted.since(-1), 15);
  CHECK_EQUAL(counted.since(day_open + 10 * millisecond - 1), 15);
  CHECK_EQUAL(counted.since(day_open + 10 * millisecond), 12); // what printed at that instant is left out
  CHECK_EQUAL(counted.since(day_open + 29 * millisecond), 8);
  CHECK_EQUAL(counted.since(day_open + 30 * millisecond), 0);
}

void nothing_of_ours_counts_on_our_own_meter() {
  Day day = three_levels();
  day.at(10).execute(4, 30).at(20).execute(1, 50).at(30).hidden(10'150, 7).at(40).nothing();
  Rig rig(day);
  for (const ParentKey parent : {1u, 2u, 3u}) meter(rig, parent, buy);
  rig.after(1).send(1, sell, 101, 20).send(2, buy, 101, 5, {.account = 2}).send(2, buy, 102, 25, {.account = 2}).end();
  Lots first = 0, second = 0, all = 0; // of the prints that each parent had no part in
  for (const Print& print : rig.venue().record().prints) {
    all += print.lots;
    if (print.parent != 1 && print.counterparty != 1) first += print.lots;
    if (print.parent != 2 && print.counterparty != 2) second += print.lots;
  }
  CHECK_EQUAL(rig.venue().meter(1)->total(), first);
  CHECK_EQUAL(rig.venue().meter(2)->total(), second);
  CHECK_EQUAL(rig.venue().meter(3)->total(), all);
  CHECK(first < all && second < all && first != second);
}

// --- stops -------------------------------------------------------------------------------------------------------------------

void an_advance_says_why_it_stopped() {
  Day day(1);
  day.resting(1, buy, 100, 10).resting(2, sell, 101, 10).at(0).nothing();
  day.at(10).remove(2).at(20).add(3, sell, 102, 10).at(30).halt(-1).at(40).halt(1).at(50).execute(3, 1).at(60).nothing();
  Rig rig(day);
  Session& session = rig.session();
  const auto go = [&](Until until) { return session.advance(until, nullptr); };
  Until limited{day_close};
  limited.budget = 1;
  CHECK(go(limited) == StopKind::budget);
  CHECK_EQUAL(session.index(), 1u);
  CHECK(go({day_open + 5 * millisecond}) == StopKind::limit);
  CHECK_EQUAL(session.clock(), day_open + 5 * millisecond);
  Until woken{day_close};
  woken.wake = day_open + 10 * millisecond;
  CHECK(go(woken) == StopKind::wake);
  CHECK_EQUAL(session.index(), 2u); // the market of that instant came first
  Until quoted{day_close};
  quoted.on_quote = true;
  CHECK(go(quoted) == StopKind::quote);
  CHECK_EQUAL(session.clock(), day_open + 20 * millisecond);
  CHECK(go({day_close}) == StopKind::halt);
  CHECK(rig.venue().halted());
  CHECK(go({day_close}) == StopKind::halt);
  rig.send(1, sell, 101, 5, {.good_till = day_close + 1});
  CHECK(go({day_close}) == StopKind::report);
  CHECK(go({day_close}) == StopKind::report); // until they are read
  session.reports().clear();
  CHECK(go({day_close}) == StopKind::report);
  session.reports().clear();
  CHECK(go({day_close}) == StopKind::report);
  CHECK(session.reports()[0].reason == ReportReason::session_closed);
  session.reports().clear();
  CHECK(go({day_close}) == StopKind::closed);
}

void an_interrupt_stops_within_256_events() {
  Day day = three_levels();
  for (int i = 0; i < 600; ++i) day.at(10 + i).nothing();
  Rig rig(day);
  const std::atomic<bool> interrupt{true};
  CHECK(rig.session().advance({day_close}, &interrupt) == StopKind::budget);
  CHECK(rig.session().index() <= 256 && rig.session().index() > 0);
  CHECK(rig.session().advance({day_close}, &interrupt) == StopKind::budget); // and comes on all the same
  CHECK(rig.session().index() <= 512 && rig.session().index() > 256);
}

void settings_that_make_no_session_are_refused() {
  CHECK_THROWS(std::invalid_argument, Session({day_close, day_close, 1, {}}));
  CHECK_THROWS(std::invalid_argument, Session({day_open, day_close, 0, {}}));
}

// --- cuts --------------------------------------------------------------------------------------------------------------------

Day busy(std::uint64_t seed) {
  Dice dice(seed);
  Day day(3);
  std::vector<int> ids;
  for (int i = 0; i < 8; ++i) day.resting(1 + i, buy, 100 - i, 50).resting(11 + i, sell, 102 + i, 50);
  Nanos now = 0;
  day.at(0).nothing();
  for (int id = 100; id < 260; ++id) {
    now += dice.one_of<Nanos>({0, 0, 1, 500'000, 3'000'000});
    const Side side = dice.chance(50) ? buy : sell;
    const auto other = day.at_nanos(now).depth(opposite(side));
    day.add(id, side, other.empty() ? 101 : other[0].price - sign(side) * dice.between(1, 4), dice.between(1, 80));
    ids.push_back(id);
    if (dice.chance(60)) {
      const std::size_t at = dice.below(ids.size());
      dice.chance(40) ? day.execute(ids[at], 1) : day.remove(ids[at]);
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return day;
}

// Every fifth row something is sent or called back; `cuts` says how often an advance is interrupted on its way there.
std::uint64_t hash_of(const Day& day, Dice* cuts) {
  Rig rig(day);
  Dice orders(7);
  for (const ParentKey parent : {1u, 2u}) meter(rig, parent, parent == 1 ? buy : sell);
  std::uint32_t sent = 0;
  for (std::uint64_t row = 1; row < day.rows(); row += 5) {
    while (cuts != nullptr && cuts->chance(70)) {
      Until until{std::min(day.time(row), rig.session().clock() + cuts->one_of<Nanos>({0, 1, 700'000}))};
      until.index = std::min(row, rig.session().index() + cuts->below(5));
      until.budget = cuts->below(3);
      rig.session().advance(until, nullptr);
      if (rig.session().index() == row) break;
    }
    rig.after(row);
    const auto parent = static_cast<ParentKey>(orders.between(1, 2));
    if (orders.chance(20) && sent > 0) {
      rig.recall(parent, static_cast<std::uint32_t>(orders.between(1, sent)));
    } else {
      const Terms terms{orders.chance(30), parent, day_close};
      rig.send(parent, parent == 1 ? buy : sell, orders.between(97, 105), orders.between(1, 60), terms), ++sent;
    }
  }
  rig.end();
  CHECK(rig.fills().size() > 10);
  return rig.session().hash();
}

void an_advance_may_be_cut_anywhere() {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Day day = busy(seed);
    const std::uint64_t whole = hash_of(day, nullptr);
    CHECK_EQUAL(whole, hash_of(day, nullptr));
    Dice cuts(seed);
    CHECK_EQUAL(whole, hash_of(day, &cuts));
  }
}

void another_order_gives_another_hash() {
  const Day day = quiet();
  const auto hash = [&](Lots lots) {
    Rig rig(day);
    return rig.after(1).send(1, buy, 99, lots).end().session().hash();
  };
  CHECK(hash(10) == hash(10));
  CHECK(hash(10) != hash(11));
}

} // namespace

int main() {
  return check::run({CLAIM(our_message_acts_after_the_market_of_its_instant),
                     CLAIM(latency_is_from_sending_to_arrival),
                     CLAIM(an_index_holds_back_our_messages_of_its_instant),
                     CLAIM(an_order_expires_at_its_time_and_a_later_one_is_refused),
                     CLAIM(an_order_can_trade_in_the_instant_of_its_end),
                     CLAIM(the_close_ends_what_is_open_and_what_is_on_its_way),
                     CLAIM(a_deleted_market_cancels_what_is_ours),
                     CLAIM(a_cancel_that_comes_too_late_says_nothing),
                     CLAIM(an_order_that_the_book_refuses_is_rejected_and_was_never_accepted),
                     CLAIM(an_order_that_would_trade_with_its_own_account_cancels_the_resting_one),
                     CLAIM(an_order_that_is_done_before_it_reaches_its_own_account_cancels_nothing),
                     CLAIM(two_accounts_trade_with_each_other_in_one_print),
                     CLAIM(a_meter_counts_others_volume_within_the_limit),
                     CLAIM(a_meter_stands_still_in_a_pause_and_in_a_halt),
                     CLAIM(a_meter_looks_back_over_a_window),
                     CLAIM(nothing_of_ours_counts_on_our_own_meter),
                     CLAIM(an_advance_says_why_it_stopped),
                     CLAIM(an_interrupt_stops_within_256_events),
                     CLAIM(settings_that_make_no_session_are_refused),
                     CLAIM(an_advance_may_be_cut_anywhere),
                     CLAIM(another_order_gives_another_hash)});
}

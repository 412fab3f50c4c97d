// Orders of ours with terms of the book: post-only, icebergs, hidden ones and pegs; and where a floor does not have them.
#include <memory>

#include "check.hpp"
#include "day.hpp"
#include "lob/sim/market.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;
using Owners = std::vector<Owner>;

Day quiet() { return three_levels().at(1'000).nothing(); }
const Report& last(const Rig& rig) { return rig.reports().back(); }

void post_only_rests_or_is_refused() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 101, 50, {.post_only = true}).send(1, buy, 102, 50, {.post_only = true}).send(1, buy, 500, 50, {.post_only = true});
  rig.until(10);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK(rig.reports()[0].kind == ReportKind::accepted);
  CHECK_EQUAL(rig.of(ReportKind::rejected).size(), 2u);
  for (const Report& each : rig.of(ReportKind::rejected)) CHECK(each.reason == ReportReason::would_cross);
  CHECK_EQUAL(rig.live(buy, 101), 50);
}

void post_only_cancels_nothing_of_its_account_when_it_is_refused() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 101, 30).until(5).send(1, buy, 101, 10, {.post_only = true}).until(10);
  CHECK(last(rig).reason == ReportReason::would_cross);
  CHECK_EQUAL(rig.live(sell, 101), 30);
}

void post_only_that_is_replaced_into_the_market_ends() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 101, 50, {.post_only = true}).until(5).replace(1, 1, 102, 50).until(10);
  CHECK(last(rig).kind == ReportKind::canceled);
  CHECK(last(rig).reason == ReportReason::would_cross);
  CHECK_EQUAL(last(rig).lots, 50);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK_EQUAL(rig.venue().own_open(), 0u);
}

// Thirty at a time of seventy, alone in front at 101; two recorded takers of forty each come for what stands at 100.
void an_iceberg_shows_its_peak_and_the_next_after_it() {
  Day day = three_levels();
  day.at(20).execute(1, 40).at(30).execute(1, 40).at(1'000).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 70, {.peak = 30}).until(10);
  CHECK_EQUAL(rig.live(buy, 101), 30);
  CHECK_EQUAL(rig.venue().touch().bid, 100);
  CHECK_EQUAL(rig.venue().touch().bid_lots, 100); // not less for the lots that nobody sees
  CHECK_EQUAL(rig.venue().depth(View::others, buy, 2), 300);
  rig.until(25);
  CHECK_EQUAL(rig.filled(), 40); // a peak, and ten of the next
  CHECK_EQUAL(rig.live(buy, 101), 20);
  rig.until(35);
  CHECK_EQUAL(rig.filled(), 70);
  CHECK_EQUAL(rig.venue().own_open(), 0u);
}

void a_peak_that_is_done_goes_behind_who_came_meanwhile() {
  Day day = three_levels();
  day.at(10).add(7, buy, 101, 25).at(20).execute(7, 25).at(1'000).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 60, {.peak = 20}).until(15);
  CHECK(rig.queue(buy, 101) == (Owners{1, 0}));
  rig.until(25); // the taker of 25 meets twenty of ours and five of the others, whose rest goes with the tape
  CHECK_EQUAL(rig.filled(), 20);
  CHECK(rig.queue(buy, 101) == (Owners{1}));
  CHECK_EQUAL(rig.live(buy, 101), 20);
}

void an_iceberg_is_replaced_in_place_out_of_what_is_not_shown() {
  Rig rig(three_levels().at(5).add(7, buy, 99, 100).at(1'000).nothing());
  rig.after(1).send(1, buy, 99, 70, {.peak = 30}).until(10).replace(1, 1, 99, 40).until(20);
  CHECK(last(rig).kind == ReportKind::replaced);
  CHECK_EQUAL(last(rig).lots, 40);
  CHECK(rig.queue(buy, 99) == (Owners{0, 1, 0}));
  CHECK_EQUAL(rig.live(buy, 99), 230);
  rig.replace(1, 1, 98, 40).until(30);
  CHECK_EQUAL(rig.live(buy, 98), 130); // a peak again, the terms are kept
}

void a_hidden_order_is_not_seen_and_a_better_price_comes_first() {
  Day day = three_levels();
  day.at(20).execute(1, 40).at(1'000).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 101, 30, {.hidden = true}).until(10);
  CHECK_EQUAL(rig.live(buy, 101), 0);
  CHECK_EQUAL(rig.venue().touch().bid, 100);
  CHECK_EQUAL(rig.reports()[0].queue_ahead, -1);
  rig.until(25);
  CHECK_EQUAL(rig.filled(), 30);
  CHECK_EQUAL(rig.fills()[0].price, 101);
  CHECK(rig.fills()[0].maker);
}

void a_hidden_order_stands_behind_what_is_shown_at_its_price() {
  Day day = three_levels();
  day.at(20).execute(1, 40).at(1'000).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 100, 30, {.hidden = true}).until(25);
  CHECK_EQUAL(rig.filled(), 0);
}

void a_primary_peg_follows_the_touch_within_its_limit() {
  Day day = three_levels();
  day.at(10).add(7, buy, 101, 20).at(20).execute(7, 20).at(30).execute(1, 100).at(1'000).nothing();
  Rig rig(day);
  rig.after(1).send(1, buy, 100, 30, {.peg = Peg::primary}).until(15);
  std::vector<HiddenOrder> hidden;
  rig.venue().book().hidden(buy, hidden);
  CHECK_EQUAL(hidden[0].price, 100); // not beyond its limit
  rig.until(25);
  CHECK_EQUAL(rig.filled(), 0); // the best bid was taken, it stands behind
  rig.until(35);
  rig.venue().book().hidden(buy, hidden);
  CHECK_EQUAL(hidden[0].price, 99);
}

void a_midpoint_peg_trades_at_half_a_tick() {
  Day day = three_levels();
  day.at(5).add(7, sell, 101, 10).at(20).execute(1, 15).at(1'000).nothing();
  Rig rig(day);
  rig.until(6).send(1, buy, 200, 10, {.peg = Peg::midpoint}).until(25); // between 100 and 101
  CHECK_EQUAL(rig.filled(), 10);
  CHECK_EQUAL(rig.fills()[0].price, 100);
  CHECK(rig.fills()[0].half);
  const auto& prints = rig.venue().record().prints;
  CHECK_EQUAL(prints[0].points, 100 * per_tick + per_tick / 2);
  CHECK_EQUAL(prints[0].lots, 10);
}

// A seller's peg at the midpoint of 100 and 102 and a buyer's of another account: the later one takes at once.
void pegs_of_two_accounts_meet_and_those_of_one_do_not() {
  for (const Owner other : {Owner{2}, Owner{1}}) {
    Rig rig(quiet());
    rig.after(1).send(1, sell, 1, 10, {.peg = Peg::midpoint}).send(2, buy, 200, 10, {.account = other, .peg = Peg::midpoint}).until(10);
    CHECK_EQUAL(rig.filled(), other == 2 ? 20 : 0);
    CHECK_EQUAL(rig.venue().own_open(), other == 2 ? 0u : 1u);
    if (other == 1) CHECK(rig.of(ReportKind::canceled)[0].reason == ReportReason::self_match);
  }
}

void a_peg_that_the_touch_moves_into_another_takes_it() {
  Day day = three_levels();
  day.at(1).remove(1).remove(2).at(10).add(7, buy, 100, 20).at(1'000).nothing();
  Rig rig(day);
  rig.after(1).send(1, sell, 101, 10, {.hidden = true}).until(5);
  rig.send(2, buy, 200, 10, {.account = 2, .peg = Peg::midpoint}).until(8); // at 100, between 98 and 102
  CHECK_EQUAL(rig.filled(), 0);
  rig.until(15); // at 101 now
  CHECK_EQUAL(rig.fills().size(), 2u);
  for (const Report& fill : rig.fills()) CHECK_EQUAL(fill.price, 101), CHECK_EQUAL(fill.maker, fill.parent == 1);
  CHECK_EQUAL(rig.venue().record().prints.size(), 1u);
  Lots open = 0;
  for (const OwnOrder& order : rig.venue().own_orders()) {
    open += order.lots;
    CHECK_EQUAL(rig.venue().book().lots(order.id), order.lots);
  }
  CHECK_EQUAL(rig.filled() + open, 20);
}

void an_arriving_order_cancels_what_its_account_hides() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 101, 10, {.hidden = true}).until(5).send(1, buy, 101, 30).until(10);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK(rig.of(ReportKind::canceled)[0].reason == ReportReason::self_match);
  CHECK_EQUAL(rig.of(ReportKind::canceled)[0].number, 1u);
  CHECK_EQUAL(rig.live(buy, 101), 30);
}

void terms_that_exclude_each_other_are_invalid() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 10, {.ioc = true, .peak = 5}).send(1, buy, 99, 10, {.hidden = true, .peak = 5});
  rig.send(1, buy, 99, 20'001, {.peak = 2}).send(1, buy, 99, 10, {.ioc = true, .post_only = true}).until(10);
  CHECK_EQUAL(rig.of(ReportKind::rejected).size(), 4u);
  for (const Report& each : rig.of(ReportKind::rejected)) CHECK(each.reason == ReportReason::invalid);
}

void floors_without_a_queue_have_no_such_orders() {
  VenueConfig levels, prices;
  levels.levels_only = true;
  prices.no_book = true;
  VenueConfig odd;
  odd.points_per_tick = 25;
  OwnOrder order{0, 1, 1, 1, buy, false, 99, 10, 1'000};
  const auto refused = [](const VenueConfig& config, const OwnOrder& sent) {
    Venue venue(config);
    venue.arrive(sent, 10);
    return venue.reports().front().kind == ReportKind::rejected && venue.reports().front().reason == ReportReason::unsupported;
  };
  CHECK(!refused(levels, order) && !refused(prices, order));
  order.post_only = true;
  CHECK(!refused(levels, order) && refused(prices, order));
  order.post_only = false;
  order.peak = 5;
  CHECK(refused(levels, order) && refused(prices, order));
  order.auction = Auction::at_close;
  CHECK(refused({}, order));
  order.auction = Auction::none;
  order.peak = 0;
  order.peg = Peg::midpoint;
  CHECK(refused(odd, order)); // half a tick has no price there
  order.peg = Peg::primary;
  CHECK(!refused(odd, order));
}

// In the simulated market all of them live among its orders, through both auctions, and nothing is lost.
void the_simulated_market_takes_them_all() {
  sim::Config market;
  market.open = 34'200 * second;
  market.close = market.open + 1'200 * second;
  market.hidden = 0.15;
  Session session(Session::Config{market.open, market.close, millisecond, {}});
  session.attach(std::make_unique<sim::Market>(market, session.venue()));
  Lots sent = 0, filled = 0, ended = 0;
  std::int64_t half = 0, kinds[7] = {};
  for (std::uint32_t n = 1; n <= 400; ++n) {
    while (true) {
      const StopKind stop = session.advance({market.open + n * 3 * second}, nullptr);
      for (const Report& report : session.reports()) {
        ++kinds[static_cast<int>(report.kind)];
        if (report.kind == ReportKind::fill) filled += report.lots, half += report.half;
        const bool over = report.kind == ReportKind::canceled || report.kind == ReportKind::expired || report.kind == ReportKind::rejected;
        if (over) ended += report.lots;
      }
      session.reports().clear();
      if (stop == StopKind::limit || stop == StopKind::closed) break;
    }
    if (session.closed()) break;
    const Touch touch = session.venue().touch();
    OwnOrder order{0, 1, n, 1 + n % 3, n % 2 == 0 ? buy : sell, false, 0, 100, session.clock() + 20 * second};
    order.price = (n % 2 == 0 ? touch.bid : touch.ask);
    if (n % 5 == 0) order.peak = 30;
    if (n % 5 == 1) order.hidden = true;
    if (n % 5 == 2) order.peg = Peg::primary, order.price += 50 * sign(order.side);
    if (n % 5 == 3) order.peg = Peg::midpoint, order.price += 50 * sign(order.side);
    if (n % 5 == 4) order.post_only = true;
    session.submit(order);
    sent += order.lots;
    Lots open = 0;
    for (const OwnOrder& each : session.venue().own_orders()) {
      open += each.lots;
      CHECK_EQUAL(session.venue().book().lots(each.id), each.lots);
    }
    CHECK_EQUAL(filled + ended + open + order.lots, sent);
    if (n % 7 == 0) session.replace({1, n - 2, touch.bid, 100});
  }
  CHECK(filled > 3'000);
  CHECK(half > 0);
  CHECK(kinds[5] > 0);
}

} // namespace

int main() {
  return check::run({CLAIM(post_only_rests_or_is_refused),
                     CLAIM(post_only_cancels_nothing_of_its_account_when_it_is_refused),
                     CLAIM(post_only_that_is_replaced_into_the_market_ends),
                     CLAIM(an_iceberg_shows_its_peak_and_the_next_after_it),
                     CLAIM(a_peak_that_is_done_goes_behind_who_came_meanwhile),
                     CLAIM(an_iceberg_is_replaced_in_place_out_of_what_is_not_shown),
                     CLAIM(a_hidden_order_is_not_seen_and_a_better_price_comes_first),
                     CLAIM(a_hidden_order_stands_behind_what_is_shown_at_its_price),
                     CLAIM(a_primary_peg_follows_the_touch_within_its_limit),
                     CLAIM(a_midpoint_peg_trades_at_half_a_tick),
                     CLAIM(pegs_of_two_accounts_meet_and_those_of_one_do_not),
                     CLAIM(a_peg_that_the_touch_moves_into_another_takes_it),
                     CLAIM(an_arriving_order_cancels_what_its_account_hides),
                     CLAIM(terms_that_exclude_each_other_are_invalid),
                     CLAIM(floors_without_a_queue_have_no_such_orders),
                     CLAIM(the_simulated_market_takes_them_all)});
}

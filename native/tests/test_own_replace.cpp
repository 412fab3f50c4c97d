// Replacing an order of ours: one message, a latency later, priority as the book gives it, and never two quantities at work.
#include <algorithm>
#include <map>

#include "check.hpp"
#include "day.hpp"
#include "dice.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;
using Owners = std::vector<Owner>;

Day quiet() { return three_levels().at(1'000).nothing(); }

// Ours of 50 at 99, and behind it a hundred of the market's (order 7) from 5 ms on.
Day followed() { return three_levels().at(5).add(7, buy, 99, 100).at(1'000).nothing(); }

const Report& last(const Rig& rig) { return rig.reports().back(); }

void fewer_lots_at_its_price_keep_its_place() {
  Rig rig(followed());
  rig.after(1).send(1, buy, 99, 50).until(10).replace(1, 1, 99, 20).until(20);
  CHECK(last(rig).kind == ReportKind::replaced);
  CHECK_EQUAL(last(rig).lots, 20);
  CHECK_EQUAL(last(rig).price, 99);
  CHECK_EQUAL(last(rig).ts, day_open + 11 * millisecond); // a latency later
  CHECK_EQUAL(last(rig).queue_ahead, 100);
  CHECK(rig.queue(buy, 99) == (Owners{0, 1, 0}));
  CHECK_EQUAL(rig.live(buy, 99), 220);
  CHECK_EQUAL(rig.venue().depth(View::others, buy, 1), 300);
}

void the_same_again_changes_nothing_and_says_so() {
  Rig rig(followed());
  rig.after(1).send(1, buy, 99, 50).until(10).replace(1, 1, 99, 50).until(20);
  CHECK(last(rig).kind == ReportKind::replaced);
  CHECK(rig.queue(buy, 99) == (Owners{0, 1, 0}));
}

void more_lots_go_to_the_back() {
  Rig rig(followed());
  rig.after(1).send(1, buy, 99, 50).until(10).replace(1, 1, 99, 51).until(20);
  CHECK(last(rig).kind == ReportKind::replaced);
  CHECK_EQUAL(last(rig).queue_ahead, 200);
  CHECK(rig.queue(buy, 99) == (Owners{0, 0, 1}));
  CHECK_EQUAL(rig.venue().own_open(), 1u);
}

void another_price_goes_to_the_back_of_its_queue() {
  Rig rig(followed());
  rig.after(1).send(1, buy, 98, 50).until(10).replace(1, 1, 99, 50).until(20).replace(1, 1, 98, 50).until(30);
  CHECK_EQUAL(rig.of(ReportKind::replaced)[0].queue_ahead, 200);
  CHECK(rig.queue(buy, 99) == (Owners{0, 0}));
  CHECK(rig.queue(buy, 98) == (Owners{0, 1}));
}

void a_price_that_crosses_trades() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 150).until(10).replace(1, 1, 102, 150).until(20);
  CHECK_EQUAL(rig.filled(), 100);
  CHECK_EQUAL(rig.fills()[0].price, 102);
  CHECK(!rig.fills()[0].maker);
  CHECK(rig.of(ReportKind::replaced)[0].lots == 150);
  CHECK_EQUAL(rig.live(buy, 99), 100);
  CHECK_EQUAL(rig.live(buy, 102), 50); // the rest stands there
}

// Forty fill while the message is on its way: they count towards the whole that it asks for.
void a_fill_that_crosses_the_message_counts() {
  Day crossed = three_levels();
  crossed.at(5).execute(1, 40).at(1'000).nothing();
  Rig rig(crossed, 3 * millisecond);
  rig.after(1).send(1, buy, 101, 60).until(4).replace(1, 1, 100, 70).until(50);
  CHECK_EQUAL(rig.filled(), 40);
  const Report said = rig.of(ReportKind::replaced)[0];
  CHECK_EQUAL(said.lots, 30); // of seventy
  CHECK_EQUAL(rig.live(buy, 100), 60 + 30); // order 1 has lost what its taker found at our price
}

void a_whole_no_larger_than_what_has_filled_ends_the_order() {
  Day day = three_levels();
  day.at(5).execute(1, 40).at(1'000).nothing();
  for (const Lots whole : {Lots{40}, Lots{30}}) {
    Rig rig(day, 3 * millisecond);
    rig.after(1).send(1, buy, 101, 60).until(4).replace(1, 1, 101, whole).until(50);
    CHECK_EQUAL(rig.filled(), 40);
    CHECK(last(rig).kind == ReportKind::canceled);
    CHECK_EQUAL(last(rig).lots, 20);
    CHECK_EQUAL(rig.venue().own_open(), 0u);
  }
}

void the_fill_wins_where_all_of_it_has_traded() {
  Day day = three_levels();
  day.at(5).execute(1, 100).at(1'000).nothing();
  Rig rig(day, 3 * millisecond);
  rig.after(1).send(1, buy, 101, 60).until(4).replace(1, 1, 99, 500).until(50);
  CHECK_EQUAL(rig.filled(), 60);
  CHECK(last(rig).kind == ReportKind::replace_rejected);
  CHECK(last(rig).reason == ReportReason::filled);
  CHECK_EQUAL(rig.venue().own_open(), 0u);
  CHECK_EQUAL(rig.live(buy, 99), 100);
}

void what_is_unknown_or_gone_is_refused_by_name() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 50).until(10).recall(1, 1).replace(1, 1, 100, 50).replace(1, 9, 100, 50).replace(2, 1, 100, 50).until(20);
  const auto refused = rig.of(ReportKind::replace_rejected);
  CHECK_EQUAL(refused.size(), 3u);
  for (const Report& each : refused) CHECK(each.reason == ReportReason::unknown && each.lots == 0);
  CHECK_EQUAL(refused[1].number, 9u);
  CHECK_EQUAL(rig.venue().own_open(), 0u);
}

void one_that_left_before_its_order_cannot_be() { // one connection: the order arrives first
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 50).replace(1, 1, 98, 50).until(20);
  CHECK(last(rig).kind == ReportKind::replaced);
  CHECK(rig.queue(buy, 98) == (Owners{0, 1}));
}

void what_cannot_be_is_refused_and_the_order_stands() {
  Rig rig(followed());
  rig.after(1).send(1, buy, 99, 50).until(10).replace(1, 1, 99, 0).replace(1, 1, INT64_MAX, 10).replace(1, 1, 99, INT64_MAX).until(20);
  CHECK_EQUAL(rig.of(ReportKind::replace_rejected).size(), 3u);
  for (const Report& each : rig.of(ReportKind::replace_rejected)) {
    CHECK(each.reason == ReportReason::invalid);
    CHECK_EQUAL(each.lots, 50);
    CHECK_EQUAL(each.price, 99);
  }
  CHECK(rig.queue(buy, 99) == (Owners{0, 1, 0}));
}

void a_halt_lets_a_reduction_pass_and_nothing_else() {
  Day halted = three_levels();
  halted.at(5).add(7, buy, 99, 100).at(8).halt(-1).at(1'000).nothing();
  Rig rig(halted);
  rig.after(1).send(1, buy, 99, 50).until(10).replace(1, 1, 99, 60).replace(1, 1, 100, 50).replace(1, 1, 99, 30).until(20);
  const auto refused = rig.of(ReportKind::replace_rejected);
  CHECK_EQUAL(refused.size(), 2u);
  CHECK(refused[0].reason == ReportReason::halted && refused[1].reason == ReportReason::halted);
  CHECK_EQUAL(rig.of(ReportKind::replaced)[0].lots, 30);
  CHECK(rig.queue(buy, 99) == (Owners{0, 1, 0}));
}

void it_meets_its_own_account_as_a_new_order_would() {
  Rig rig(quiet());
  rig.after(1).send(1, sell, 101, 30).send(1, buy, 99, 30).until(10).replace(1, 2, 101, 30).until(20);
  CHECK_EQUAL(rig.filled(), 0);
  CHECK(rig.of(ReportKind::canceled)[0].reason == ReportReason::self_match);
  CHECK_EQUAL(rig.of(ReportKind::canceled)[0].number, 1u);
  CHECK_EQUAL(rig.live(buy, 101), 30);
}

void at_the_close_one_on_its_way_says_nothing_and_the_order_expires() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 50).until(10).after(~0ull, day_close - 1).replace(1, 1, 98, 50).end();
  CHECK(last(rig).kind == ReportKind::expired);
  CHECK_EQUAL(rig.of(ReportKind::rejected).size() + rig.of(ReportKind::replace_rejected).size(), 0u);
}

void an_edge_of_the_record_holds_for_it_too() {
  Rig rig(quiet());
  rig.after(1).send(1, buy, 99, 500).until(10).replace(1, 1, 120, 500).until(20);
  CHECK_EQUAL(rig.filled(), 300);
  CHECK(last(rig).kind == ReportKind::expired);
  CHECK(last(rig).reason == ReportReason::beyond_recorded_depth);
}

// Whatever is asked, whenever: what fills and what is at work is never more than the largest whole that was asked for, and after the
// last word about an order nothing of it is in the book.
void no_two_quantities_are_ever_at_work() {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    Day day = three_levels();
    int id = 10;
    for (int ms = 1; ms < 200; ms += 2) {
      const Side side = dice.chance(50) ? buy : sell;
      day.at(ms).add(id, side, side == buy ? dice.between(96, 100) : dice.between(102, 106), dice.between(1, 80));
      if (dice.chance(40) && id > 12) day.at(ms + 1).execute(id, 1);
      ++id;
    }
    day.at(1'000).nothing();
    Rig rig(day, dice.chance(50) ? millisecond : 7 * millisecond);
    std::map<std::uint32_t, Lots> most;
    std::uint32_t sent = 0;
    rig.after(1);
    for (int ms = 2; ms < 240; ms += 3) {
      if (sent == 0 || dice.chance(25)) {
        const Lots lots = dice.between(1, 120);
        most[++sent] = lots;
        rig.send(1, dice.chance(60) ? buy : sell, dice.between(97, 105), lots, {.account = 1 + sent});
      } else {
        const auto number = static_cast<std::uint32_t>(dice.between(1, sent));
        const Lots lots = dice.between(1, 150);
        most[number] = std::max(most[number], lots);
        rig.replace(1, number, dice.between(96, 106), lots);
        if (dice.chance(10)) rig.recall(1, number);
      }
      rig.until(ms);
      std::map<std::uint32_t, Lots> filled, open;
      for (const Report& fill : rig.fills()) filled[fill.number] += fill.lots;
      for (const OwnOrder& order : rig.venue().own_orders()) {
        CHECK_EQUAL(open.count(order.number), 0u);
        open[order.number] = order.lots;
        CHECK_EQUAL(rig.venue().book().lots(order.id), order.lots);
        CHECK_EQUAL(order.filled, filled[order.number]);
      }
      for (const auto& [number, lots] : most) CHECK(filled[number] + open[number] <= lots);
    }
    rig.end();
    CHECK_EQUAL(rig.venue().own_open(), 0u);
  }
}

} // namespace

int main() {
  return check::run({CLAIM(fewer_lots_at_its_price_keep_its_place),
                     CLAIM(the_same_again_changes_nothing_and_says_so),
                     CLAIM(more_lots_go_to_the_back),
                     CLAIM(another_price_goes_to_the_back_of_its_queue),
                     CLAIM(a_price_that_crosses_trades),
                     CLAIM(a_fill_that_crosses_the_message_counts),
                     CLAIM(a_whole_no_larger_than_what_has_filled_ends_the_order),
                     CLAIM(the_fill_wins_where_all_of_it_has_traded),
                     CLAIM(what_is_unknown_or_gone_is_refused_by_name),
                     CLAIM(one_that_left_before_its_order_cannot_be),
                     CLAIM(what_cannot_be_is_refused_and_the_order_stands),
                     CLAIM(a_halt_lets_a_reduction_pass_and_nothing_else),
                     CLAIM(it_meets_its_own_account_as_a_new_order_would),
                     CLAIM(at_the_close_one_on_its_way_says_nothing_and_the_order_expires),
                     CLAIM(an_edge_of_the_record_holds_for_it_too),
                     CLAIM(no_two_quantities_are_ever_at_work)});
}

// Several floors in one session: one clock, one order of things, connections of their own, and what a symbol shows over its floors.
#include <algorithm>
#include <memory>
#include <vector>

#include "check.hpp"
#include "day.hpp"
#include "dice.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;

// Days side by side, each on a floor with a latency of its own; `symbols` says which trade the same.
struct Street {
  Street(const std::vector<Day>& days, const std::vector<Latency>& latencies, const std::vector<std::uint32_t>& symbols)
      : session(day_open, day_close) {
    for (std::size_t i = 0; i < days.size(); ++i) {
      VenueConfig venue;
      venue.points_per_tick = per_tick;
      venue.recorded_depth = true;
      venue.symbol = symbols[i];
      session.add_floor(latencies[i], venue);
      auto tape = std::make_shared<Tape>(tape_of(days[i].messages(), days[i].books(), days[i].levels()));
      session.attach(std::make_unique<Replay>(tape, Replay::Config{}, session.venue(i)), i, 1);
    }
  }
  StopKind go(const Until& until) {
    while (true) {
      const StopKind stop = session.advance(until, nullptr);
      heard.insert(heard.end(), session.reports().begin(), session.reports().end());
      session.reports().clear();
      if (stop != StopKind::report && stop != StopKind::halt) return stop;
    }
  }
  void until(Nanos ms) { go({day_open + ms * millisecond}); }
  void send(std::uint32_t floor, Side side, Ticks price, Lots lots, bool ioc = false, Nanos good_till = day_close) {
    session.submit({0, 1, ++sent, 1, side, ioc, price, lots, good_till, floor});
  }
  std::vector<std::uint32_t> numbers(ReportKind kind) const {
    std::vector<std::uint32_t> found;
    for (const Report& report : heard) {
      if (report.kind == kind) found.push_back(report.number);
    }
    return found;
  }

  Session session;
  std::vector<Report> heard;
  std::uint32_t sent = 0;
};

Day quiet() { return three_levels().at(1'000).nothing(); }

using Numbers = std::vector<std::uint32_t>;

void messages_to_two_floors_overtake_each_other_and_those_to_one_do_not() {
  Street street({quiet(), quiet()}, {5 * millisecond, millisecond}, {0, 0});
  street.send(0, buy, 99, 1);
  street.send(1, buy, 99, 2);
  street.send(0, buy, 99, 3);
  street.send(1, buy, 99, 4);
  street.until(10);
  CHECK(street.numbers(ReportKind::accepted) == (Numbers{2, 4, 1, 3}));
  CHECK_EQUAL(street.heard[0].floor, 1u);
  CHECK_EQUAL(street.heard[2].floor, 0u);
  CHECK_EQUAL(street.session.venue(0).own_open() + street.session.venue(1).own_open(), 4u);
}

void at_one_instant_messages_go_in_the_order_of_their_sending_and_floors_of_expiry_by_index() {
  Street street({quiet(), quiet()}, {millisecond, millisecond}, {0, 1});
  const Nanos ends = day_open + 50 * millisecond;
  street.send(1, buy, 99, 1, false, ends);
  street.send(0, buy, 99, 2, false, ends);
  street.send(1, buy, 99, 3, false, ends);
  street.until(100);
  CHECK(street.numbers(ReportKind::accepted) == (Numbers{1, 2, 3}));
  CHECK(street.numbers(ReportKind::expired) == (Numbers{2, 1, 3})); // floor 0 first
}

void reports_come_by_arrival_and_one_connection_keeps_their_order() {
  Street street({quiet(), quiet()}, {Latency{millisecond, 0, 20 * millisecond}, Latency{millisecond}}, {0, 0});
  street.send(0, buy, 99, 1);
  street.send(1, buy, 99, 2);
  street.until(2);
  CHECK(street.numbers(ReportKind::accepted) == (Numbers{2})); // the other is on its way
  street.session.shut();
  street.go({day_close});
  CHECK(street.numbers(ReportKind::accepted) == (Numbers{2, 1}));
  CHECK(street.numbers(ReportKind::canceled) == (Numbers{1, 2})); // by floor
}

void events_count_over_all_feeds_and_the_first_feed_goes_first() {
  Street street({three_levels().at(5).add(10, buy, 101, 7), three_levels().at(5).add(10, buy, 101, 9)}, {millisecond, millisecond}, {0, 0});
  Until until{day_close};
  until.index = 3; // the two first rows, and the first of those at 5 ms
  CHECK(street.go(until) == StopKind::limit);
  CHECK_EQUAL(street.session.index(), 3u);
  CHECK_EQUAL(street.session.venue(0).touch().bid, 101);
  CHECK_EQUAL(street.session.venue(1).touch().bid, 100);
}

void a_symbol_shows_the_best_of_its_floors_and_the_sum_of_their_lots() {
  Street street({three_levels().at(5).add(10, buy, 101, 7).at(9).halt(-1), three_levels().at(7).add(10, buy, 101, 9), quiet()},
                {millisecond, millisecond, millisecond}, {0, 0, 1});
  street.until(1);
  CHECK(street.session.touch(0) == (Touch{100, 102, 200, 200}));
  CHECK(street.session.touch(1) == (Touch{100, 102, 100, 100}));
  street.until(6);
  CHECK(street.session.touch(0) == (Touch{101, 102, 7, 200}));
  street.until(8);
  CHECK(street.session.touch(0) == (Touch{101, 102, 16, 200}));
  street.until(10); // the first is halted
  CHECK(street.session.touch(0) == (Touch{101, 102, 9, 100}));
}

void a_fill_says_what_its_floor_and_what_the_symbol_showed_just_before() {
  Street street({quiet(), three_levels().at(3).add(10, sell, 101, 30)}, {millisecond, millisecond}, {0, 0});
  street.until(5);
  street.send(1, buy, 101, 10, true);
  street.send(0, buy, 102, 10, true);
  street.until(9);
  std::vector<Report> fills;
  for (const Report& report : street.heard) {
    if (report.kind == ReportKind::fill) fills.push_back(report);
  }
  CHECK_EQUAL(fills.size(), 2u);
  CHECK(fills[0].quote == (Touch{100, 101, 100, 30}));
  CHECK(fills[0].market_quote == (Touch{100, 101, 200, 30}));
  CHECK(fills[1].quote == (Touch{100, 102, 100, 100}));
  CHECK(fills[1].market_quote == (Touch{100, 101, 200, 20}));
  CHECK_EQUAL(fills[0].execution, 1u);
  CHECK_EQUAL(fills[1].execution, 2u); // the session's, not the floor's
}

void floors_beyond_what_a_session_holds_are_refused() {
  Session session(day_open, day_close);
  CHECK_THROWS(std::invalid_argument, session.attach(nullptr, 0, 1));
  CHECK_THROWS(std::invalid_argument, session.add_floor(Latency{0}, {}));
  VenueConfig venue;
  venue.symbol = Session::most_floors;
  CHECK_THROWS(std::invalid_argument, session.add_floor(Latency{1}, venue));
  for (std::size_t i = 0; i < Session::most_floors; ++i) CHECK_EQUAL(session.add_floor(Latency{1}, {}), i);
  CHECK_THROWS(std::invalid_argument, session.add_floor(Latency{1}, {}));
}

Day busy(std::uint64_t seed) {
  Dice dice(seed);
  Day day = three_levels();
  std::vector<int> ids;
  for (int i = 1; i <= 150; ++i) {
    day.at(i * 2 + dice.between(0, 1));
    const bool side = dice.chance(50);
    if (ids.size() < 8 || dice.chance(55)) {
      day.add(100 + i, side ? buy : sell, side ? dice.between(96, 100) : dice.between(102, 106), dice.between(1, 90));
      ids.push_back(100 + i);
    } else {
      const std::size_t at = dice.below(ids.size());
      dice.chance(40) ? day.execute(ids[at], 1) : day.remove(ids[at]);
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return day;
}

std::uint64_t hash_of(std::uint64_t seed, Dice* cuts) {
  const Latency slow{3 * millisecond, 4 * millisecond, millisecond, 5 * millisecond, seed};
  Street street({busy(seed), busy(seed + 1'000), busy(seed + 2'000)}, {slow, millisecond, millisecond}, {0, 0, 1});
  Dice orders(seed);
  for (Nanos ms = 3; ms < 300; ms += 7) {
    while (cuts != nullptr && cuts->chance(70)) {
      Until until{std::min(day_open + ms * millisecond, street.session.clock() + cuts->one_of<Nanos>({0, 1, 700'000}))};
      until.index = street.session.index() + cuts->below(5);
      until.budget = cuts->below(3);
      until.on_quote = cuts->below(4);
      street.session.advance(until, nullptr);
    }
    street.until(ms);
    const auto floor = static_cast<std::uint32_t>(orders.below(3));
    const Side side = orders.chance(50) ? buy : sell;
    street.send(floor, side, orders.between(98, 104), orders.between(1, 60), orders.chance(30));
  }
  street.go({day_close});
  CHECK(street.numbers(ReportKind::fill).size() > 10);
  return street.session.hash();
}

void an_advance_over_several_floors_may_be_cut_anywhere() {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::uint64_t whole = hash_of(seed, nullptr);
    Dice cuts(seed);
    CHECK_EQUAL(whole, hash_of(seed, &cuts));
  }
}

} // namespace

int main() {
  return check::run({CLAIM(messages_to_two_floors_overtake_each_other_and_those_to_one_do_not),
                     CLAIM(at_one_instant_messages_go_in_the_order_of_their_sending_and_floors_of_expiry_by_index),
                     CLAIM(reports_come_by_arrival_and_one_connection_keeps_their_order),
                     CLAIM(events_count_over_all_feeds_and_the_first_feed_goes_first),
                     CLAIM(a_symbol_shows_the_best_of_its_floors_and_the_sum_of_their_lots),
                     CLAIM(a_fill_says_what_its_floor_and_what_the_symbol_showed_just_before),
                     CLAIM(floors_beyond_what_a_session_holds_are_refused),
                     CLAIM(an_advance_over_several_floors_may_be_cut_anywhere)});
}

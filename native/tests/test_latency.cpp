// Latency both ways: draws that depend on seed and time alone, and reports that reach us later than they were made.
#include <algorithm>
#include <vector>

#include "check.hpp"
#include "day.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;

// A session on a day in which we hear late; it notes when each report was read.
struct Far {
  explicit Far(const Day& day, const Latency& latency) : session(config(latency)) {
    auto tape = std::make_shared<Tape>(tape_of(day.messages(), day.books(), day.levels()));
    session.attach(std::make_unique<Replay>(tape, Replay::Config{true}, session.venue()));
  }
  static Session::Config config(const Latency& latency) {
    Session::Config config{day_open, day_close, latency, {}};
    config.venue.recorded_depth = true;
    return config;
  }
  Far& send(std::uint32_t number, Side side, Ticks price, Lots lots) {
    session.submit({0, 1, number, 1, side, false, price, lots, day_close});
    return *this;
  }
  StopKind go(Nanos time, Nanos wake = INT64_MAX) {
    Until until{time};
    until.wake = wake;
    while (true) {
      const StopKind stop = session.advance(until, nullptr);
      if (stop != StopKind::report) return stop;
      for (const Report& report : session.reports()) {
        heard.push_back(report);
        times.push_back(session.clock());
      }
      session.reports().clear();
    }
  }

  Session session;
  std::vector<Report> heard;
  std::vector<Nanos> times;
};

Day quiet() { return three_levels().at(1'000).nothing(); }

void a_draw_is_within_its_bounds_and_the_same_whenever_it_is_made() {
  const Latency latency{5, 10, 100, 1'000, 7};
  const Latency other{5, 10, 100, 1'000, 8};
  std::vector<int> seen(11);
  int same = 0;
  for (Nanos sent = 0; sent < 20'000; ++sent) {
    const Nanos entry = latency.entry_at(sent), report = latency.report_at(sent);
    CHECK(entry >= 5 && entry <= 15 && report >= 100 && report <= 1'100);
    CHECK_EQUAL(entry, latency.entry_at(sent));
    ++seen[static_cast<std::size_t>(entry - 5)];
    same += report == other.report_at(sent);
  }
  for (const int count : seen) CHECK(count > 1'500 && count < 2'200); // uniform, the ends too
  CHECK(same < 100);
}

void without_jitter_nothing_is_drawn() {
  const Latency latency{3, 0, 0, 0, 9};
  for (Nanos sent = 0; sent < 100; ++sent) CHECK(latency.entry_at(sent) == 3 && latency.report_at(sent) == 0);
}

void a_report_tells_of_its_event_and_reaches_us_later() {
  Far far(quiet(), {millisecond, 0, 40 * millisecond, 0, 1});
  far.send(1, buy, 102, 10).go(day_open + 30 * millisecond);
  CHECK_EQUAL(far.heard.size(), 0u);
  CHECK_EQUAL(far.session.venue().record().prints.size(), 1u); // it has traded, and we do not know
  far.go(day_open + 41 * millisecond);
  CHECK_EQUAL(far.heard.size(), 2u);
  CHECK(far.heard[0].kind == ReportKind::accepted && far.heard[1].kind == ReportKind::fill);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK_EQUAL(far.heard[i].ts, day_open + millisecond);
    CHECK_EQUAL(far.times[i], day_open + 41 * millisecond);
  }
}

void a_cancel_that_crosses_a_fill_finds_nothing_and_the_fill_is_all_we_hear() {
  Day day = three_levels();
  day.at(10).execute(4, 10).at(900).nothing();
  Far far(day, {millisecond, 0, 50 * millisecond, 0, 1});
  far.send(1, sell, 101, 10).go(day_open + 20 * millisecond);
  far.session.cancel(1, 1);
  far.go(day_open + 800 * millisecond);
  CHECK_EQUAL(far.heard.size(), 2u);
  CHECK(far.heard[1].kind == ReportKind::fill && far.times[1] == day_open + 60 * millisecond);
}

void nothing_overtakes_what_was_sent_before_it() {
  const Latency latency{1, 30 * millisecond, 0, 30 * millisecond, 3};
  Far far(quiet(), latency);
  for (std::uint32_t n = 1; n <= 200; ++n) {
    far.send(n, buy, 90, 1);
    far.go(day_open + n * millisecond);
  }
  far.go(day_open + 500 * millisecond);
  CHECK_EQUAL(far.heard.size(), 200u);
  bool waited = false;
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK_EQUAL(far.heard[i].number, i + 1);
    const Nanos sent = day_open + static_cast<Nanos>(i) * millisecond;
    const Nanos alone = sent + latency.entry_at(sent);
    CHECK(far.heard[i].ts >= alone && far.heard[i].ts <= sent + 30 * millisecond + 1);
    waited = waited || far.heard[i].ts > alone;
    CHECK(far.times[i] >= far.heard[i].ts && (i == 0 || far.times[i] >= far.times[i - 1]));
  }
  CHECK(waited); // some were held back by a slower one before them
}

void a_report_is_heard_after_the_market_of_its_instant_and_before_a_wake_up() {
  Day day = three_levels();
  day.at(11).add(20, buy, 101, 5).at(900).nothing();
  Far far(day, {millisecond, 0, 10 * millisecond, 0, 1});
  far.send(1, buy, 98, 10);
  Until until{day_open + second};
  until.wake = day_open + 11 * millisecond;
  CHECK(far.session.advance(until, nullptr) == StopKind::report);
  CHECK_EQUAL(far.session.index(), 2u); // the quiet row and the add of that very instant
  CHECK_EQUAL(far.session.venue().touch().bid, 101);
  far.session.reports().clear();
  CHECK(far.session.advance(until, nullptr) == StopKind::wake);
}

void what_is_on_its_way_at_the_end_reaches_us_at_the_end() {
  for (const bool deleted : {false, true}) {
    Far far(quiet(), {millisecond, 0, second, 0, 1});
    far.send(1, buy, 90, 10).go(day_close - 10 * millisecond);
    far.send(2, buy, 102, 10).go(day_close - millisecond);
    CHECK_EQUAL(far.heard.size(), 1u);
    if (deleted) far.session.shut();
    CHECK(far.go(day_close) == StopKind::closed);
    CHECK_EQUAL(far.heard.size(), 4u);
    CHECK(far.heard[1].kind == ReportKind::accepted && far.heard[2].kind == ReportKind::fill);
    CHECK(far.heard[3].number == 1 && far.heard[3].kind == (deleted ? ReportKind::canceled : ReportKind::expired));
    CHECK_EQUAL(far.times[3], deleted ? day_close - millisecond : day_close);
  }
}

void reports_on_their_way_are_part_of_the_state() {
  Far near(quiet(), {millisecond, 0, 50 * millisecond, 0, 1}), farther(quiet(), {millisecond, 0, 60 * millisecond, 0, 1});
  near.send(1, buy, 90, 10).go(day_open + 20 * millisecond);
  farther.send(1, buy, 90, 10).go(day_open + 20 * millisecond);
  CHECK(near.session.hash() != farther.session.hash());
}

void a_latency_out_of_bounds_is_refused() {
  for (const Latency& wrong : {Latency{0}, Latency{-1}, Latency{1, -1}, Latency{1, 0, -1}, Latency{1, 0, 0, -1}, Latency{INT64_MAX}}) {
    CHECK_THROWS(std::invalid_argument, Session(Far::config(wrong)));
  }
}

} // namespace

int main() {
  return check::run({
      CLAIM(a_draw_is_within_its_bounds_and_the_same_whenever_it_is_made),
      CLAIM(without_jitter_nothing_is_drawn),
      CLAIM(a_report_tells_of_its_event_and_reaches_us_later),
      CLAIM(a_cancel_that_crosses_a_fill_finds_nothing_and_the_fill_is_all_we_hear),
      CLAIM(nothing_overtakes_what_was_sent_before_it),
      CLAIM(a_report_is_heard_after_the_market_of_its_instant_and_before_a_wake_up),
      CLAIM(what_is_on_its_way_at_the_end_reaches_us_at_the_end),
      CLAIM(reports_on_their_way_are_part_of_the_state),
      CLAIM(a_latency_out_of_bounds_is_refused),
  });
}

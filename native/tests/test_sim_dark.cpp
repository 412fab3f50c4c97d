// Our orders in a dark pool: accepted a latency after they were sent, filled at the midpoint within their limits, from nobody who offers
// less than their least, canceled when we say so, and never shown.
#include <algorithm>
#include <memory>
#include <vector>

#include "check.hpp"
#include "lob/session.hpp"
#include "lob/sim/dark.hpp"

using namespace lob;

namespace {

constexpr Nanos millisecond = 1'000'000, closes = 3'600'000 * millisecond;
constexpr Touch lit{100, 104, 500, 500}; // the midpoint is 102

// A pool whose lit venues stand still: every 10 ms our new orders are met, and from the first offer on one of the market's comes in.
class Pool final : public Feed {
public:
  explicit Pool(const sim::Config& config) : dark_(config) {}
  bool peek(Nanos& ts) override {
    ts = std::min(beat_, dark_.next().value_or(closes));
    return ts < closes;
  }
  void step(Floors floors) override {
    Venue& pool = floors.front();
    Nanos now;
    peek(now);
    pool.begin(now);
    dark_.meet(pool, lit, now);
    if (dark_.next() == now) {
      dark_.arrive(pool, lit);
    } else {
      beat_ += 10 * millisecond;
    }
    pool.end(nullptr);
  }
  bool recorded() const override { return false; }
  std::map<std::string, std::int64_t> counters() const override { return {}; }
  void recorded_levels(Side, std::size_t, std::vector<Level>& out) const override { out.clear(); }

private:
  sim::DarkPool dark_;
  Nanos beat_ = 10 * millisecond;
};

struct Trial {
  Trial() : session(0, closes) {
    sim::Config config;
    config.seed = 5;
    config.close = closes;
    config.dark_share = .5;
    config.market_size = 100;
    VenueConfig venue;
    venue.dark = venue.no_book = true;
    session.add_floor(2 * millisecond, venue);
    session.attach(std::make_unique<Pool>(config));
  }
  void send(Side side, Ticks limit, Lots lots, Lots least = 0, bool ioc = false) {
    OwnOrder order{};
    order.parent = 1;
    order.number = ++sent;
    order.account = 1;
    order.side = side;
    order.ioc = ioc;
    order.price = limit;
    order.lots = lots;
    order.good_till = closes;
    order.least = least;
    session.submit(order);
  }
  void until(Nanos ms) {
    while (true) {
      const StopKind stop = session.advance({ms * millisecond}, nullptr);
      heard.insert(heard.end(), session.reports().begin(), session.reports().end());
      session.reports().clear();
      if (stop == StopKind::limit || stop == StopKind::closed) return;
    }
  }
  std::vector<Report> of(ReportKind kind, std::uint32_t number) const {
    std::vector<Report> found;
    for (const Report& report : heard) {
      if (report.kind == kind && report.number == number) found.push_back(report);
    }
    return found;
  }
  Lots filled(std::uint32_t number) const {
    Lots sum = 0;
    for (const Report& report : of(ReportKind::fill, number)) sum += report.lots;
    return sum;
  }

  Session session;
  std::vector<Report> heard;
  std::uint32_t sent = 0;
};

void an_order_is_accepted_a_latency_later_and_fills_at_the_midpoint() {
  Trial trial;
  trial.send(Side::buy, 103, 5'000);
  trial.until(1'000'000);
  const auto accepted = trial.of(ReportKind::accepted, 1);
  CHECK_EQUAL(accepted.size(), 1u);
  CHECK_EQUAL(accepted[0].ts, 2 * millisecond);
  const auto fills = trial.of(ReportKind::fill, 1);
  CHECK(fills.size() > 5);
  for (const Report& fill : fills) CHECK(fill.price == 102 && fill.ts > 2 * millisecond);
  for (const Print& print : trial.session.venue().record().prints) CHECK_EQUAL(print.points, 102 * trial.session.venue().points_per_tick());
  CHECK(!trial.session.venue().book().best(Side::buy)); // it is never shown
}

void a_limit_that_the_midpoint_breaks_waits() {
  Trial trial;
  trial.send(Side::buy, 101, 5'000);
  trial.send(Side::sell, 103, 5'000);
  trial.send(Side::sell, 102, 100);
  trial.until(1'000'000);
  CHECK_EQUAL(trial.filled(1), 0);
  CHECK_EQUAL(trial.filled(2), 0);
  CHECK_EQUAL(trial.filled(3), 100); // the midpoint itself is within
  CHECK_EQUAL(trial.of(ReportKind::canceled, 1).size(), 0u);
}

void ours_never_meet_each_other() {
  Trial trial;
  trial.send(Side::buy, 110, 100'000);
  trial.send(Side::sell, 90, 100'000);
  trial.until(600'000);
  for (const Print& print : trial.session.venue().record().prints) CHECK_EQUAL(print.counterparty, 0u);
  CHECK(trial.filled(1) > 0 && trial.filled(2) > 0);
}

void nobody_fills_less_than_the_least_but_for_what_is_left() {
  Trial trial;
  trial.send(Side::buy, 103, 1'000, 150);
  trial.until(3'599'000);
  Lots left = 1'000;
  std::size_t large = 0;
  for (const Report& fill : trial.of(ReportKind::fill, 1)) {
    CHECK(fill.lots >= std::min<Lots>(150, left));
    large += fill.lots > 150;
    left -= fill.lots;
  }
  CHECK_EQUAL(left, 0);
  CHECK(large > 0);
  Trial without; // the same market has smaller offers, which the first one passed over
  without.send(Side::buy, 103, 1'000);
  without.until(3'599'000);
  CHECK(without.of(ReportKind::fill, 1).front().lots < 150);
}

void a_cancel_arrives_a_latency_later_and_ends_it() {
  Trial trial;
  trial.send(Side::buy, 101, 500);
  trial.until(1'000);
  trial.session.cancel(1, 1);
  trial.until(2'000);
  const auto gone = trial.of(ReportKind::canceled, 1);
  CHECK_EQUAL(gone.size(), 1u);
  CHECK_EQUAL(gone[0].ts, 1'002 * millisecond);
  CHECK_EQUAL(gone[0].lots, 500);
  CHECK_EQUAL(trial.session.venue().own_open(), 0u);
}

void an_ioc_takes_what_waits_and_expires() {
  Trial trial;
  trial.until(600'000);
  trial.send(Side::buy, 110, 1'000'000, 0, true);
  trial.until(601'000);
  CHECK_EQUAL(trial.of(ReportKind::expired, 1).size(), 1u);
  CHECK_EQUAL(trial.filled(1) + trial.of(ReportKind::expired, 1)[0].lots, 1'000'000);
  CHECK_EQUAL(trial.session.venue().own_open(), 0u);
}

} // namespace

int main() {
  return check::run({CLAIM(an_order_is_accepted_a_latency_later_and_fills_at_the_midpoint), CLAIM(a_limit_that_the_midpoint_breaks_waits),
                     CLAIM(ours_never_meet_each_other), CLAIM(nobody_fills_less_than_the_least_but_for_what_is_left),
                     CLAIM(a_cancel_arrives_a_latency_later_and_ends_it), CLAIM(an_ioc_takes_what_waits_and_expires)});
}

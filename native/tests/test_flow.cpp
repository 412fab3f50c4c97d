// The simulated market: a pure function of its seed, and not a different one because we stand far away in it.
#include <cmath>
#include <limits>

#include "check.hpp"
#include "lob/flow.hpp"
#include "lob/session.hpp"

using namespace lob;

namespace {

constexpr Nanos second = 1'000'000'000, hour = 3'600 * second;

FlowConfig config(std::uint64_t seed) {
  FlowConfig flow;
  flow.seed = seed;
  flow.open = 34'200 * second;
  flow.close = flow.open + hour;
  return flow;
}

std::unique_ptr<Session> session_of(const FlowConfig& flow) {
  auto session = std::make_unique<Session>(Session::Config{flow.open, flow.close, 1'000'000, {}});
  session->attach(std::make_unique<Flow>(flow, session->venue()));
  return session;
}

void run(Session& session, Nanos until) {
  while (true) {
    const StopKind stop = session.advance({until}, nullptr);
    session.venue().reports().clear();
    if (stop == StopKind::limit || stop == StopKind::closed) return;
  }
}

Record record_of(std::uint64_t seed) {
  const auto session = session_of(config(seed));
  run(*session, session->clock() + hour);
  return session->venue().record();
}

bool same(const Print& a, const Print& b) {
  return a.ts == b.ts && a.points == b.points && a.lots == b.lots && a.parent == b.parent && a.flags == b.flags;
}

bool same(const Record& a, const Record& b) {
  const auto prints = [](const Print& x, const Print& y) { return same(x, y); };
  const auto quotes = [](const QuoteRow& x, const QuoteRow& y) { return x.ts == y.ts && x.live.same_prices(y.live); };
  return std::equal(a.prints.begin(), a.prints.end(), b.prints.begin(), b.prints.end(), prints) &&
         std::equal(a.quotes.begin(), a.quotes.end(), b.quotes.begin(), b.quotes.end(), quotes);
}

void a_seed_is_a_market_and_another_seed_another_one() {
  const Record first = record_of(1);
  CHECK(first.prints.size() > 500);
  CHECK(same(first, record_of(1)));
  CHECK(!same(first, record_of(2)));
}

void an_order_far_away_changes_nothing() {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto session = session_of(config(seed));
    run(*session, session->clock() + second);
    session->submit({0, 1, 1, 1, Side::buy, false, 1, 1, INT64_MAX});
    session->submit({0, 1, 2, 1, Side::sell, false, 10'000'000, 1, INT64_MAX});
    run(*session, session->clock() + 2 * second);
    CHECK_EQUAL(session->venue().own_open(), 2u);
    run(*session, session->clock() + hour);
    CHECK(same(session->venue().record(), record_of(seed)));
  }
}

void the_market_before_our_first_order_is_the_market_without_us() {
  const auto session = session_of(config(3));
  run(*session, session->clock() + hour / 2);
  const Nanos moment = session->clock();
  session->submit({0, 1, 1, 1, Side::buy, true, 11'000, 5'000, INT64_MAX});
  run(*session, session->clock() + hour);
  const auto before = [moment](const Record& record) {
    Record cut;
    for (const Print& print : record.prints) {
      if (print.ts <= moment) cut.prints.push_back(print);
    }
    return cut;
  };
  const Record with = session->venue().record(), without = record_of(3);
  CHECK(!same(with, without));
  CHECK(same(before(with), before(without)));
}

void what_comes_does_not_depend_on_us() {
  const auto alone = session_of(config(5)), crowded = session_of(config(5));
  run(*crowded, crowded->clock() + second);
  for (std::uint32_t n = 1; n <= 50; ++n) {
    crowded->submit({0, 1, n, 1, n % 2 == 0 ? Side::buy : Side::sell, n % 3 == 0, 10'000, 500, INT64_MAX});
    run(*crowded, crowded->clock() + 20 * second);
    run(*alone, crowded->clock());
    CHECK_EQUAL(alone->index(), crowded->index());
  }
  CHECK(alone->hash() != crowded->hash());
}

void the_book_is_two_sided_nearly_always_and_near_its_value() {
  const FlowConfig flow = config(7);
  const auto session = session_of(flow);
  std::int64_t looks = 0, two_sided = 0, spread = 0;
  for (Nanos now = flow.open + 60 * second; now < flow.close; now += second) {
    run(*session, now);
    const Touch touch = session->venue().touch();
    ++looks;
    if (!touch.two_sided()) continue;
    ++two_sided;
    spread += touch.ask - touch.bid;
    CHECK(std::abs(touch.bid - flow.start) < 1'000);
  }
  CHECK(two_sided > looks * 95 / 100);
  CHECK(spread < two_sided * 20);
}

void settings_that_make_no_market_are_refused() {
  const auto refused = [](auto change) {
    FlowConfig flow = config(1);
    change(flow);
    Venue venue(VenueConfig{});
    CHECK_THROWS(std::invalid_argument, Flow(flow, venue));
  };
  const double none = std::numeric_limits<double>::quiet_NaN();
  refused([](FlowConfig& flow) { flow.close = flow.open; });
  refused([](FlowConfig& flow) { flow.close = flow.open + 200 * hour; });
  for (const Ticks start : {Ticks{99}, Ticks{1'000'000'001}}) refused([start](FlowConfig& flow) { flow.start = start; });
  for (const double rate : {0.0, -1.0, 1'001.0, none}) refused([rate](FlowConfig& flow) { flow.events_per_s = rate; });
  for (const double share : {0.0, 0.6, 1.0, none}) refused([share](FlowConfig& flow) { flow.market_share = share; });
  for (const double share : {0.0, 0.9, none}) refused([share](FlowConfig& flow) { flow.cancel_share = share; });
  for (const double sigma : {-1.0, 2'001.0, none}) refused([sigma](FlowConfig& flow) { flow.sigma_bps = sigma; });
  for (const double ticks : {-1.0, 1e7, none}) refused([ticks](FlowConfig& flow) { flow.half_spread = ticks; });
  for (const double ticks : {0.0, 1e7, none}) refused([ticks](FlowConfig& flow) { flow.depth_scale = ticks; });
  for (const double chance : {-0.1, 1.1, none}) refused([chance](FlowConfig& flow) { flow.persistence = chance; });
  for (const Lots lots : {Lots{0}, Lots{1'000'001}}) refused([lots](FlowConfig& flow) { flow.typical = lots; });
  for (const std::uint32_t slots : {9u, 1'000'001u}) refused([slots](FlowConfig& flow) { flow.slots = slots; });
}

} // namespace

int main() {
  return check::run({CLAIM(a_seed_is_a_market_and_another_seed_another_one),
                     CLAIM(an_order_far_away_changes_nothing),
                     CLAIM(the_market_before_our_first_order_is_the_market_without_us),
                     CLAIM(what_comes_does_not_depend_on_us),
                     CLAIM(the_book_is_two_sided_nearly_always_and_near_its_value),
                     CLAIM(settings_that_make_no_market_are_refused)});
}

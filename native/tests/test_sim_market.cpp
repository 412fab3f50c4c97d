// The simulated market: a pure function of its seed, and not a different one because we stand far away in it.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "check.hpp"
#include "lob/session.hpp"
#include "lob/sim/arrivals.hpp"
#include "lob/sim/market.hpp"

using namespace lob;

namespace {

constexpr Nanos second = 1'000'000'000, hour = 3'600 * second;
constexpr Ticks far = 5'000; // ticks from the opening price: nobody comes there

sim::Config config(std::uint64_t seed) {
  sim::Config market;
  market.seed = seed;
  market.open = 34'200 * second;
  market.close = market.open + hour / 3;
  return market;
}

std::unique_ptr<Session> session_of(const sim::Config& market) {
  auto session = std::make_unique<Session>(Session::Config{market.open, market.close, 1'000'000, {}});
  session->attach(std::make_unique<sim::Market>(market, session->venue()));
  return session;
}

void run(Session& session, Nanos until) {
  while (true) {
    const StopKind stop = session.advance({until}, nullptr);
    session.reports().clear();
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
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto session = session_of(config(seed));
    run(*session, session->clock() + second);
    session->submit({0, 1, 1, 1, Side::buy, false, 57'000 - far, 1, INT64_MAX});
    session->submit({0, 1, 2, 1, Side::sell, false, 57'000 + far, 1, INT64_MAX});
    run(*session, session->clock() + 2 * second);
    CHECK_EQUAL(session->venue().own_open(), 2u);
    run(*session, session->clock() + hour);
    CHECK(same(session->venue().record(), record_of(seed)));
  }
}

void the_market_before_our_first_order_is_the_market_without_us() {
  const auto session = session_of(config(3));
  run(*session, session->clock() + hour / 6);
  const Nanos moment = session->clock();
  session->submit({0, 1, 1, 1, Side::buy, true, 57'000 + far, 5'000, INT64_MAX});
  run(*session, session->clock() + hour);
  const auto before = [moment](const Record& record) {
    Record cut;
    for (const Print& print : record.prints) {
      if (print.ts <= moment) cut.prints.push_back(print);
    }
    for (const QuoteRow& row : record.quotes) {
      if (row.ts <= moment) cut.quotes.push_back(row);
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
    crowded->submit({0, 1, n, 1, n % 2 == 0 ? Side::buy : Side::sell, n % 3 == 0, 57'000, 500, INT64_MAX});
    run(*crowded, crowded->clock() + 20 * second);
    run(*alone, crowded->clock());
    CHECK_EQUAL(alone->index(), crowded->index());
  }
  CHECK(alone->hash() != crowded->hash());
}

void the_book_is_two_sided_and_near_its_value() {
  const sim::Config market = config(7);
  const auto session = session_of(market);
  std::int64_t looks = 0, two_sided = 0, spread = 0;
  for (Nanos now = market.open + second; now < market.close; now += second) {
    run(*session, now);
    const Touch touch = session->venue().touch();
    ++looks;
    if (!touch.two_sided()) continue;
    ++two_sided;
    spread += touch.ask - touch.bid;
    CHECK(std::abs(touch.bid - market.start) < 1'000);
  }
  CHECK_EQUAL(two_sided, looks);
  CHECK(spread > two_sided * 5 && spread < two_sided * 40);
}

// A large order against the whole book: makers quote anew at once, and nobody trades at a price of one.
void a_market_that_was_eaten_up_comes_back() {
  for (const Side side : {Side::buy, Side::sell}) {
    const sim::Config market = config(11);
    const auto session = session_of(market);
    run(*session, market.open + 60 * second);
    const Ticks limit = side == Side::buy ? 60'000 : 54'000;
    session->submit({0, 1, 1, 1, side, true, limit, 1'000'000, INT64_MAX});
    run(*session, market.open + 62 * second);
    CHECK(!session->venue().own_trades().empty());
    run(*session, market.open + 180 * second);
    const Touch touch = session->venue().touch();
    CHECK(touch.two_sided());
    CHECK(touch.ask - touch.bid < 60);
    for (const Print& print : session->venue().record().prints) CHECK(std::abs(print.points / 100 - market.start) < 3'000);
  }
}

void our_trades_are_heard_with_account_side_and_manner() {
  const auto session = session_of(config(13));
  run(*session, session->clock() + 30 * second);
  session->submit({0, 1, 1, 3, Side::sell, true, 57'000 - far, 250, INT64_MAX});
  session->submit({0, 2, 1, 4, Side::buy, false, session->venue().touch().bid + 1, 100, INT64_MAX});
  run(*session, session->clock() + hour);
  Lots taken = 0, rested = 0;
  for (const OwnTrade& trade : session->venue().own_trades()) {
    CHECK_EQUAL(trade.maker, trade.account == 4);
    CHECK(trade.side == (trade.account == 4 ? Side::buy : Side::sell));
    (trade.maker ? rested : taken) += trade.lots;
  }
  CHECK_EQUAL(taken, 250);
  CHECK_EQUAL(rested, 100);
}

void messages_are_the_books_history() {
  const sim::Config market = config(17);
  Session session({market.open, market.close, 1'000'000, {}});
  auto feed = std::make_unique<sim::Market>(market, session.venue(), true);
  const sim::Market& simulated = *feed;
  session.attach(std::move(feed));
  run(session, market.close);
  Lots resting = 0;
  const auto counted = simulated.counters();
  CHECK_EQUAL(static_cast<std::int64_t>(simulated.messages().size()), counted.at("added") + counted.at("withdrawn") + counted.at("executed"));
  for (const sim::Message& message : simulated.messages()) resting += message.kind == sim::MessageKind::added ? message.lots : -message.lots;
  const Book& book = session.venue().book();
  CHECK_EQUAL(resting, book.lots_within(Side::buy, 0) + book.lots_within(Side::sell, 1'000'000));
}

// What the curves ask for comes, however much of it follows other events; what comes by itself comes less bunched.
void market_orders_that_follow_less_are_as_many_and_less_bunched() {
  double bunched_before = std::numeric_limits<double>::infinity();
  for (const double excitation : {1.0, .7, .3}) {
    double orders = 0, others = 0, squares = 0, bins = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      sim::Config market = config(seed);
      market.close = market.open + 2 * hour;
      market.activity = market.taker_activity = {1};
      market.taker_excitation = excitation;
      std::vector<double> by_second(2 * 3'600);
      sim::Arrivals arrivals(market);
      while (const auto arrival = arrivals.next()) {
        if (static_cast<int>(arrival->type) == 0) {
          ++by_second[static_cast<std::size_t>(arrival->t)];
        } else {
          ++others;
        }
      }
      for (const double n : by_second) {
        orders += n;
        squares += n * n;
      }
      bins += static_cast<double>(by_second.size());
    }
    const double mean = orders / bins, bunched = (squares / bins - mean * mean) / mean;
    CHECK(std::abs(mean / 1.8 - 1) < .15);
    CHECK(std::abs(others / bins / 31 - 1) < .15);
    CHECK(bunched < .8 * bunched_before);
    bunched_before = bunched;
  }
}

void settings_that_make_no_market_are_refused_by_name() {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](const std::string& rule, const std::function<void(sim::Config&)>& change) {
    sim::Config market = config(1);
    change(market);
    std::string said = "nothing";
    try {
      Venue venue(VenueConfig{});
      const sim::Market made(market, venue);
    } catch (const std::invalid_argument& refusal) {
      said = refusal.what();
    }
    check::require(said.starts_with(rule), __FILE__, __LINE__, rule + " was expected, but said " + said);
  };
  refused("close must be after open", [](auto& c) { c.close = c.open; });
  refused("close must be at most two days", [](auto& c) { c.close = c.open + 49 * hour; });
  refused("start must be in", [](auto& c) { c.start = 0; });
  refused("branching must be stable", [](auto& c) { c.branching = {.7, .25, .05}; });
  refused("branching must be of ratios", [](auto& c) { c.branching[1] = -.1; });
  refused("self_share must be in", [](auto& c) { c.self_share[0] = 1; });
  refused("taker_excitation must be a probability", [](auto& c) { c.taker_excitation = 1.1; });
  refused("decay must be in", [](auto& c) { c.decay[2] = 0; });
  for (const double rate : {0.0, -1.0, 1'001.0, none}) refused("rates must be in", [rate](auto& c) { c.rates[2] = rate; });
  refused("activity must be 1 to 1000 weights", [](auto& c) { c.activity.clear(); });
  refused("variance must be of weights", [](auto& c) { c.variance[3] = 0; });
  refused("taker_activity must be near enough", [](auto& c) { c.taker_activity = {1, 1, 1, .01, 1, 1}; });
  refused("value_bps must be in", [none](auto& c) { c.value_bps = none; });
  refused("sweep must be a probability", [](auto& c) { c.sweep = 1.1; });
  refused("makers must be in", [](auto& c) { c.makers = 0; });
  refused("near_slots must be at least 1", [](auto& c) { c.near_slots = c.slots; });
  refused("improve_from must be at least 1 tick", [](auto& c) { c.improve_from = 31; });
  refused("adv must be in", [](auto& c) { c.adv = 0; });
  refused("exponent must be in", [](auto& c) { c.exponent = 1.5; });
  refused("memory must be in", [](auto& c) { c.memory[0] = -8; });
  refused("own must be of weights", [none](auto& c) { c.own[4] = none; });
}

} // namespace

int main() {
  return check::run({CLAIM(a_seed_is_a_market_and_another_seed_another_one),
                     CLAIM(an_order_far_away_changes_nothing),
                     CLAIM(the_market_before_our_first_order_is_the_market_without_us),
                     CLAIM(what_comes_does_not_depend_on_us),
                     CLAIM(the_book_is_two_sided_and_near_its_value),
                     CLAIM(a_market_that_was_eaten_up_comes_back),
                     CLAIM(our_trades_are_heard_with_account_side_and_manner),
                     CLAIM(messages_are_the_books_history),
                     CLAIM(market_orders_that_follow_less_are_as_many_and_less_bunched),
                     CLAIM(settings_that_make_no_market_are_refused_by_name)});
}

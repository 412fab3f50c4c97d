// Prices only: takers wait for the next price, makers for the market to trade through them, and nothing beyond a share of it.
#include "check.hpp"
#include "lob/prints.hpp"
#include "lob/session.hpp"

using namespace lob;

namespace {

constexpr Nanos second = 1'000'000'000, opens = 0, closes = 1'000 * second;
constexpr Side buy = Side::buy, sell = Side::sell;

PriceRow trade(std::int64_t at, Ticks price, Lots lots) {
  return {at * second, at * second, 2 * price, 2 * price, 2 * price, 2 * price, lots};
}

struct Rig {
  explicit Rig(std::vector<PriceRow> rows, bool bars = false, PrintReplay::Config rules = {2, 500'000})
      : session({opens, closes, 1, {2, true, {}, opens, true}}) {
    auto tape = std::make_shared<PrintTape>();
    tape->rows = std::move(rows);
    tape->open = opens;
    tape->close = closes;
    tape->bars = bars;
    session.attach(std::make_unique<PrintReplay>(tape, rules, session.venue()));
  }
  void until(Nanos time) {
    while (session.advance({time}, nullptr) == StopKind::report) take();
    take();
  }
  void take() {
    auto& reports = session.reports();
    all.insert(all.end(), reports.begin(), reports.end());
    reports.clear();
  }
  void send(std::uint32_t number, Side side, bool ioc, Ticks price, Lots lots) {
    session.submit({0, 1, number, 1, side, ioc, price, lots, closes});
  }
  std::vector<Report> of(ReportKind kind) const {
    std::vector<Report> found;
    for (const Report& report : all) {
      if (report.kind == kind) found.push_back(report);
    }
    return found;
  }
  Session session;
  std::vector<Report> all;
};

void a_taker_gets_the_next_price_and_pays_half_the_spread() {
  Rig rig({trade(1, 100, 20), trade(5, 103, 20)});
  rig.until(2 * second);
  CHECK_EQUAL(rig.session.venue().touch().bid, 99);
  CHECK_EQUAL(rig.session.venue().touch().ask, 101);
  rig.send(1, buy, true, 110, 6);
  rig.until(4 * second);
  CHECK(rig.of(ReportKind::fill).empty());
  rig.until(5 * second);
  const auto fills = rig.of(ReportKind::fill);
  CHECK_EQUAL(fills.size(), 1u);
  CHECK_EQUAL(fills[0].price, 104);
  CHECK_EQUAL(fills[0].lots, 6);
  CHECK(!fills[0].maker && !fills[0].certain);
}

void a_taker_is_capped_by_a_share_of_what_trades_and_an_ioc_loses_the_rest() {
  Rig rig({trade(1, 100, 20), trade(5, 100, 20), trade(6, 100, 20)});
  rig.until(2 * second);
  rig.send(1, buy, true, 110, 15);
  rig.until(closes);
  CHECK_EQUAL(rig.of(ReportKind::fill).size(), 1u);
  CHECK_EQUAL(rig.of(ReportKind::fill)[0].lots, 10);
  const auto over = rig.of(ReportKind::expired);
  CHECK_EQUAL(over.size(), 1u);
  CHECK(over[0].reason == ReportReason::unmatched && over[0].lots == 5);
}

void a_taker_pays_no_more_than_its_limit() {
  Rig rig({trade(1, 100, 20), trade(5, 103, 20)});
  rig.until(2 * second);
  rig.send(1, buy, true, 103, 6); // it would cost 104
  rig.until(closes);
  CHECK(rig.of(ReportKind::fill).empty());
}

void a_maker_fills_only_where_the_market_trades_through() {
  Rig rig({trade(1, 100, 20), trade(5, 99, 20), trade(6, 98, 8), trade(7, 98, 20)});
  rig.until(2 * second);
  rig.send(1, buy, false, 99, 6);
  rig.until(5 * second);
  CHECK(rig.of(ReportKind::fill).empty()); // at our price is not through it
  rig.until(6 * second);
  const auto fills = rig.of(ReportKind::fill);
  CHECK_EQUAL(fills.size(), 1u);
  CHECK_EQUAL(fills[0].price, 99);
  CHECK_EQUAL(fills[0].lots, 4); // half of eight
  CHECK(fills[0].maker && !fills[0].certain);
  rig.until(closes);
  CHECK_EQUAL(rig.of(ReportKind::fill).back().lots, 2);
}

void a_sell_is_the_mirror_image() {
  Rig rig({trade(1, 100, 20), trade(5, 97, 20), trade(6, 102, 20)});
  rig.until(2 * second);
  rig.send(1, sell, true, 90, 6);
  rig.send(2, sell, false, 101, 6);
  rig.until(closes);
  const auto fills = rig.of(ReportKind::fill);
  CHECK_EQUAL(fills.size(), 2u);
  CHECK_EQUAL(fills[0].price, 96);
  CHECK_EQUAL(fills[1].price, 101);
}

void an_order_that_came_within_a_bar_is_not_filled_by_its_extremes() {
  const PriceRow first{0, 60 * second, 200, 210, 180, 200, 100}, second_bar{60 * second, 120 * second, 200, 204, 196, 200, 100};
  Rig rig({first, second_bar}, true);
  rig.until(30 * second);
  rig.send(1, buy, false, 95, 6); // the first bar's low is 90, the second's 98
  rig.until(closes);
  CHECK(rig.of(ReportKind::fill).empty());
  Rig patient({first, second_bar}, true);
  patient.until(30 * second);
  patient.send(1, buy, false, 99, 6);
  patient.until(closes);
  CHECK_EQUAL(patient.of(ReportKind::fill).size(), 1u);
  CHECK_EQUAL(patient.of(ReportKind::fill)[0].ts, 120 * second);
}

void what_traded_is_ours_and_the_others_together() {
  Rig rig({trade(1, 100, 20), trade(5, 100, 20), trade(6, 98, 8)});
  rig.until(2 * second);
  rig.send(1, buy, true, 110, 6);
  rig.send(2, buy, false, 99, 6);
  rig.until(closes);
  Lots all = 0, recorded = 0;
  for (const Print& print : rig.session.venue().record().prints) all += print.lots;
  for (const Print& print : rig.session.venue().record().reference) recorded += print.lots;
  CHECK_EQUAL(all, 48);
  CHECK_EQUAL(recorded, 48);
}

void rules_that_make_no_market_are_refused() {
  const std::vector<PriceRow> rows{trade(1, 100, 1)};
  const PrintReplay::Config no_spread{0, 1}, no_share{1, 0}, too_much{1, 1'000'001};
  CHECK_THROWS(std::invalid_argument, Rig(rows, false, no_spread));
  CHECK_THROWS(std::invalid_argument, Rig(rows, false, no_share));
  CHECK_THROWS(std::invalid_argument, Rig(rows, false, too_much));
}

} // namespace

int main() {
  return check::run({CLAIM(a_taker_gets_the_next_price_and_pays_half_the_spread),
                     CLAIM(a_taker_is_capped_by_a_share_of_what_trades_and_an_ioc_loses_the_rest), CLAIM(a_taker_pays_no_more_than_its_limit),
                     CLAIM(a_maker_fills_only_where_the_market_trades_through), CLAIM(a_sell_is_the_mirror_image),
                     CLAIM(an_order_that_came_within_a_bar_is_not_filled_by_its_extremes), CLAIM(what_traded_is_ours_and_the_others_together),
                     CLAIM(rules_that_make_no_market_are_refused)});
}

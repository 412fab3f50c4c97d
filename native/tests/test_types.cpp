// The rules of self-trade prevention, icebergs, hidden orders, pegs, sweeps and mass cancels, one claim a test.
#include "told.hpp"

namespace {

using namespace lob;

void self_trade_prevention_cancels_the_maker_the_taker_or_both() {
  const auto meet = [](SelfTrade stp) {
    Book book = book_of({of(8, offer(1, 100, 2)), offer(2, 100, 5), of(8, offer(3, 100, 9))});
    const std::string events = told(apply(book, with(stp, bid(4, 100, 8))));
    return events + " | " + std::to_string(book.size());
  };
  CHECK_EQUAL(meet(SelfTrade::allow), "accepted 4 8@100, fill 4-1 2@100, fill 4-2 5@100, fill 4-3 1@100, done 4 0 filled | 1");
  CHECK_EQUAL(meet(SelfTrade::cancel_maker),
              "accepted 4 8@100, fill 4-1 2@100, done 2 5 self_trade, fill 4-3 6@100, done 4 0 filled | 1");
  CHECK_EQUAL(meet(SelfTrade::cancel_taker), "accepted 4 8@100, fill 4-1 2@100, done 4 6 self_trade | 2");
  CHECK_EQUAL(meet(SelfTrade::cancel_both), "accepted 4 8@100, fill 4-1 2@100, done 2 5 self_trade, done 4 6 self_trade | 1");
}

void decrement_takes_from_both_and_what_is_left_never_rests() {
  Book book = book_of({offer(1, 100, 5)});
  CHECK_TOLD(apply(book, with(SelfTrade::decrement, bid(2, 101, 8))), "accepted 2 8@101, prevented 2-1 5@100, done 2 3 self_trade");
  CHECK_EQUAL(book.size(), 0u);
  book = book_of({offer(1, 100, 5)});
  CHECK_TOLD(apply(book, with(SelfTrade::decrement, bid(2, 101, 2))), "accepted 2 2@101, prevented 2-1 2@100, done 2 0 self_trade");
  CHECK_EQUAL(book.order(1)->lots, 3);
}

void owner_0_is_nobody_and_a_replace_names_its_own_mode() {
  Book book = book_of({of(0, offer(1, 100, 5)), offer(2, 101, 5), bid(3, 90, 5)});
  CHECK_TOLD(apply(book, with(SelfTrade::cancel_both, of(0, bid(4, 100, 5)))), "accepted 4 5@100, fill 4-1 5@100, done 4 0 filled");
  Events events;
  book.replace(3, 101, 2, events, SelfTrade::cancel_maker);
  CHECK_TOLD(events, "replaced 3 2@101, done 2 5 self_trade");
  CHECK(book.best(Side::buy) == 101);
}

void a_fok_does_not_count_own_orders() {
  Book book = book_of({iceberg(5, of(8, offer(1, 100, 20))), offer(2, 100, 5), of(8, offer(3, 101, 20))});
  const auto fok = [&](SelfTrade stp, Lots lots) { return told(apply(book, with(TimeInForce::fok, with(stp, bid(9, 101, lots))))); };
  CHECK_EQUAL(fok(SelfTrade::cancel_taker, 6), "rejected 9 6@101 not_fillable"); // only the first peak stands before its own
  CHECK_EQUAL(fok(SelfTrade::cancel_maker, 41), "rejected 9 41@101 not_fillable");
  CHECK_EQUAL(fok(SelfTrade::cancel_taker, 5), "accepted 9 5@101, fill 9-1 5@100, refreshed 1 5@100, done 9 0 filled");
  CHECK_EQUAL(fok(SelfTrade::cancel_taker, 1), "rejected 9 1@101 not_fillable");
}

void an_iceberg_shows_a_peak_and_refreshes_at_the_back() {
  Book book = book_of({iceberg(3, offer(1, 100, 8)), offer(2, 100, 4)});
  CHECK((book.level(Side::sell, 100) == Level{100, 7, 2}));
  CHECK_EQUAL(book.order(1)->lots, 8);
  CHECK_EQUAL(book.terms(1)->shown, 3);
  CHECK_TOLD(apply(book, bid(9, 100, 3)), "accepted 9 3@100, fill 9-1 3@100, refreshed 1 3@100, done 9 0 filled");
  CHECK((book.ahead(1) == Ahead{4, 1}));
  CHECK_TOLD(apply(book, bid(9, 100, 12)),
             "accepted 9 12@100, fill 9-2 4@100, fill 9-1 3@100, refreshed 1 2@100, fill 9-1 2@100");
  CHECK((book.order(9) == Order{9, 100, 3, 7, Side::buy}));
}

void an_iceberg_shrinks_from_what_is_not_shown_and_keeps_its_place() {
  Book book = book_of({iceberg(3, offer(1, 100, 8)), offer(2, 100, 4)});
  Events events;
  CHECK(book.reduce(1, 4, events));
  CHECK_EQUAL(book.terms(1)->shown, 3);
  CHECK(book.reduce(1, 2, events));
  CHECK_EQUAL(book.terms(1)->shown, 2);
  CHECK((book.ahead(2) == Ahead{2, 1}));
  CHECK(book.replace(1, 100, 9, events));
  CHECK_EQUAL(book.terms(1)->shown, 3);
  CHECK((book.ahead(1) == Ahead{4, 1}));
  CHECK_TOLD(apply(book, iceberg(1, bid(3, 1, most_peaks + 1))), "rejected 3 10001@1 invalid_peak");
  CHECK_TOLD(apply(book, iceberg(1, bid(3, 1, most_peaks))), "accepted 3 10000@1");
}

void hidden_orders_rank_behind_what_is_shown_at_their_price() {
  Book book = book_of({hidden(offer(1, 100, 5)), iceberg(2, offer(2, 100, 4)), hidden(offer(3, 99, 1)), offer(4, 101, 1)});
  CHECK(book.best(Side::sell) == 100);
  CHECK_EQUAL(book.level(Side::sell, 100).lots, 2);
  CHECK((book.ahead(1) == Ahead{4, 1})); // the reserve too
  CHECK_TOLD(apply(book, bid(9, 100, 9)), "accepted 9 9@100, fill 9-3 1@99, fill 9-2 2@100, refreshed 2 2@100, fill 9-2 2@100, "
                                          "fill 9-1 4@100, done 9 0 filled");
  CHECK((book.order(1) == Order{1, 100, 1, 7, Side::sell}));
}

void post_only_is_refused_or_repriced_before_hidden_orders_too() {
  Book book = book_of({bid(1, 90, 1), offer(2, 101, 1), hidden(offer(3, 100, 1))});
  CHECK_TOLD(apply(book, flagged(flag_post_only, bid(4, 100, 1))), "rejected 4 1@100 would_cross");
  CHECK_TOLD(apply(book, flagged(flag_reprice, bid(4, 105, 1))), "accepted 4 1@99");
  CHECK_TOLD(apply(book, flagged(flag_reprice, offer(5, 95, 1))), "accepted 5 1@100");
  book = book_of({bid(1, 100, 1), offer(2, 103, 1), with(Peg::midpoint, offer(3, 0, 1))});
  CHECK_TOLD(apply(book, flagged(flag_reprice, bid(4, 105, 1))), "accepted 4 1@101"); // below 101.5
  Book narrow(Book::Config{.min_price = 0, .max_price = 10});
  apply(narrow, offer(1, 0, 1));
  CHECK_TOLD(apply(narrow, flagged(flag_reprice, bid(2, 3, 1))), "rejected 2 1@3 would_cross");
}

void a_midpoint_peg_trades_at_half_ticks_and_never_through_its_limit() {
  Book book = book_of({bid(1, 100, 1), offer(2, 103, 1), with(Peg::midpoint, offer(3, 0, 5)), with(Peg::midpoint, offer(4, 102, 5))});
  std::vector<HiddenOrder> rows;
  book.hidden(Side::sell, rows);
  CHECK((rows[0] == HiddenOrder{3, 0, 5, 101, 7, Side::sell, Peg::midpoint, 1, 1}));
  CHECK((rows[1] == HiddenOrder{4, 102, 5, 102, 7, Side::sell, Peg::midpoint, 0, 1}));
  CHECK_TOLD(apply(book, bid(9, 101, 1)), "accepted 9 1@101"); // the midpoint is 102 now
  CHECK((book.ahead(4) == Ahead{5, 1}));
  CHECK_TOLD(apply(book, with(TimeInForce::ioc, with(Peg::midpoint, bid(10, 101, 9)))), "accepted 10 9@101, done 10 9 expired");
  CHECK_TOLD(apply(book, with(TimeInForce::ioc, with(Peg::midpoint, bid(10, 110, 6)))),
             "accepted 10 6@110, fill 10-3 5@102, fill 10-4 1@102, done 10 0 filled");
  CHECK_TOLD(apply(book, with(TimeInForce::ioc, offer(11, 100, 1))), "accepted 11 1@100, fill 11-9 1@101, done 11 0 filled");
  CHECK_EQUAL(book.terms(4)->peg == Peg::midpoint, true);
}

void pegs_that_meet_hidden_orders_as_the_touch_moves_match_at_once() {
  Book book = book_of({bid(1, 100, 1), offer(2, 104, 1), hidden(offer(3, 103, 5)), with(Peg::midpoint, bid(4, 110, 7))});
  CHECK_TOLD(apply(book, bid(5, 102, 1)), "accepted 5 1@102, fill 4-3 5@103"); // the midpoint is 103: the peg is the taker
  CHECK_EQUAL(book.order(4)->lots, 2);
  CHECK_TOLD(apply(book, with(Peg::midpoint, of(8, offer(6, 0, 3)))), "accepted 6 3@0, fill 6-4 2@103");
}

void a_peg_is_no_reference_and_without_one_it_has_no_price() {
  Book book = book_of({with(Peg::primary, bid(1, 110, 5)), with(Peg::midpoint, bid(2, 110, 5)), offer(3, 105, 1)});
  std::vector<HiddenOrder> rows;
  book.hidden(Side::buy, rows);
  CHECK(rows[0].priced == 0 && rows[1].priced == 0 && !book.best(Side::buy));
  CHECK((book.ahead(2) == Ahead{0, 0}));
  apply(book, bid(4, 100, 1));
  book.hidden(Side::buy, rows);
  CHECK(rows[0].id == 2 && rows[0].price == 102 && rows[0].half == 1);
  CHECK(rows[1].id == 1 && rows[1].price == 100 && (book.ahead(1) == Ahead{1, 1}));
  CHECK_TOLD(apply(book, offer(9, 100, 7)), "accepted 9 7@100, fill 9-2 5@102.5, fill 9-4 1@100, fill 9-1 1@100, done 9 0 filled");
}

void a_sweep_ends_what_is_due_the_earliest_first() {
  Book book = book_of({until(5, bid(3, 1, 1)), until(5, hidden(bid(2, 1, 1))), until(4, offer(9, 5, 1)), until(6, iceberg(1, offer(1, 5, 2)))});
  CHECK_TOLD(apply(book, CommandKind::expire, 0, 0, 3), "");
  CHECK_TOLD(apply(book, CommandKind::expire, 0, 0, 5), "done 9 1 expired, done 2 1 expired, done 3 1 expired");
  CHECK_EQUAL(book.terms(1)->good_till, 6);
  CHECK_TOLD(apply(book, with(TimeInForce::ioc, until(9, bid(4, 1, 1)))), "rejected 4 1@1 invalid_flags");
  CHECK_TOLD(apply(book, until(-1, bid(4, 1, 1))), "rejected 4 1@1 invalid_flags");
}

void a_mass_cancel_takes_an_owner_or_a_side() {
  const auto fresh = [] { return book_of({bid(1, 9, 1), hidden(bid(2, 9, 1)), of(8, bid(3, 10, 1)), offer(4, 12, 1), of(8, offer(5, 11, 1))}); };
  Book book = fresh();
  CHECK_TOLD(apply(book, CommandKind::cancel_owner, 7, 2), "done 1 1 canceled, done 2 1 canceled, done 4 1 canceled");
  CHECK_TOLD(apply(book, CommandKind::cancel_owner, 7, 2), "");
  book = fresh();
  CHECK_TOLD(apply(book, CommandKind::cancel_owner, 7, 1), "done 4 1 canceled");
  CHECK_TOLD(apply(book, CommandKind::cancel_side, 0, 0), "done 3 1 canceled, done 1 1 canceled, done 2 1 canceled");
  CHECK_TOLD(apply(book, CommandKind::cancel_side, 0, 3), "rejected 0 0@0 invalid_flags");
}

void terms_that_exclude_each_other_are_refused() {
  Book book;
  const Command plain = bid(1, 100, 5);
  for (const Command& command :
       {flagged(flag_market | flag_hidden, plain), flagged(flag_post_only | flag_reprice, plain), iceberg(1, hidden(plain)),
        iceberg(1, with(Peg::primary, plain)), flagged(flag_reprice, with(Peg::primary, plain)), flagged(16, plain),
        flagged(flag_market, with(Peg::midpoint, plain)), with(TimeInForce::ioc, hidden(plain)), with(TimeInForce::fok, iceberg(1, plain)),
        with(static_cast<SelfTrade>(5), plain), with(static_cast<Peg>(3), plain)}) {
    CHECK_TOLD(apply(book, command), "rejected 1 5@" + std::string((command.flags & flag_market) != 0 ? "0" : "100") + " invalid_flags");
  }
}

} // namespace

int main() {
  return check::run({
      CLAIM(self_trade_prevention_cancels_the_maker_the_taker_or_both),
      CLAIM(decrement_takes_from_both_and_what_is_left_never_rests),
      CLAIM(owner_0_is_nobody_and_a_replace_names_its_own_mode),
      CLAIM(a_fok_does_not_count_own_orders),
      CLAIM(an_iceberg_shows_a_peak_and_refreshes_at_the_back),
      CLAIM(an_iceberg_shrinks_from_what_is_not_shown_and_keeps_its_place),
      CLAIM(hidden_orders_rank_behind_what_is_shown_at_their_price),
      CLAIM(post_only_is_refused_or_repriced_before_hidden_orders_too),
      CLAIM(a_midpoint_peg_trades_at_half_ticks_and_never_through_its_limit),
      CLAIM(pegs_that_meet_hidden_orders_as_the_touch_moves_match_at_once),
      CLAIM(a_peg_is_no_reference_and_without_one_it_has_no_price),
      CLAIM(a_sweep_ends_what_is_due_the_earliest_first),
      CLAIM(a_mass_cancel_takes_an_owner_or_a_side),
      CLAIM(terms_that_exclude_each_other_are_refused),
  });
}

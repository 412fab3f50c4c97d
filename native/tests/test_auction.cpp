// The rules of auctions, one claim a test.
#include "told.hpp"

namespace {

using namespace lob;

Command start() { return {0, 0, 0, 0, CommandKind::start_auction, Side::buy, TimeInForce::rest, 0}; }
Command end(Ticks reference) { return {0, reference, 0, 0, CommandKind::uncross, Side::buy, TimeInForce::rest, 0}; }
Command market(Command command) { return flagged(flag_market, command); }

Book collecting(std::initializer_list<Command> commands) {
  Book book;
  CHECK(apply(book, start()).empty());
  for (const Command& command : commands) CHECK_EQUAL(told(apply(book, command)).substr(0, 8), "accepted");
  return book;
}

void orders_are_collected_unmatched_and_trade_at_one_price() {
  Book book = collecting({bid(1, 105, 10), offer(2, 95, 4), bid(3, 100, 5), offer(4, 101, 4)});
  CHECK(!book.best(Side::buy) && book.size() == 4 && book.in_auction());
  CHECK((book.indicative(103) == Indication{103, 8, 2, Side::buy}));
  CHECK_TOLD(apply(book, end(103)), "uncrossed 0 8@103, fill 1-2 4@103, fill 1-4 4@103");
  CHECK(!book.in_auction() && book.best(Side::buy) == 105);
  CHECK((book.order(1) == Order{1, 105, 2, 7, Side::buy}));
  CHECK_TOLD(apply(book, offer(9, 105, 1)), "accepted 9 1@105, fill 9-1 1@105, done 9 0 filled");
}

void of_equal_volumes_the_smallest_imbalance_and_then_the_reference_decide() {
  const auto price = [](std::initializer_list<Command> commands, Ticks reference) {
    return collecting(commands).indicative(reference)->price;
  };
  CHECK_EQUAL(price({bid(1, 110, 10), bid(2, 100, 5), offer(3, 90, 10)}, 95), 101); // up to 100 five more are wanted
  CHECK_EQUAL(price({bid(1, 110, 10), offer(3, 90, 10)}, 95), 95);
  CHECK_EQUAL(price({bid(1, 110, 10), offer(3, 90, 10)}, 80), 90);
  CHECK_EQUAL(price({bid(1, 110, 10), offer(3, 90, 10)}, 120), 110);
  CHECK_EQUAL(price({market(bid(1, 0, 10)), market(offer(2, 0, 10))}, 55), 55);
}

void the_side_of_the_imbalance_is_that_of_the_price() {
  Book book = collecting({bid(1, 110, 10), bid(2, 100, 2), offer(3, 90, 10), offer(4, 101, 2)});
  CHECK((book.indicative(95) == Indication{95, 10, 2, Side::buy}));
  CHECK((book.indicative(105) == Indication{105, 10, 2, Side::sell}));
}

void market_orders_come_first_and_go_when_it_ends() {
  Book book = collecting({bid(1, 110, 5), market(bid(2, 0, 7)), offer(3, 100, 8)});
  CHECK((book.ahead(2) == Ahead{0, 0}));
  CHECK_TOLD(apply(book, end(100)), "uncrossed 0 8@100, fill 2-3 7@100, fill 1-3 1@100");
  book = collecting({market(bid(2, 0, 7)), offer(3, 100, 5)});
  CHECK_TOLD(apply(book, end(101)), "uncrossed 0 5@101, fill 2-3 5@101, done 2 2 expired");
  CHECK_EQUAL(book.size(), 0u);
}

void what_rested_before_takes_part_ahead_of_what_was_collected_and_hidden_last() {
  Book book = book_of({hidden(offer(1, 100, 2)), offer(2, 100, 2)});
  apply(book, start());
  apply(book, offer(3, 100, 2));
  apply(book, hidden(offer(4, 100, 2)));
  apply(book, bid(5, 100, 7));
  CHECK((book.ahead(3) == Ahead{2, 1}));
  CHECK((book.ahead(4) == Ahead{6, 3}));
  CHECK_TOLD(apply(book, end(100)), "uncrossed 0 7@100, fill 5-2 2@100, fill 5-3 2@100, fill 5-1 2@100, fill 5-4 1@100");
}

void an_iceberg_takes_part_with_all_its_lots_and_keeps_its_place() {
  Book book = book_of({iceberg(2, bid(1, 100, 9)), bid(2, 100, 5)});
  apply(book, start());
  apply(book, offer(3, 99, 6));
  CHECK_TOLD(apply(book, end(100)), "uncrossed 0 6@100, fill 1-3 6@100");
  CHECK_EQUAL(book.terms(1)->shown, 2);
  CHECK((book.ahead(2) == Ahead{2, 1}));
}

void some_orders_wait_for_trading() {
  Book book = book_of({bid(1, 100, 1), offer(2, 104, 1), with(Peg::midpoint, bid(3, 110, 5)), bid(4, 99, 1)});
  CHECK_TOLD(apply(book, end(100)), "rejected 0 0@100 wrong_phase");
  apply(book, start());
  CHECK_TOLD(apply(book, start()), "rejected 0 0@0 wrong_phase");
  for (const Command& command : {with(TimeInForce::ioc, bid(9, 1, 1)), with(TimeInForce::fok, bid(9, 1, 1)), with(Peg::primary, bid(9, 1, 1)),
                                 flagged(flag_post_only, bid(9, 1, 1)), flagged(flag_reprice, bid(9, 1, 1))}) {
    CHECK_TOLD(apply(book, command), "rejected 9 1@1 wrong_phase");
  }
  apply(book, hidden(offer(5, 102, 3)));
  Events events;
  CHECK(book.replace(4, 98, 1, events));
  std::vector<Order> collected;
  book.collected(Side::buy, collected);
  CHECK(collected.size() == 1 && collected[0].id == 4);
  CHECK_TOLD(apply(book, end(-(Ticks{1} << 62) - 1)), "rejected 0 0@-4611686018427387905 invalid_price");
  CHECK_TOLD(apply(book, end(100)), "uncrossed 0 0@0, fill 3-5 3@102"); // nothing crosses but the peg, which trades afterwards
  CHECK_EQUAL(book.order(3)->lots, 2);
}

void a_snapshot_holds_the_auction_and_every_term() {
  Book book = book_of({until(5, iceberg(2, bid(1, 100, 9))), hidden(offer(2, 110, 5)), until(9, offer(3, 120, 1))});
  Command peg = with(SelfTrade::decrement, with(Peg::midpoint, bid(4, 101, 3)));
  apply(book, peg);
  const std::uint64_t before = book.hash();
  apply(book, start());
  CHECK(book.hash() != before);
  apply(book, market(offer(5, 0, 4)));
  apply(book, iceberg(3, offer(6, 90, 7)));
  Book restored = Book::restore(book.snapshot());
  CHECK(restored.snapshot() == book.snapshot() && restored.in_auction());
  CHECK(restored.terms(1) == book.terms(1) && restored.terms(4) == book.terms(4) && restored.terms(6) == book.terms(6));
  CHECK_EQUAL(told(apply(restored, end(100))), told(apply(book, end(100))));
  CHECK_TOLD(apply(restored, CommandKind::expire, 0, 0, 9), told(apply(book, CommandKind::expire, 0, 0, 9)));
  CHECK_EQUAL(restored.hash(), book.hash());
}

} // namespace

int main() {
  return check::run({
      CLAIM(orders_are_collected_unmatched_and_trade_at_one_price),
      CLAIM(of_equal_volumes_the_smallest_imbalance_and_then_the_reference_decide),
      CLAIM(the_side_of_the_imbalance_is_that_of_the_price),
      CLAIM(market_orders_come_first_and_go_when_it_ends),
      CLAIM(what_rested_before_takes_part_ahead_of_what_was_collected_and_hidden_last),
      CLAIM(an_iceberg_takes_part_with_all_its_lots_and_keeps_its_place),
      CLAIM(some_orders_wait_for_trading),
      CLAIM(a_snapshot_holds_the_auction_and_every_term),
  });
}

// The rules of the book, one claim a test.
#include "lob/book.hpp"

#include <limits>

#include "check.hpp"

namespace {

using namespace lob;

constexpr Lots most = std::numeric_limits<Lots>::max();
constexpr Ticks last_tick = std::numeric_limits<Ticks>::max();

Command order(OrderId id, Side side, Ticks price, Lots lots, TimeInForce tif = TimeInForce::rest, int flags = 0) {
  return {id, price, lots, 7, CommandKind::submit, side, tif, static_cast<std::uint8_t>(flags)};
}
Command bid(OrderId id, Ticks price, Lots lots) { return order(id, Side::buy, price, lots); }
Command offer(OrderId id, Ticks price, Lots lots) { return order(id, Side::sell, price, lots); }

Events submit(Book& book, const Command& command) {
  Events events;
  book.submit(command, events);
  return events;
}

Events replace(Book& book, OrderId id, Ticks price, Lots lots) {
  Events events;
  book.replace(id, price, lots, events);
  return events;
}

// The reason of the single event that a refusal is; none if the command was taken.
Reason refused(const Events& events) { return events.front().kind == EventKind::rejected ? events.front().reason : Reason::none; }

std::string kinds(const Events& events) {
  std::string text;
  for (const Event& event : events) text += "ARFrpD"[static_cast<int>(event.kind)]; // accepted rejected fill reduced rePlaced done
  return text;
}

std::string queue(const Book& book, Side side) { // ids in order of priority
  std::vector<Order> orders;
  book.orders(side, orders);
  std::string text;
  for (const Order& each : orders) {
    if (!text.empty()) text += ' ';
    text += std::to_string(each.id);
  }
  return text;
}

bool equal(Reason a, Reason b) { return a == b; }
#define CHECK_REFUSED(events, why) CHECK(equal(refused(events), Reason::why))

void a_limit_order_rests_at_its_price() {
  Book book;
  CHECK_EQUAL(kinds(submit(book, bid(1, 100, 10))), "A");
  CHECK(book.best(Side::buy) == 100);
  CHECK(!book.best(Side::sell));
  CHECK((book.level(Side::buy, 100) == Level{100, 10, 1}));
  CHECK((book.order(1) == Order{1, 100, 10, 7, Side::buy}));
}

void fills_come_best_price_first_then_first_come() {
  Book book;
  for (const Command& each : {offer(1, 102, 5), offer(2, 101, 5), offer(3, 101, 5), offer(4, 103, 5)}) submit(book, each);
  const Events events = submit(book, bid(9, 102, 13));
  CHECK_EQUAL(kinds(events), "AFFFD");
  CHECK_EQUAL(events[1].maker, 2u);
  CHECK_EQUAL(events[2].maker, 3u);
  CHECK_EQUAL(events[3].maker, 1u);
  CHECK_EQUAL(events[3].price, 102);
  CHECK_EQUAL(events[3].lots, 3);
  CHECK_EQUAL(events[3].remaining, 0);
  CHECK_EQUAL(events[3].maker_remaining, 2);
  CHECK_EQUAL(events[3].maker_owner, 7u);
  CHECK(equal(events[4].reason, Reason::filled));
  CHECK_EQUAL(events[4].lots, 0);
}

void what_is_not_matched_rests_at_the_limit() {
  Book book;
  submit(book, offer(1, 100, 5));
  CHECK_EQUAL(kinds(submit(book, bid(2, 105, 8))), "AF");
  CHECK((book.order(2) == Order{2, 105, 3, 7, Side::buy}));
  CHECK(!book.best(Side::sell));
}

void an_ioc_never_rests() {
  Book book;
  submit(book, offer(1, 100, 5));
  const Events events = submit(book, order(2, Side::buy, 100, 8, TimeInForce::ioc));
  CHECK_EQUAL(kinds(events), "AFD");
  CHECK(equal(events[2].reason, Reason::expired));
  CHECK_EQUAL(events[2].lots, 3);
  CHECK_EQUAL(kinds(submit(book, order(3, Side::buy, 100, 8, TimeInForce::ioc))), "AD");
  CHECK_EQUAL(book.size(), 0u);
}

void a_fok_fills_over_many_levels_or_not_at_all() {
  Book book;
  for (OrderId id = 1; id <= 4; ++id) submit(book, offer(id, 100 + static_cast<Ticks>(id), 5));
  const std::uint64_t before = book.hash();
  CHECK_REFUSED(submit(book, order(8, Side::buy, 103, 16, TimeInForce::fok)), not_fillable);
  CHECK_EQUAL(book.hash(), before);
  CHECK_EQUAL(kinds(submit(book, order(9, Side::buy, 103, 15, TimeInForce::fok))), "AFFFD");
  CHECK_EQUAL(queue(book, Side::sell), "4");
}

void a_market_order_takes_any_price_and_never_rests() {
  Book book;
  submit(book, bid(1, -1'000'000'000'000, 5));
  CHECK_EQUAL(kinds(submit(book, order(2, Side::sell, 55, 9, TimeInForce::rest, flag_market))), "AFD");
  const Events events = submit(book, order(3, Side::buy, 55, 9, TimeInForce::ioc, flag_market)); // an empty book
  CHECK_EQUAL(kinds(events), "AD");
  CHECK_EQUAL(events[0].price, 0);
  CHECK(equal(events[1].reason, Reason::expired));
  CHECK_EQUAL(events[1].lots, 9);
  CHECK_REFUSED(submit(book, order(4, Side::buy, 0, 9, TimeInForce::fok, flag_market)), not_fillable);
}

void a_post_only_order_is_refused_where_it_would_match() {
  Book book;
  submit(book, offer(1, 100, 5));
  CHECK_REFUSED(submit(book, order(2, Side::buy, 100, 5, TimeInForce::rest, flag_post_only)), would_cross);
  CHECK_EQUAL(kinds(submit(book, order(2, Side::buy, 99, 5, TimeInForce::rest, flag_post_only))), "A");
}

void flags_that_exclude_each_other_are_refused() {
  Book book;
  CHECK_REFUSED(submit(book, order(1, Side::buy, 1, 1, TimeInForce::rest, flag_market | flag_post_only)), invalid_flags);
  CHECK_REFUSED(submit(book, order(1, Side::buy, 1, 1, TimeInForce::ioc, flag_post_only)), invalid_flags);
  CHECK_REFUSED(submit(book, order(1, Side::buy, 1, 1, TimeInForce::rest, 16)), invalid_flags);
  CHECK_REFUSED(submit(book, order(1, static_cast<Side>(2), 1, 1)), invalid_flags);
  CHECK_REFUSED(submit(book, order(1, Side::buy, 1, 1, static_cast<TimeInForce>(3))), invalid_flags);
  Events events;
  Command unknown = bid(1, 1, 1);
  unknown.kind = static_cast<CommandKind>(9);
  CHECK(!book.apply(unknown, events));
  CHECK_REFUSED(events, invalid_flags);
}

void the_first_reason_in_the_promised_order_is_given() {
  Book book(Book::Config{.min_price = 0, .max_price = 10});
  submit(book, bid(1, 5, 5));
  CHECK_REFUSED(submit(book, order(0, Side::buy, 99, 0, TimeInForce::ioc, flag_post_only)), invalid_flags);
  CHECK_REFUSED(submit(book, bid(0, 99, 0)), invalid_id);
  CHECK_REFUSED(submit(book, bid(1, 99, 0)), duplicate_id);
  CHECK_REFUSED(submit(book, bid(2, 99, 0)), invalid_lots);
  CHECK_REFUSED(submit(book, bid(2, 11, 1)), invalid_price);
  CHECK_REFUSED(submit(book, order(2, Side::sell, -1, 99, TimeInForce::fok)), invalid_price);
  CHECK_REFUSED(replace(book, 0, 99, 0), invalid_id);
  CHECK_REFUSED(replace(book, 2, 99, 0), unknown_id);
  CHECK_REFUSED(replace(book, 1, 99, 0), invalid_lots);
  CHECK_REFUSED(replace(book, 1, -1, 1), invalid_price);
}

void an_id_is_free_again_once_its_order_is_gone() {
  Book book;
  Events events;
  submit(book, bid(1, 100, 5));
  CHECK_REFUSED(submit(book, offer(1, 100, 5)), duplicate_id);
  CHECK(book.cancel(1, events));
  CHECK(equal(events[0].reason, Reason::canceled));
  CHECK_EQUAL(events[0].lots, 5);
  CHECK(!book.cancel(1, events));
  CHECK(equal(events[1].reason, Reason::unknown_id));
  CHECK_EQUAL(kinds(submit(book, offer(1, 100, 5))), "A");
}

void reduce_keeps_priority_and_only_reduces() {
  Book book;
  Events events;
  submit(book, bid(1, 100, 5));
  submit(book, bid(2, 100, 5));
  for (const Lots lots : {Lots{5}, Lots{6}, Lots{0}, Lots{-1}, most}) CHECK(!book.reduce(1, lots, events));
  CHECK(book.reduce(1, 4, events));
  CHECK_EQUAL(queue(book, Side::buy), "1 2");
  CHECK((book.level(Side::buy, 100) == Level{100, 9, 2}));
  CHECK((book.ahead(2) == Ahead{4, 1}));
}

void replace_keeps_its_place_only_at_its_price_with_no_more_lots() {
  Book book;
  for (OrderId id = 1; id <= 3; ++id) submit(book, bid(id, 100, 5));
  CHECK_EQUAL(kinds(replace(book, 1, 100, 5)), "p");
  CHECK_EQUAL(kinds(replace(book, 1, 100, 4)), "p");
  CHECK_EQUAL(queue(book, Side::buy), "1 2 3");
  CHECK_EQUAL(kinds(replace(book, 1, 100, 5)), "p");
  CHECK_EQUAL(queue(book, Side::buy), "2 3 1");
  CHECK_EQUAL(kinds(replace(book, 2, 101, 5)), "p");
  CHECK_EQUAL(kinds(replace(book, 2, 100, 5)), "p");
  CHECK_EQUAL(queue(book, Side::buy), "3 1 2");
}

void replace_to_a_crossing_price_matches() {
  Book book;
  submit(book, offer(1, 105, 5));
  submit(book, order(2, Side::buy, 100, 8, TimeInForce::rest, flag_post_only));
  Events events = replace(book, 2, 105, 9);
  CHECK_EQUAL(kinds(events), "pF");
  CHECK((book.order(2) == Order{2, 105, 4, 7, Side::buy}));
  submit(book, offer(3, 106, 5));
  events = replace(book, 2, 106, 5);
  CHECK_EQUAL(kinds(events), "pFD");
  CHECK(equal(events[2].reason, Reason::filled));
  CHECK_EQUAL(book.size(), 0u);
}

void a_level_never_holds_more_than_an_int64() {
  Book book;
  submit(book, bid(1, 0, most - 5));
  CHECK_REFUSED(submit(book, bid(2, 0, 6)), overflow);
  CHECK_EQUAL(kinds(submit(book, bid(2, 0, 5))), "A");
  submit(book, bid(3, 1, most));
  CHECK_REFUSED(replace(book, 3, 0, 1), overflow);
  CHECK_REFUSED(replace(book, 1, 0, most), overflow);
  CHECK_EQUAL(kinds(replace(book, 1, 0, most - 5)), "p");
  CHECK_EQUAL(book.lots_within(Side::buy, 1), most);
  CHECK_EQUAL(book.lots_within(Side::buy, 0), most); // the sum is larger: it stops at the largest int64
}

void price_times_lots_is_an_int64_or_the_order_is_refused() {
  Book book;
  submit(book, offer(9, 101, 1));
  for (const Ticks price : {Ticks{101}, Ticks{100}, Ticks{-100}}) CHECK_REFUSED(submit(book, bid(1, price, most / 100 + 1)), overflow);
  CHECK_REFUSED(submit(book, order(1, Side::buy, 101, most / 100, TimeInForce::ioc)), overflow);
  CHECK_EQUAL(kinds(submit(book, bid(1, 100, most / 100))), "A");
  CHECK_REFUSED(replace(book, 1, 101, most / 100), overflow);
  CHECK_EQUAL(kinds(submit(book, order(2, Side::buy, 101, most, TimeInForce::ioc, flag_market))), "AFD");
}

void a_full_book_refuses_what_would_rest_and_takes_what_matches() {
  Book book(Book::Config{.max_orders = 2});
  submit(book, bid(1, 100, 5));
  submit(book, bid(2, 99, 5));
  CHECK_REFUSED(submit(book, bid(3, 98, 5)), overflow);
  CHECK_EQUAL(kinds(submit(book, order(3, Side::buy, 98, 5, TimeInForce::ioc))), "AD");
  CHECK_EQUAL(kinds(replace(book, 2, 98, 9)), "p");
  CHECK_EQUAL(kinds(submit(book, offer(4, 100, 9))), "AF"); // it rests in the place of the maker
  CHECK_EQUAL(queue(book, Side::sell), "4");
}

void the_ends_of_int64_are_refused_or_handled() {
  Book book(Book::Config{.min_price = -last_tick, .max_price = last_tick - 1});
  CHECK_REFUSED(submit(book, bid(1, last_tick, 1)), invalid_price);
  CHECK_REFUSED(submit(book, offer(1, -last_tick - 1, 1)), invalid_price);
  CHECK_REFUSED(submit(book, offer(1, 0, -most - 1)), invalid_lots);
  CHECK_EQUAL(kinds(submit(book, bid(1, -last_tick, 1))), "A");
  CHECK_EQUAL(kinds(submit(book, offer(2, last_tick - 1, 1))), "A");
  CHECK_EQUAL(kinds(submit(book, bid(~OrderId{0}, 0, 1))), "A");
  CHECK_EQUAL(kinds(submit(book, order(4, Side::buy, 0, 1, TimeInForce::fok, flag_market))), "AFD");
  CHECK_EQUAL(queue(book, Side::buy), "18446744073709551615 1");
}

void bounds_of_a_config_are_checked() {
  CHECK_THROWS(std::invalid_argument, Book(Book::Config{.min_price = 1, .max_price = 0}));
  CHECK_THROWS(std::invalid_argument, Book(Book::Config{.min_price = -last_tick - 1}));
  CHECK_THROWS(std::invalid_argument, Book(Book::Config{.max_price = last_tick}));
  for (const std::size_t window : {0, 32, 100, 1 << 19}) CHECK_THROWS(std::invalid_argument, Book(Book::Config{.window = window}));
  CHECK_THROWS(std::invalid_argument, Book(Book::Config{.max_orders = 0}));
  CHECK_THROWS(std::invalid_argument, Book(Book::Config{.max_orders = (std::size_t{1} << 30) + 1}));
}

void levels_and_queues_answer_for_one_side_alone() {
  Book book;
  for (const Command& each : {bid(1, 100, 5), bid(2, 98, 6), bid(3, 99, 7), offer(4, 105, 8)}) submit(book, each);
  std::vector<Level> levels;
  book.levels(Side::buy, 2, levels);
  CHECK_EQUAL(levels.size(), 2u);
  CHECK((levels[1] == Level{99, 7, 1}));
  CHECK((book.level(Side::sell, 100) == Level{100, 0, 0}));
  std::vector<Order> orders;
  book.queue(Side::sell, 105, orders);
  CHECK_EQUAL(orders.size(), 1u);
  book.queue(Side::buy, 105, orders);
  CHECK(orders.empty());
  CHECK_EQUAL(book.lots_within(Side::buy, 99), 12);
  CHECK_EQUAL(book.lots_within(Side::sell, 104), 0);
  CHECK(!book.order(9) && !book.ahead(9));
}

void a_batch_gives_the_events_of_the_calls_in_a_book_of_any_size() {
  std::vector<Command> commands;
  for (OrderId id = 1; id <= 120'000; ++id) { // enough that the batch looks ahead
    const auto draw = static_cast<Ticks>(id * 0x9E3779B97F4A7C15ull >> 40);
    commands.push_back(order(id, id % 2 == 0 ? Side::buy : Side::sell, (id % 2 == 0 ? -1 : 1) * (draw % 20'000) + 3, 1 + draw % 50));
    const auto kind = static_cast<CommandKind>(id / 3 % 5 == 4 ? 9 : id / 3 % 5);
    if (id % 3 == 0) commands.push_back({id / 2, draw, draw % 40, 0, kind, Side::buy, {}, 0});
    if (id % 1'001 == 0) commands.push_back({~id, last_tick, 0, 0, static_cast<CommandKind>(9 + id % 200), static_cast<Side>(id), {}, 255});
  }
  Book one, other;
  Events batch, calls;
  one.apply(commands.data(), commands.size(), batch);
  for (const Command& command : commands) other.apply(command, calls);
  CHECK(one.size() > 60'000);
  CHECK(batch == calls);
  CHECK_EQUAL(one.hash(), other.hash());
}

} // namespace

int main() {
  return check::run({
      CLAIM(a_limit_order_rests_at_its_price),
      CLAIM(fills_come_best_price_first_then_first_come),
      CLAIM(what_is_not_matched_rests_at_the_limit),
      CLAIM(an_ioc_never_rests),
      CLAIM(a_fok_fills_over_many_levels_or_not_at_all),
      CLAIM(a_market_order_takes_any_price_and_never_rests),
      CLAIM(a_post_only_order_is_refused_where_it_would_match),
      CLAIM(flags_that_exclude_each_other_are_refused),
      CLAIM(the_first_reason_in_the_promised_order_is_given),
      CLAIM(an_id_is_free_again_once_its_order_is_gone),
      CLAIM(reduce_keeps_priority_and_only_reduces),
      CLAIM(replace_keeps_its_place_only_at_its_price_with_no_more_lots),
      CLAIM(replace_to_a_crossing_price_matches),
      CLAIM(a_level_never_holds_more_than_an_int64),
      CLAIM(price_times_lots_is_an_int64_or_the_order_is_refused),
      CLAIM(a_full_book_refuses_what_would_rest_and_takes_what_matches),
      CLAIM(the_ends_of_int64_are_refused_or_handled),
      CLAIM(bounds_of_a_config_are_checked),
      CLAIM(levels_and_queues_answer_for_one_side_alone),
      CLAIM(a_batch_gives_the_events_of_the_calls_in_a_book_of_any_size),
  });
}

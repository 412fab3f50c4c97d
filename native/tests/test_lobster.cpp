// Reading LOBSTER's files: what comes into view when, and every rule that a row can break, by file, row and rule.
#include "check.hpp"
#include "day.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;

struct Broken {
  std::string file, rule;
  std::size_t row;
};

Broken broken(const std::string& messages, const std::string& books, std::uint32_t levels = 1) {
  try {
    tape_of(messages, books, levels);
  } catch (const DataError& error) {
    return {error.file(), error.rule(), error.row()};
  }
  throw check::Failure("nothing was refused in\n" + messages + books);
}

void expect(const Broken& found, const char* file, std::size_t row, const char* rule) {
  CHECK_EQUAL(found.rule, std::string(rule));
  CHECK_EQUAL(found.file, std::string(file));
  CHECK_EQUAL(found.row, row);
}

const std::string good = "34200.5,1,7,10,10000,1\n", good_book = "10200,5,10000,10\n";

// A second row of messages after a good first one, with a book that would be right for it.
void refused(const std::string& message, const char* rule, const std::string& book = good_book) {
  expect(broken(good + message + "\n", good_book + book), "messages", 2, rule);
}
void refused_book(const std::string& book, const char* rule, const std::string& message = "34201,5,0,1,10100,1\n") {
  expect(broken(good + message, good_book + book + "\n"), "books", 2, rule);
}

// --- what a tape holds -------------------------------------------------------------------------------------------------------

void times_are_cut_to_nanoseconds_and_never_rounded() {
  const std::string books = good_book + good_book + good_book + good_book;
  const std::string rest = ",5,0,1,10100,1\n";
  const Tape tape = tape_of("34200" + rest + "34200.1" + rest + "34200.123456789999" + rest + "34200.123456790" + rest, books, 1);
  CHECK_EQUAL(tape.rows[0].ts, day_open);
  CHECK_EQUAL(tape.rows[1].ts, day_open + 100'000'000);
  CHECK_EQUAL(tape.rows[2].ts, day_open + 123'456'789);
  CHECK_EQUAL(tape.rows[3].ts, day_open + 123'456'790);
}

void the_opening_book_is_the_first_one_with_its_message_undone() {
  const auto seeds = [](const char* message, const char* book, std::uint32_t levels) {
    const Tape tape = tape_of(message, book, levels);
    std::string text;
    for (std::uint32_t i = 0; i < tape.seeds; ++i) {
      const Reveal& seed = tape.reveals[i];
      text += (seed.side == buy ? "b" : "s") + std::to_string(seed.price) + "x" + std::to_string(seed.lots) + " ";
    }
    return text + (tape.reveals.size() > tape.seeds ? "+" + std::to_string(tape.reveals[tape.seeds].price) : "");
  };
  CHECK_EQUAL(seeds("34200,5,0,1,10100,1\n", "10200,5,10000,10\n", 1), std::string("b100x10 s102x5 "));
  CHECK_EQUAL(seeds("34200,1,7,4,10000,1\n", "10200,5,10000,10\n", 1), std::string("b100x6 s102x5 "));
  CHECK_EQUAL(seeds("34200,1,7,10,10000,1\n", "10200,5,10000,10\n", 1), std::string("s102x5 "));
  CHECK_EQUAL(seeds("34200,2,7,4,10200,-1\n", "10200,5,10000,10\n", 1), std::string("b100x10 s102x9 "));
  CHECK_EQUAL(seeds("34200,4,7,4,10100,-1\n", "10200,5,10000,10\n", 1), std::string("b100x10 s101x4 +102"));
  CHECK_EQUAL(seeds("34200,3,7,4,10100,-1\n", "10200,5,10000,10,9999999999,0,9900,3\n", 2), std::string("b100x10 b99x3 s101x4 s102x5 "));
}

void a_level_comes_into_view_where_one_has_left() {
  Day day(2);
  for (int i = 0; i < 4; ++i) day.resting(1 + i, buy, 100 - i, 10 + i).resting(11 + i, sell, 102 + i, 10);
  day.at(0).nothing().at(1).remove(1).at(2).add(9, buy, 101, 5).at(3).remove(9);
  const Tape tape = tape_of(day.messages(), day.books(), 2);
  CHECK_EQUAL(tape.reveals.size() - tape.seeds, 2u);
  CHECK_EQUAL(tape.reveals[tape.seeds].price, 98);
  CHECK_EQUAL(tape.reveals[tape.seeds].lots, 12);
  CHECK_EQUAL(tape.rows[1].reveals, tape.seeds); // it belongs to the deletion
  CHECK_EQUAL(tape.rows[2].reveals, tape.seeds + 1);
  CHECK_EQUAL(tape.orders, 2u);
}

void an_order_that_comes_back_into_view_is_anonymous() {
  Day day(1);
  day.resting(1, buy, 99, 10).resting(2, sell, 102, 5).at(0).nothing();
  day.at(1).add(7, buy, 100, 20).at(2).add(8, buy, 101, 5).at(3).remove(8).at(4).cut(7, 5).at(5).remove(7).at(6).remove(1);
  tape_of(day.messages(), day.books(), 1);
  CHECK_EQUAL(day.rows(), 7u);
}

void an_empty_side_is_no_level() {
  Day day(2);
  day.resting(1, buy, 99, 10).at(0).nothing().at(1).remove(1).at(2).add(3, sell, 102, 5);
  const Tape tape = tape_of(day.messages(), day.books(), 2);
  CHECK_EQUAL(tape.seeds, 1u);
  CHECK_EQUAL(tape.reveals.size(), 1u);
}

void lines_may_end_as_on_other_systems() { CHECK_EQUAL(tape_of("34200,5,0,1,10100,1\r\n", "10200,5,10000,10\r\n", 1).rows.size(), 1u); }

// --- what is refused ---------------------------------------------------------------------------------------------------------

void a_cut_file_is_refused() {
  expect(broken(good + "34201,5,0,1,10100,1", good_book + good_book), "messages", 2, "the file ends with a complete row");
  expect(broken(good + "34201,5,0", good_book + good_book), "messages", 2, "the row has all its columns");
  expect(broken(good, "10200,5,10000,10"), "books", 1, "the file ends with a complete row");
  expect(broken("", ""), "messages", 0, "the file has rows");
}

void files_of_different_length_are_refused() {
  expect(broken(good + good, good_book), "books", 1, "the book file has a row for each message");
  expect(broken(good, good_book + good_book), "books", 2, "the message file has a row for each row of the book");
}

void columns_are_counted() {
  refused("34201,5,0,1,10100", "the row has all its columns");
  refused("34201,5,0,1,10100,1,1", "the row ends with its last column");
  refused("", "the row has all its columns");
  refused_book("10200,5,10000", "the row has all its columns");
  refused_book("10200,5,10000,10,1,1", "the row ends with its last column");
}

void numbers_are_checked() {
  refused("34201,5,0,one,10100,1", "every field is a number");
  refused("34201,5,0,,10100,1", "every field is a whole number of at most 18 digits");
  refused("34201,5,0,-,10100,1", "every field is a whole number of at most 18 digits");
  refused("34201,5,1234567890123456789,1,10100,1", "every field is a whole number of at most 18 digits");
  refused("34201,5,0,1.5,10100,1", "every field is a number");
  refused("34x01,5,0,1,10100,1", "every field is a number");
  refused(".5,5,0,1,10100,1", "a time is seconds after midnight");
  refused("3420100,5,0,1,10100,1", "a time is seconds after midnight");
  refused("34201.1234567890123,5,0,1,10100,1", "a time has at most twelve fractional digits");
  refused("34201.1234567890x,5,0,1,10100,1", "every field is a number");
  refused_book("10200,5,10000,1e1", "every field is a number");
}

void times_are_in_order_and_in_the_session() {
  refused("34200.4,5,0,1,10100,1", "time does not run backwards");
  refused("34199,5,0,1,10100,1", "a time is within the session");
  refused("57600.000000001,5,0,1,10100,1", "a time is within the session");
}

void types_sizes_prices_and_directions_are_checked() {
  refused("34201,0,0,1,10100,1", "a type is 1 to 7");
  refused("34201,8,0,1,10100,1", "a type is 1 to 7");
  refused("34201,7,0,0,2,-1", "a halt is -1 (halted), 0 (quotes) or 1 (trading)");
  for (const char* lots : {"0", "-5", "1000000001"}) {
    refused("34201,5,0," + std::string(lots) + ",10100,1", "a size is from 1 to 1000000000");
    refused("34201,1,8," + std::string(lots) + ",10100,1", "a size is from 1 to 1000000000");
  }
  for (const char* points : {"0", "-100", "9999999999"}) {
    refused("34201,5,0,1," + std::string(points) + ",1", "a price is greater than 0 and less than an empty level's mark");
  }
  refused("34201,1,8,1,10150,-1", "the price of a displayed order is a multiple of the tick size");
  for (const char* direction : {"0", "2", "-2"}) refused("34201,1,8,1,10100," + std::string(direction), "a direction is 1 or -1");
}

void levels_are_checked() {
  refused_book("10250,5,10000,10", "a level's price is a multiple of the tick size");
  refused_book("10200,0,10000,10", "a level holds from 1 to 1000000000000 lots");
  refused_book("10200,-5,10000,10", "a level holds from 1 to 1000000000000 lots");
  refused_book("9999999999,5,10000,10", "an empty level holds nothing");
  refused_book("-9999999999,0,10000,10", "a price is greater than 0 and less than an empty level's mark");
  const std::string two = "10200,5,10000,10,10300,5,9900,10\n", message = "34200.5,5,0,1,10100,1\n";
  const auto second = [&](const char* book) { return broken(message + message, two + book + "\n", 2); };
  expect(second("10300,5,10000,10,10200,5,9900,10"), "books", 2, "levels are in order, the best one first");
  expect(second("10200,5,10000,10,10300,5,10000,10"), "books", 2, "levels are in order, the best one first");
  expect(second("9999999999,0,10000,10,10300,5,9900,10"), "books", 2, "an empty level is behind all others");
  expect(broken(message, two, 0), "books", 0, "a book has from 1 to 1000 levels");
  expect(broken(message, two, 1'001), "books", 0, "a book has from 1 to 1000 levels");
}

void a_book_that_disagrees_is_refused() {
  refused_book("10200,6,10000,10", "the book file agrees with the messages");
  refused_book("10200,5,9900,10", "the book file agrees with the messages");
  refused_book("9999999999,0,10000,10", "the book file shows every level that the messages leave");
  refused_book("10200,5,10000,10", "the book file agrees with the messages", "34201,1,8,3,10000,1\n");
}

void a_level_from_nowhere_is_refused() {
  const std::string message = "34200.5,5,0,1,10100,1\n";
  const std::string thin = "10200,5,10000,10,9999999999,0,9900,10\n", more = "10200,5,10000,10,10300,5,9900,10\n";
  expect(broken(message + message, thin + more, 2), "books", 2, "a level comes into view only where one has left a full side");
  Day day(3); // a side of two loses one: there was no more to see
  day.resting(1, buy, 100, 10).resting(2, buy, 99, 10).resting(3, sell, 102, 10).at(0).nothing().at(1).remove(1);
  std::string books = day.books();
  const std::string last = "10200,10,9900,10,9999999999,0,-9999999999,0,", none = "9999999999,0,-9999999999,0\n";
  CHECK_EQUAL(books.substr(books.size() - last.size() - none.size()), last + none);
  books.replace(books.size() - last.size() - none.size(), std::string::npos, "10200,10,9900,10,9999999999,0,9800,1," + none);
  expect(broken(day.messages(), books, 3), "books", 2, "a level comes into view only where one has left a full side");
}

void orders_are_what_they_were() {
  refused("34201,1,7,10,10000,1", "an order is added once while it rests", "10200,5,10000,20\n");
  refused("34201,3,7,10,10200,-1", "an order keeps its side and price");
  refused("34201,4,7,11,10000,1", "an order has at least the lots that leave it");
  refused("34201,3,7,9,10000,1", "a deletion takes all that is left of the order");
  refused("34201,3,8,1,10000,1", "an order whose arrival was not seen is part of the depth that was");
  refused("34201,4,8,1,9900,1", "the price is a level of the book");
  refused("34201,3,8,6,10200,-1", "an order whose arrival was not seen is part of the depth that was");
}

void a_first_order_that_is_not_in_the_first_book_is_refused() {
  for (const char* book : {"10200,5,9900,10\n", "10200,5,10000,9\n"}) {
    expect(broken(good, book), "books", 1, "the first order is in the first book");
  }
}

} // namespace

int main() {
  return check::run({CLAIM(times_are_cut_to_nanoseconds_and_never_rounded),
                     CLAIM(the_opening_book_is_the_first_one_with_its_message_undone),
                     CLAIM(a_level_comes_into_view_where_one_has_left),
                     CLAIM(an_order_that_comes_back_into_view_is_anonymous),
                     CLAIM(an_empty_side_is_no_level),
                     CLAIM(lines_may_end_as_on_other_systems),
                     CLAIM(a_cut_file_is_refused),
                     CLAIM(files_of_different_length_are_refused),
                     CLAIM(columns_are_counted),
                     CLAIM(numbers_are_checked),
                     CLAIM(times_are_in_order_and_in_the_session),
                     CLAIM(types_sizes_prices_and_directions_are_checked),
                     CLAIM(levels_are_checked),
                     CLAIM(a_book_that_disagrees_is_refused),
                     CLAIM(a_level_from_nowhere_is_refused),
                     CLAIM(orders_are_what_they_were),
                     CLAIM(a_first_order_that_is_not_in_the_first_book_is_refused)});
}

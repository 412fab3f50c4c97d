// The state of the book as bytes and as a hash, one claim a test.
#include "lob/book.hpp"

#include <limits>

#include "check.hpp"
#include "forge.hpp"

namespace {

using namespace lob;

Command order(OrderId id, Side side, Ticks price, Lots lots) {
  return {id, price, lots, 7, CommandKind::submit, side, TimeInForce::rest, 0};
}
Command bid(OrderId id, Ticks price, Lots lots) { return order(id, Side::buy, price, lots); }
Command offer(OrderId id, Ticks price, Lots lots) { return order(id, Side::sell, price, lots); }

// Words of a snapshot: the header, then id, price, lots and owner of each order.
enum Word : std::size_t { magic, window, min_price, max_price, max_orders, bids, offers, header };
enum Field : std::size_t { id, price, lots, owner };
constexpr std::size_t at(std::size_t order, Field field) { return header + 4 * order + field; }

Book example() { // in the order of its snapshot: bids 1, 2, 3 and offers 4, 5
  Book book(Book::Config{.min_price = 0, .max_price = 1'000});
  Events events;
  for (const Command& each : {bid(1, 100, 5), bid(2, 100, 6), bid(3, 99, 7), offer(4, 105, 8), offer(5, 106, 9)}) {
    book.submit(each, events);
  }
  return book;
}

void equal_states_have_equal_bytes_whatever_way_they_came() {
  Book one, other;
  Events events;
  for (const Command& each : {bid(1, 100, 5), bid(2, 100, 6), offer(3, 105, 7)}) one.submit(each, events);
  for (const Command& each : {offer(3, 105, 9), bid(8, 101, 1), bid(2, 100, 6), bid(1, 100, 5)}) other.submit(each, events);
  CHECK(one.hash() != other.hash());
  other.cancel(8, events);
  other.reduce(3, 7, events);
  CHECK(one.hash() != other.hash()); // the queue at 100 still stands the other way round
  other.replace(2, 100, 7, events);
  other.replace(2, 100, 6, events);
  CHECK_EQUAL(one.hash(), other.hash());
  CHECK(one.snapshot() == other.snapshot());
}

void the_hash_is_the_same_in_every_build_and_for_every_window() {
  for (const std::size_t window : {64, 1 << 14}) {
    Book book(Book::Config{.window = window});
    Events events;
    CHECK_EQUAL(book.hash(), 0x791efc14086f9511ull);
    for (const Command& each : {bid(1, 100, 5), bid(2, 90'000, 6), offer(3, 1'000'000, 7)}) book.submit(each, events);
    CHECK_EQUAL(book.hash(), 0xe7e2357aa8bcb0e6ull);
  }
}

void a_restored_book_goes_on_like_the_one_it_came_from() {
  Book book = example();
  Book restored = Book::restore(book.snapshot());
  Events events, again;
  for (const Command& each : {offer(9, 100, 8), bid(8, 106, 12)}) {
    book.submit(each, events);
    restored.submit(each, again);
  }
  CHECK(events == again);
  CHECK(book.snapshot() == restored.snapshot());
  CHECK_EQUAL(restored.config().max_price, 1'000);
}

void a_damaged_snapshot_is_refused() {
  const std::string bytes = example().snapshot();
  CHECK(Book::restore(bytes).snapshot() == bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS(std::invalid_argument, Book::restore(std::string_view(bytes).substr(0, length)));
  }
  CHECK_THROWS(std::invalid_argument, Book::restore(bytes + bytes));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CHECK_THROWS(std::invalid_argument, Book::restore(damaged));
  }
}

void an_inconsistent_snapshot_is_refused_though_its_checksum_is_right() {
  const std::string bytes = example().snapshot();
  const struct {
    std::size_t index;
    std::uint64_t word;
  } forgeries[] = {
      {magic, 1},           {window, 100},       {window, ~0ull},       {min_price, 1'001}, {max_price, 105},      {max_orders, 4},
      {max_orders, ~0ull},  {bids, 4},           {bids, ~0ull},         {offers, 1},        {offers, ~0ull},       {at(0, id), 0},
      {at(0, id), 2},       {at(3, id), 1},      {at(0, price), 98},    {at(2, price), 101}, {at(0, price), 105},  {at(3, price), 107},
      {at(4, price), 1'001}, {at(2, price), ~0ull}, {at(0, lots), 0},   {at(0, lots), ~0ull}, {at(4, lots), 1ull << 63},
      {at(0, lots), ~0ull >> 1}, {at(0, owner), 1ull << 32},
  };
  for (const auto& [index, word] : forgeries) {
    std::string forged = bytes;
    forge::set_word(forged, index, word);
    forge::sign(forged);
    CHECK_THROWS(std::invalid_argument, Book::restore(forged));
  }
}

void an_inconsistent_tail_is_refused_though_its_checksum_is_right() {
  Book book(Book::Config{.min_price = 0, .max_price = 1'000});
  Events events;
  Command iceberg = bid(1, 100, 50);
  iceberg.peak = 5;
  Command hidden = offer(2, 103, 8);
  hidden.flags = flag_hidden;
  Command peg = bid(3, 100, 7);
  peg.peg = Peg::midpoint;
  for (const Command& each : {iceberg, offer(4, 105, 8), hidden, peg}) CHECK(book.submit(each, events));
  const std::string bytes = book.snapshot();
  constexpr std::size_t tail = header + 8, extra = tail + 3, away = extra + 4, second = away + 6;
  const struct {
    std::size_t index;
    std::uint64_t word;
  } forgeries[] = {
      {tail, 2},           {tail + 1, 0},       {tail + 1, ~0ull},   {tail + 2, 1},       {tail + 2, ~0ull},    {extra, 4},
      {extra, 9},          {extra + 1, ~0ull},  {extra + 1, 1u << 20}, {extra + 2, 0},    {extra + 2, 1ull << 32}, {extra + 2, 4},
      {extra + 3, ~0ull},  {away, 0},           {away, 4},           {away, 3},           {away + 1, 100},      {away + 1, 1'001},
      {away + 2, 0},       {away + 2, ~0ull},   {away + 3, ~0ull},   {away + 4, 1ull << 32}, {away + 5, 0},     {away + 5, 2},
      {away + 5, 0x01'00'00'01'00'00'01}, {away + 5, 0x01'01'00'00'01}, {away + 5, 0x01'00'01'01}, {second + 1, 0x7fffffffffffffff},
      {second + 5, 0x00'02'05'00}, {second + 5, 0x01'03'00'00}, {second + 5, 0x01'00'01'02'00'00}, {away + 5, 0x01'00'00'00'01},
  };
  for (const auto& [index, word] : forgeries) {
    std::string forged = bytes;
    forge::set_word(forged, index, word);
    forge::sign(forged);
    CHECK_THROWS(std::invalid_argument, Book::restore(forged));
  }
  CHECK(Book::restore(bytes).snapshot() == bytes);
}

} // namespace

int main() {
  return check::run({
      CLAIM(equal_states_have_equal_bytes_whatever_way_they_came),
      CLAIM(the_hash_is_the_same_in_every_build_and_for_every_window),
      CLAIM(a_restored_book_goes_on_like_the_one_it_came_from),
      CLAIM(a_damaged_snapshot_is_refused),
      CLAIM(an_inconsistent_snapshot_is_refused_though_its_checksum_is_right),
      CLAIM(an_inconsistent_tail_is_refused_though_its_checksum_is_right),
  });
}

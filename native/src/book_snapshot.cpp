// The state of a book as bytes, back from bytes, and as a hash.
//
// Bytes are little-endian words of 64 bits: the header below, an order in four words (id, price, lots, owner) for each bid and
// then each offer in L3 order, and the hash of everything before it.
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "lob/detail/book_impl.hpp"
#include "lob/hash.hpp"

namespace lob {

using detail::Slot;
using detail::no_level;

namespace {

constexpr std::uint64_t magic = 0x314b4f4f42424f4cull; // "LOBBOOK1"
constexpr std::size_t header_words = 7;                // magic, window, min_price, max_price, max_orders, bids, offers
constexpr std::size_t order_words = 4;

void put(std::string& bytes, std::uint64_t word) {
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(word >> shift & 0xff));
}

std::uint64_t word_at(std::string_view bytes, std::size_t index) {
  std::uint64_t word = 0;
  for (std::size_t i = 8; i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[8 * index + i]);
  return word;
}

Ticks ticks_at(std::string_view bytes, std::size_t index) { return static_cast<Ticks>(word_at(bytes, index)); }

std::uint64_t word_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }

void require(bool holds, const char* otherwise) {
  if (!holds) throw std::invalid_argument(otherwise);
}

std::uint64_t orders_on(const Book& book, Side side) {
  std::vector<Level> levels;
  book.levels(side, std::numeric_limits<std::size_t>::max(), levels);
  std::uint64_t orders = 0;
  for (const Level& level : levels) orders += static_cast<std::uint64_t>(level.orders);
  return orders;
}

// Hand the words of the state to `receive`: all that decides how the book will answer, and so not the window.
template <class Receive> void for_each_word(const Book& book, Receive receive) {
  receive(word_of(book.config().min_price));
  receive(word_of(book.config().max_price));
  receive(std::uint64_t{book.config().max_orders});
  for (const Side side : {Side::buy, Side::sell}) receive(orders_on(book, side));
  std::vector<Order> orders;
  for (const Side side : {Side::buy, Side::sell}) {
    book.orders(side, orders);
    for (const Order& order : orders) {
      receive(order.id);
      receive(word_of(order.price));
      receive(word_of(order.lots));
      receive(std::uint64_t{order.owner});
    }
  }
}

std::uint64_t checksum_of(std::string_view bytes) {
  Hash hash; // each word enters by a bijection, so a single changed word always shows
  for (std::size_t i = 0; i < bytes.size() / 8; ++i) hash.add(word_at(bytes, i));
  return hash.value();
}

// The number of orders that the header speaks of and the bytes hold; every word of the frame is checked.
std::size_t check_frame(std::string_view bytes) {
  require(bytes.size() % 8 == 0 && bytes.size() / 8 > header_words, "a snapshot that was cut");
  const std::size_t words = bytes.size() / 8 - 1;
  require(word_at(bytes, 0) == magic, "not a snapshot of a book, or of another version");
  require(checksum_of(bytes.substr(0, 8 * words)) == word_at(bytes, words), "a snapshot that was damaged");
  const std::uint64_t bids = word_at(bytes, 5), offers = word_at(bytes, 6);
  const std::size_t orders = (words - header_words) / order_words;
  require(words == header_words + orders * order_words, "a snapshot with a part of an order");
  require(bids <= orders && offers == orders - bids, "a snapshot with another number of orders than it says");
  return orders;
}

} // namespace

std::string Book::snapshot() const {
  std::string bytes;
  bytes.reserve(8 * (header_words + 1 + order_words * size()));
  put(bytes, magic);
  put(bytes, config().window);
  for_each_word(*this, [&](std::uint64_t word) { put(bytes, word); });
  put(bytes, checksum_of(bytes));
  return bytes;
}

std::uint64_t Book::hash() const {
  Hash hash;
  for_each_word(*this, [&](std::uint64_t word) { hash.add(word); });
  return hash.value();
}

Book Book::restore(std::string_view bytes) {
  const std::size_t orders = check_frame(bytes);
  Book book(Config{.min_price = ticks_at(bytes, 2),
                   .max_price = ticks_at(bytes, 3),
                   .window = word_at(bytes, 1),
                   .max_orders = word_at(bytes, 4)});
  require(orders <= book.config().max_orders, "a snapshot with more orders than its book may hold");
  Impl& impl = *book.impl_;
  const std::size_t bids = word_at(bytes, 5);
  Ticks last = 0;
  for (std::size_t i = 0; i < orders; ++i) {
    const std::size_t at = header_words + order_words * i;
    const Side side = i < bids ? Side::buy : Side::sell;
    const std::uint64_t owner = word_at(bytes, at + 3);
    const Impl::Taker order{word_at(bytes, at), ticks_at(bytes, at + 1), ticks_at(bytes, at + 2), static_cast<Owner>(owner), side};
    require(order.owner == owner, "a snapshot with an owner that does not fit");
    require(order.id != 0 && impl.ids.find(order.id) == detail::no_slot, "a snapshot with an id that is 0 or there twice");
    require(order.lots > 0, "a snapshot with an order of no lots");
    require(impl.allows(order.limit), "a snapshot with a price outside its range");
    require(i == 0 || i == bids || !better(side, order.limit, last), "a snapshot that is not in order of price");
    require(!impl.ladder.crosses(side, order.limit), "a snapshot with crossed sides");
    const Lots before = impl.ladder.lots_at(side, order.limit);
    require(order.lots <= std::numeric_limits<Lots>::max() - before, "a snapshot with a level that overflows");
    impl.rest(order);
    last = order.limit;
  }
  return book;
}

} // namespace lob

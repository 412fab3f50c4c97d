// The state of a book as bytes, back from bytes, and as a hash.
//
// Bytes are little-endian words of 64 bits: the header below, an order in four words (id, price, lots shown, owner) for each bid
// and then each offer that is shown, in L3 order, the tail, and the hash of everything before it. The tail is there if an order
// has other terms or an auction is under way: whether one is, the number of extras and of orders away; an extra in four words
// (id, lots not shown, peak, good_till) for each order shown that has one, in the order above; then an order away (hidden,
// pegged or collected) in six words (id, limit, lots, good_till, owner and peak, and its small terms), first come first.
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "lob/detail/book_impl.hpp"
#include "lob/hash.hpp"

namespace lob {

using detail::Extra;
using detail::Full;
using detail::Slot;
using detail::no_level;
using detail::no_slot;

namespace {

constexpr std::uint64_t magic = 0x314b4f4f42424f4cull; // "LOBBOOK1"
constexpr std::size_t header_words = 7;                // magic, window, min_price, max_price, max_orders, bids, offers
constexpr std::size_t order_words = 4;
constexpr std::size_t tail_words = 3; // whether an auction is under way, extras, orders away
constexpr std::size_t extra_words = 4;
constexpr std::size_t away_words = 6;

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

// The small terms of an order away, a byte each.
std::uint64_t packed(const Full& order) {
  const std::uint64_t bytes[] = {static_cast<std::uint64_t>(order.side), static_cast<std::uint64_t>(order.stp),
                                 static_cast<std::uint64_t>(order.peg),  order.hidden,
                                 order.market,                           order.collected};
  std::uint64_t word = 0;
  for (std::size_t i = std::size(bytes); i-- > 0;) word = word << 8 | bytes[i];
  return word;
}

std::uint64_t checksum_of(std::string_view bytes) {
  Hash hash; // each word enters by a bijection, so a single changed word always shows
  for (std::size_t i = 0; i < bytes.size() / 8; ++i) hash.add(word_at(bytes, i));
  return hash.value();
}

// Where the parts of a snapshot are. Every word of the frame is checked.
struct Frame {
  std::size_t bids, orders, extras = 0, away = 0;
  std::size_t tail; // where it starts; beyond the last word if there is none
  bool has_tail = false, auction = false;

  std::size_t order(std::size_t i) const { return header_words + order_words * i; }
  std::size_t extra(std::size_t i) const { return tail + tail_words + extra_words * i; }
  std::size_t away_order(std::size_t i) const { return extra(extras) + away_words * i; }
};

Frame frame_of(std::string_view bytes) {
  require(bytes.size() % 8 == 0 && bytes.size() / 8 > header_words, "a snapshot that was cut");
  const std::size_t words = bytes.size() / 8 - 1;
  require(word_at(bytes, 0) == magic, "not a snapshot of a book, or of another version");
  require(checksum_of(bytes.substr(0, 8 * words)) == word_at(bytes, words), "a snapshot that was damaged");
  const std::uint64_t bids = word_at(bytes, 5), offers = word_at(bytes, 6);
  const std::size_t most = (words - header_words) / order_words;
  require(bids <= most && offers <= most - bids, "a snapshot with another number of orders than it says");
  Frame frame{.bids = bids, .orders = bids + offers, .tail = header_words + order_words * (bids + offers)};
  if (frame.tail == words) return frame;

  require(words - frame.tail >= tail_words, "a snapshot with a part of a tail");
  const std::uint64_t auction = word_at(bytes, frame.tail);
  const std::uint64_t extras = word_at(bytes, frame.tail + 1), away = word_at(bytes, frame.tail + 2);
  require(auction <= 1 && (auction == 1 || extras != 0 || away != 0), "a snapshot with a tail that says nothing");
  frame.has_tail = true;
  frame.auction = auction == 1;
  require(extras <= frame.orders && away <= words, "a snapshot with more in its tail than it can hold");
  frame.extras = extras;
  frame.away = away;
  require(words == frame.away_order(away), "a snapshot with another number of orders than it says");
  return frame;
}

Extra extra_at(std::string_view bytes, std::size_t at, Ticks price, Lots shown) {
  const std::uint64_t peak = word_at(bytes, at + 2);
  const Extra extra{ticks_at(bytes, at + 1), static_cast<std::uint32_t>(peak), ticks_at(bytes, at + 3), price};
  require(extra.peak == peak && extra.reserve >= 0 && extra.good_till >= 0, "a snapshot with terms that do not fit");
  require(peak == 0 ? extra.reserve == 0 && extra.good_till != 0 : shown <= Lots{extra.peak}, "a snapshot with terms that make no sense");
  return extra;
}

Full away_at(std::string_view bytes, std::size_t at) {
  Full order{.id = word_at(bytes, at), .limit = ticks_at(bytes, at + 1), .lots = ticks_at(bytes, at + 2)};
  order.good_till = ticks_at(bytes, at + 3);
  const std::uint64_t owner_and_peak = word_at(bytes, at + 4), small = word_at(bytes, at + 5);
  order.owner = static_cast<Owner>(owner_and_peak);
  order.peak = static_cast<std::uint32_t>(owner_and_peak >> 32);
  const auto byte = [small](int place) { return static_cast<std::uint8_t>(small >> 8 * place); };
  order.side = static_cast<Side>(byte(0));
  order.stp = static_cast<SelfTrade>(byte(1));
  order.peg = static_cast<Peg>(byte(2));
  order.hidden = byte(3) != 0;
  order.market = byte(4) != 0;
  order.collected = byte(5) != 0;
  require(packed(order) == small && detail::known(order.side) && order.stp <= SelfTrade::decrement && order.peg <= Peg::midpoint,
          "a snapshot with terms that do not fit");
  require(order.hidden || order.collected, "a snapshot with an order in the wrong place");
  const bool pegged = order.peg != Peg::none;
  require(pegged ? order.hidden && !order.collected : order.stp == SelfTrade::allow, "a snapshot with terms that make no sense");
  require(!order.hidden || (order.peak == 0 && !order.market), "a snapshot with terms that make no sense");
  require(!order.market || (order.limit == 0 && order.peak == 0 && order.good_till == 0), "a snapshot with terms that make no sense");
  return order;
}

} // namespace

// An order of a snapshot, with all its lots, that is about to rest. By then the orders before it do.
void Book::Impl::require_sound(const Full& order) const {
  require(order.id != 0 && ids.find(order.id) == no_slot && special.find(order.id) == nullptr,
          "a snapshot with an id that is 0 or there twice");
  require(order.lots > 0 && order.good_till >= 0, "a snapshot with an order of no lots or a time below 0");
  require(order.market || allows(order.limit), "a snapshot with a price outside its range");
  require(!has_too_many_peaks(order) && !overflows(order), "a snapshot with an order too large");
  require(has_room(order, 0), "a snapshot with a level that overflows");
}

// Whether orders at rest would match, but for those that an auction collected.
bool Book::Impl::is_crossed() const {
  const detail::Touches seen = touches();
  const auto bid = best_hidden(Side::buy, seen), offer = best_hidden(Side::sell, seen);
  const detail::HalfTicks best_bid{seen.bid, 0}, best_ask{seen.ask, 0}; // nowhere is behind every price
  return (bid && bid->price >= best_ask) || (offer && offer->price <= best_bid) || (bid && offer && bid->price >= offer->price);
}

std::uint64_t Book::Impl::orders_on(Side side) const {
  std::uint64_t orders = 0;
  for (Slot level = ladder.first(side); level != no_level; level = ladder.after(side, slab[level].price())) {
    orders += slab[level].count();
  }
  return orders;
}

// Hand the words of the state to `receive`: all that decides how the book will answer, and so not the window.
template <class Receive> void Book::Impl::for_each_word(Receive receive) const {
  receive(word_of(config.min_price));
  receive(word_of(config.max_price));
  receive(std::uint64_t{config.max_orders});
  std::vector<OrderId> with_extra;
  for (const Side side : {Side::buy, Side::sell}) receive(orders_on(side));
  for (const Side side : {Side::buy, Side::sell}) {
    for (Slot level = ladder.first(side); level != no_level; level = ladder.after(side, slab[level].price())) {
      for (Slot slot = slab[level].next; slot != level; slot = slab[slot].next) {
        receive(slab[slot].id());
        receive(word_of(slab[level].price()));
        receive(word_of(slab[slot].lots));
        receive(std::uint64_t{slab[slot].owner});
        if (is_special && special.extra(slab[slot].id()) != nullptr) with_extra.push_back(slab[slot].id());
      }
    }
  }
  if (!is_special) return;
  receive(std::uint64_t{special.auction});
  receive(std::uint64_t{with_extra.size()});
  receive(std::uint64_t{special.away()});
  for (const OrderId id : with_extra) {
    const Extra& extra = *special.extra(id);
    receive(id);
    receive(word_of(extra.reserve));
    receive(std::uint64_t{extra.peak});
    receive(word_of(extra.good_till));
  }
  for (const Full& order : special.all()) {
    receive(order.id);
    receive(word_of(order.limit));
    receive(word_of(order.lots));
    receive(word_of(order.good_till));
    receive(std::uint64_t{order.peak} << 32 | order.owner);
    receive(packed(order));
  }
}

std::string Book::snapshot() const {
  std::string bytes;
  const Impl& impl = *impl_;
  bytes.reserve(8 * (header_words + 1 + order_words * size() + tail_words + away_words * (impl.special.extras() + impl.special.away())));
  put(bytes, magic);
  put(bytes, config().window);
  impl.for_each_word([&](std::uint64_t word) { put(bytes, word); });
  put(bytes, checksum_of(bytes));
  return bytes;
}

std::uint64_t Book::hash() const {
  Hash hash;
  impl_->for_each_word([&](std::uint64_t word) { hash.add(word); });
  return hash.value();
}

Book Book::restore(std::string_view bytes) {
  const Frame frame = frame_of(bytes);
  Book book(Config{.min_price = ticks_at(bytes, 2),
                   .max_price = ticks_at(bytes, 3),
                   .window = word_at(bytes, 1),
                   .max_orders = word_at(bytes, 4)});
  const std::size_t most = book.config().max_orders;
  require(frame.orders <= most && frame.away <= most - frame.orders, "a snapshot with more orders than its book may hold");
  Impl& impl = *book.impl_;
  impl.special.auction = impl.is_special = frame.auction;
  Ticks last = 0;
  std::size_t next_extra = 0;
  for (std::size_t i = 0; i < frame.orders; ++i) {
    const std::size_t at = frame.order(i);
    const Side side = i < frame.bids ? Side::buy : Side::sell;
    const std::uint64_t owner = word_at(bytes, at + 3);
    const Impl::Taker order{word_at(bytes, at), ticks_at(bytes, at + 1), ticks_at(bytes, at + 2), static_cast<Owner>(owner), side};
    require(order.owner == owner, "a snapshot with an owner that does not fit");
    require(i == 0 || i == frame.bids || !better(side, order.limit, last), "a snapshot that is not in order of price");
    require(!impl.ladder.crosses(side, order.limit), "a snapshot with crossed sides");
    last = order.limit;
    Extra extra{0, 0, 0, order.limit};
    const bool has_extra = next_extra < frame.extras && word_at(bytes, frame.extra(next_extra)) == order.id;
    if (has_extra) extra = extra_at(bytes, frame.extra(next_extra++), order.limit, order.lots);
    Full whole{.id = order.id, .limit = order.limit, .lots = order.lots, .good_till = extra.good_till};
    require(order.lots > 0 && extra.reserve <= detail::most_lots - order.lots, "a snapshot with an order of no lots or too many");
    whole.lots += extra.reserve;
    whole.side = side;
    whole.peak = extra.peak;
    impl.require_sound(whole);
    impl.rest(order);
    if (has_extra) impl.special.add(order.id, extra);
  }
  require(next_extra == frame.extras, "a snapshot with an extra of no order");
  for (std::size_t i = 0; i < frame.away; ++i) {
    const Full order = away_at(bytes, frame.away_order(i));
    require(!order.collected || frame.auction, "a snapshot with an order of an auction that is not");
    impl.require_sound(order);
    impl.special.add(order);
  }
  impl.is_special = !impl.special.empty();
  require(!impl.is_crossed(), "a snapshot with crossed sides");
  return book;
}

} // namespace lob

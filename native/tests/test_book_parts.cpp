// The parts of the book alone: the bitmap, the index of ids, and the window where it slides.
#include <set>
#include <unordered_map>

#include "check.hpp"
#include "dice.hpp"
#include "lob/book.hpp"
#include "lob/detail/bitmap.hpp"
#include "lob/detail/id_index.hpp"
#include "lob/detail/pages.hpp"

namespace {

using namespace lob;
using lob::detail::Bitmap;
using lob::detail::IdIndex;

void the_bitmap_finds_the_neighbours_that_a_set_finds() {
  for (const std::size_t places : {64, 128, 4'096, 8'192, 1 << 18}) {
    Dice dice(places);
    Bitmap bitmap(places);
    std::set<std::size_t> taken;
    for (int i = 0; i < 20'000; ++i) {
      const std::size_t place = dice.chance(50) ? dice.below(places) : dice.below(64) * (places / 64);
      if (dice.chance(taken.size() > 40 ? 30 : 70)) {
        bitmap.set(place);
        taken.insert(place);
      } else if (!taken.empty()) {
        const std::size_t gone = *taken.begin();
        bitmap.clear(gone);
        taken.erase(gone);
      }
      const std::size_t from = dice.chance(10) ? places : dice.below(places);
      const auto above = taken.lower_bound(from);
      CHECK_EQUAL(bitmap.at_or_above(from), above == taken.end() ? Bitmap::none : *above);
      CHECK_EQUAL(bitmap.below(from), above == taken.begin() ? Bitmap::none : *std::prev(above));
    }
  }
}

void the_index_finds_what_a_map_finds() {
  for (const std::uint64_t range : {200ull, 100'000ull, 1ull << 40}) {
    Dice dice(range);
    IdIndex index;
    std::unordered_map<OrderId, detail::Slot> expected;
    std::vector<OrderId> ids;
    for (detail::Slot i = 1; i < 60'000; ++i) {
      const OrderId id = 1 + dice.below(range);
      CHECK_EQUAL(index.find(id), expected.count(id) != 0 ? expected[id] : detail::no_slot);
      if (expected.count(id) == 0) {
        index.insert(id, i);
        expected[id] = i;
        ids.push_back(id);
      }
      if (ids.size() < 100 + i / 8) continue;
      std::swap(ids[dice.below(ids.size())], ids.back());
      index.erase(ids.back());
      expected.erase(ids.back());
      ids.pop_back();
    }
    for (const auto& [id, slot] : expected) CHECK_EQUAL(index.find(id), slot);
  }
}

void huge_ids_do_not_make_the_index_large() {
  IdIndex index;
  for (OrderId id = ~OrderId{0}; id > 1; id /= 2) index.insert(id, 1);
  CHECK(index.entries() < 10'000);
  CHECK_EQUAL(index.find(~OrderId{0}), 1u);
}

// A book whose window is far too small for its prices answers like one whose window holds them all.
void the_window_slides_without_a_trace() {
  Book narrow(Book::Config{.window = 64}), wide(Book::Config{.window = 1 << 18});
  Events in_narrow, in_wide;
  OrderId id = 0;
  const auto both = [&](Side side, Ticks price, Lots lots) {
    const Command command{++id, price, lots, 0, CommandKind::submit, side, TimeInForce::rest, 0};
    narrow.submit(command, in_narrow);
    wide.submit(command, in_wide);
    CHECK(in_narrow == in_wide);
    CHECK_EQUAL(narrow.hash(), wide.hash());
  };
  for (Ticks price = 0; price < 3'000; price += 7) { // up, leaving bids behind
    both(Side::buy, price, 5);
    both(Side::sell, price + 40, 5);
    both(Side::buy, price + 40, 5);
  }
  for (Ticks price = 2'990; price > -3'000; price -= 11) { // and down through all of them
    both(Side::sell, price, 12);
    both(Side::buy, price - 63, 1);
    both(Side::buy, price - 64, 1);
    both(Side::buy, price - 65, 1);
  }
  CHECK_EQUAL(narrow.size(), wide.size());
}

void orders_far_away_do_not_drag_the_window_from_the_touch() {
  Book book(Book::Config{.window = 64});
  Events events;
  OrderId id = 0;
  const auto submit = [&](Side side, Ticks price) {
    book.submit({++id, price, 1, 0, CommandKind::submit, side, TimeInForce::rest, 0}, events);
  };
  submit(Side::buy, 0);
  submit(Side::sell, 1);
  for (int i = 0; i < 1'000; ++i) {
    submit(Side::buy, -1'000'000 - i);
    submit(Side::sell, 1'000'000 + i % 3);
  }
  CHECK(book.best(Side::buy) == 0);
  CHECK(book.best(Side::sell) == 1);
  CHECK((book.level(Side::sell, 1'000'000) == Level{1'000'000, 334, 334}));
  book.cancel(1, events);
  CHECK(book.best(Side::buy) == -1'000'000);
  book.cancel(2, events);
  CHECK(book.best(Side::sell) == 1'000'000);
}

void a_large_array_begins_at_a_page_of_its_own() {
  using Array = std::vector<std::uint64_t, lob::detail::Pages<std::uint64_t>>;
  constexpr std::size_t huge = lob::detail::Pages<std::uint64_t>::huge;
  for (const std::size_t bytes : {8ul, huge - 8, huge, huge + 8, 3 * huge, 5 * huge + 24}) {
    Array array(bytes / 8, 7);
    if (bytes >= huge) CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % huge == 0);
    array.front() = array.back() = 9;
    Array moved(array);
    array.resize(2 * array.size());
    CHECK(array.front() == 9 && array[moved.size() - 1] == 9 && array.back() == 0);
    CHECK(moved.front() == 9 && moved.back() == 9);
  }
}

} // namespace

int main() {
  return check::run({
      CLAIM(the_bitmap_finds_the_neighbours_that_a_set_finds),
      CLAIM(the_index_finds_what_a_map_finds),
      CLAIM(huge_ids_do_not_make_the_index_large),
      CLAIM(the_window_slides_without_a_trace),
      CLAIM(orders_far_away_do_not_drag_the_window_from_the_touch),
      CLAIM(a_large_array_begins_at_a_page_of_its_own),
  });
}

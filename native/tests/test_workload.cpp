// The streams of the book's benchmark have the bytes of their recipe.
#include <array>

#include "check.hpp"
#include "workload.hpp"

namespace {

void w1_has_the_bytes_of_its_recipe() {
  const workload::Rows rows = workload::w1();
  std::array<int, 4> acts{};
  for (const workload::Row& row : rows) ++acts[static_cast<std::size_t>(row.act)];
  CHECK((acts == std::array<int, 4>{957'836, 902'519, 59'491, 80'154}));
  CHECK_EQUAL(workload::fingerprint(rows), 0x7166f9a4ace41979ull);
}

// The book agrees on every fill, in order, with the generator that the recipe was taken from.
void w1_has_the_fills_of_its_recipe() {
  lob::Book book;
  lob::Events events;
  const std::vector<lob::Command> commands = workload::commands(workload::w1());
  std::vector<workload::Fill> fills;
  lob::Lots lots = 0;
  for (std::uint32_t i = 0; i < commands.size(); ++i) {
    events.clear();
    CHECK(book.apply(commands[i], events));
    for (const lob::Event& event : events) {
      if (event.kind != lob::EventKind::fill) continue;
      lots += event.lots;
      fills.push_back({i, static_cast<std::uint32_t>(event.maker), static_cast<std::int32_t>(event.price),
                       static_cast<std::int32_t>(event.lots)});
    }
  }
  CHECK_EQUAL(fills.size(), 105'849u);
  CHECK_EQUAL(lots, 4'595'729);
  CHECK_EQUAL(workload::fingerprint(fills), 0xdc5ffb73e4bd8817ull);
  CHECK_EQUAL(book.size(), 7'514u);
}

void w2_has_the_bytes_of_its_recipe() { CHECK_EQUAL(workload::fingerprint(workload::w2()), 0x0ddffc7d630a0655ull); }

} // namespace

int main() {
  return check::run({
      CLAIM(w1_has_the_bytes_of_its_recipe),
      CLAIM(w1_has_the_fills_of_its_recipe),
      CLAIM(w2_has_the_bytes_of_its_recipe),
  });
}

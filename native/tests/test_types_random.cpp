// Random commands of every order type to the book and to the slow one: every event, and regularly the whole state, must be the same.
//
// usage: test_types_random [count] [seed] [profile]     count: commands in all, or of the one profile
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "forge.hpp"
#include "types_flow.hpp"
#include "types_trial.hpp"

namespace {

using lob::Book;

Book::Config config_of(const TypesProfile& profile, std::size_t window) {
  return {.min_price = profile.min_price, .max_price = profile.max_price, .window = window, .max_orders = profile.max_orders};
}

struct Counts {
  std::uint64_t commands = 0, fills = 0, refused = 0, kinds[9] = {};
};

// A flipped bit or a cut is refused. With a checksum made right again the contents decide: refused, or the same bytes back.
void damage(std::string bytes, Dice& dice) {
  const std::size_t at = dice.below(bytes.size());
  if (dice.chance(20)) {
    bytes.resize(at - at % 8);
  } else {
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.below(8)));
  }
  if (bytes.size() < 16) return;
  if (dice.chance(20)) bytes[at - at % 8] = static_cast<char>(dice.word());
  if (at < bytes.size()) forge::sign(bytes);
  try {
    const Book book = Book::restore(bytes);
    TypesTrial::same(book.snapshot() == bytes, "a snapshot changed when it was restored");
  } catch (const std::invalid_argument&) {
  }
}

// A twin with another window gets the same commands in one batch.
void run_book(const TypesProfile& profile, std::uint64_t count, std::uint64_t seed, Counts& counts, lob::Command& last) {
  TypesFlow flow(profile, seed);
  Dice dice(~seed);
  TypesTrial trial(config_of(profile, profile.window));
  Book twin(config_of(profile, dice.one_of<std::size_t>({64, 1 << 14})));
  std::vector<lob::Command> commands;
  lob::Events expected, events;
  for (std::uint64_t i = 0; i < count; ++i) {
    last = flow.next(trial.slow());
    const lob::Events& answer = trial.step(last, dice.below(32) == 0);
    commands.push_back(last);
    expected.insert(expected.end(), answer.begin(), answer.end());
    for (const lob::Event& event : answer) ++counts.kinds[static_cast<std::size_t>(event.kind)];
    if (dice.below(32) == 0) trial.compare();
    if (dice.below(8) == 0) trial.compare_indication(last.price);
    if (dice.below(512) == 0) {
      for (int times = 0; times < 4; ++times) damage(trial.book().snapshot(), dice);
      trial.continue_from_snapshot();
    }
  }
  trial.compare();
  trial.continue_from_snapshot();
  twin.apply(commands.data(), commands.size(), events);
  TypesTrial::same(events == expected, "events of the batch");
  TypesTrial::same(twin.hash() == trial.book().hash(), "hash of the twin");
  counts.commands += count;
}

void run_profile(const TypesProfile& profile, std::uint64_t count, std::uint64_t seed) {
  Counts counts;
  lob::Command last{};
  for (std::uint64_t trial = 0; counts.commands < count; ++trial) {
    const std::uint64_t commands = std::min<std::uint64_t>(count - counts.commands, 200 + Dice(seed + trial).below(5'000));
    try {
      run_book(profile, commands, Dice(seed * 1'000'003 + trial).word(), counts, last);
    } catch (const std::exception& failure) {
      std::fprintf(stderr,
                   "DIFFERENT: %s, in book %" PRIu64 " of profile %s\n"
                   "  last command: kind %d id %" PRIu64 " side %d price %" PRId64 " lots %" PRId64
                   " tif %d flags %d peak %u stp %d peg %d good_till %" PRId64 "\n"
                   "  again: test_types_random %" PRIu64 " %" PRIu64 " %s\n",
                   failure.what(), trial, profile.name, static_cast<int>(last.kind), last.id, static_cast<int>(last.side), last.price,
                   last.lots, static_cast<int>(last.tif), last.flags, last.peak, static_cast<int>(last.stp), static_cast<int>(last.peg),
                   last.good_till, count, seed, profile.name);
      std::exit(1);
    }
  }
  const auto& k = counts.kinds;
  std::printf("%-9s %9" PRIu64 " commands %8" PRIu64 " fills %8" PRIu64 " refused %7" PRIu64 " refreshed %6" PRIu64 " prevented %6" PRIu64
              " uncrossed\n", profile.name, counts.commands, k[2], k[1], k[6], k[7], k[8]);
}

} // namespace

int main(int count, char** words) {
  const std::uint64_t commands = count > 1 ? std::strtoull(words[1], nullptr, 10) : 100'000;
  const std::uint64_t seed = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1;
  const std::string only = count > 3 ? words[3] : "";
  std::printf("seed %" PRIu64 "\n", seed);
  bool found = only.empty();
  for (const TypesProfile& profile : types_profiles()) {
    if (!only.empty() && only != profile.name) continue;
    run_profile(profile, only.empty() ? commands / types_profiles().size() : commands, seed);
    found = true;
  }
  if (!found) std::fprintf(stderr, "no profile is called %s\n", only.c_str());
  return found ? 0 : 2;
}

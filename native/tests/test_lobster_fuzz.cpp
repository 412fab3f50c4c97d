// Damaged LOBSTER files: flipped, cut and swapped bytes are refused as DataError or read; what is read replays. Seeded and bounded.
#include <cctype>

#include "check.hpp"
#include "day.hpp"
#include "dice.hpp"

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;
constexpr int days = 150, damages = 100;

Day some_day(Dice& dice) {
  Day day(static_cast<std::uint32_t>(dice.between(1, 4)));
  for (int i = 0; i < 6; ++i) day.resting(1 + i, buy, 100 - i, dice.between(1, 99)).resting(11 + i, sell, 102 + i, dice.between(1, 99));
  std::vector<int> ids{1, 2, 3, 11, 12, 13};
  day.at(0).nothing();
  for (int i = 0; i < 25; ++i) {
    day.at(i / 2);
    const std::size_t at = dice.below(ids.size());
    switch (ids.size() > 1 ? dice.below(5) : 0) {
    case 0:
    case 1:
      ids.push_back(100 + i);
      day.add(100 + i, dice.chance(50) ? buy : sell, dice.between(97, 105), dice.between(1, 99));
      break;
    case 2: day.hidden(dice.between(9'900, 10'300), 5); break;
    case 3: day.halt(static_cast<int>(dice.between(-1, 1))); break;
    default:
      dice.chance(50) ? day.execute(ids[at], 1).hidden(10'100, 1) : day.remove(ids[at]);
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return day;
}

// Bytes that matter to the format, one in two; any byte otherwise.
void damage(std::string& text, Dice& dice) {
  if (text.empty()) return;
  const std::size_t at = dice.below(text.size());
  const std::string meaningful = "0123456789,\n-.9";
  switch (dice.below(5)) {
  case 0: text.resize(at); break;
  case 1: text.erase(at, 1 + dice.below(4)); break;
  case 2: text.insert(at, 1, meaningful[dice.below(meaningful.size())]); break;
  case 3: text[at] = static_cast<char>(dice.below(256)); break;
  default: text[at] = meaningful[dice.below(meaningful.size())];
  }
}

int read = 0, refused = 0;

void replay(const std::string& messages, const std::string& books, std::uint32_t levels, Dice& dice) {
  std::shared_ptr<Tape> tape;
  try {
    tape = std::make_shared<Tape>(tape_of(messages, books, levels));
  } catch (const DataError& error) {
    CHECK(error.file() == "messages" || error.file() == "books");
    CHECK(!error.rule().empty());
    ++refused;
    return;
  }
  ++read;
  Session session({day_open, day_close, 1, {per_tick, true, {}}});
  session.attach(std::make_unique<Replay>(tape, Replay::Config{}, session.venue()));
  for (std::uint32_t n = 1; n <= 6; ++n) {
    const Side side = dice.chance(50) ? buy : sell;
    session.submit({0, 1 + n % 2, n, 1 + n % 2, side, dice.chance(30), dice.between(95, 108), dice.between(1, 200), day_close});
    Until until{day_close};
    until.index = n * 4;
    while (session.advance(until, nullptr) == StopKind::report) session.reports().clear();
  }
  while (session.advance({day_close}, nullptr) != StopKind::closed) session.reports().clear();
}

void damaged_files_are_refused_by_a_rule_or_replayed() {
  for (std::uint64_t seed = 0; seed < days; ++seed) {
    Dice dice(seed);
    const Day day = some_day(dice);
    replay(day.messages(), day.books(), day.levels(), dice);
    for (int i = 0; i < damages; ++i) {
      std::string messages = day.messages(), books = day.books();
      for (std::uint64_t n = 1 + dice.below(3); n > 0; --n) damage(dice.chance(60) ? messages : books, dice);
      replay(messages, books, day.levels(), dice);
    }
  }
  CHECK(read >= days);
  CHECK(refused > days * damages / 2);
}

} // namespace

int main() { return check::run({CLAIM(damaged_files_are_refused_by_a_rule_or_replayed)}); }

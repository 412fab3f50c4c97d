// Damaged DBN and Binance files: flipped, cut and swapped bytes are refused as DataError or read, in whatever pieces they come;
// what is read replays with orders of ours in it. Seeded and bounded.
#include <cstring>

#include "check.hpp"
#include "dice.hpp"
#include "lob/binance.hpp"
#include "lob/dbn.hpp"
#include "lob/replay.hpp"
#include "lob/session.hpp"

using namespace lob;

namespace {

constexpr Side buy = Side::buy, sell = Side::sell;
constexpr Nanos opens = 1'000'000'000, closes = 100'000'000'000;
constexpr std::int64_t point = 125'000'000;
constexpr int files = 40, damages = 60;

template <class T> void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void head(std::string& out, std::uint8_t words, std::uint8_t type, Nanos ts) {
  put<std::uint8_t>(out, words);
  put<std::uint8_t>(out, type);
  put<std::uint16_t>(out, 1);
  put<std::uint32_t>(out, 7);
  put<Nanos>(out, ts);
}

void mbo(std::string& out, Nanos ts, std::uint64_t order, Ticks price, Lots lots, char action, char side, std::uint8_t flags) {
  head(out, 14, 0xA0, ts);
  put(out, order);
  put<std::int64_t>(out, price * 2 * point);
  put<std::uint32_t>(out, static_cast<std::uint32_t>(lots));
  put(out, flags);
  put<std::uint8_t>(out, 0);
  put(out, action);
  put(out, side);
  put<Nanos>(out, ts);
  put<std::int32_t>(out, 0);
  put<std::uint32_t>(out, 0);
}

// Adds, cancels, modifications, fills and an auction; a book that may cross until the auction.
std::string some_orders(Dice& dice) {
  std::string out;
  struct Known {
    std::uint64_t id;
    Ticks price;
    Lots lots;
    char side;
  };
  std::vector<Known> known;
  Nanos ts = opens;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    ts += dice.between(0, 3) * 1'000'000;
    const std::uint64_t act = known.empty() ? 0 : dice.below(8);
    if (act <= 3) {
      const char side = dice.chance(50) ? 'B' : 'A';
      known.push_back({i, side == 'B' ? dice.between(90, 99) : dice.between(100, 110), dice.between(1, 50), side});
      const Known& made = known.back();
      mbo(out, ts, made.id, made.price, made.lots, 'A', side, i < 6 ? 32 + (i == 5 ? 128 : 0) : 128);
      continue;
    }
    const std::size_t at = dice.below(known.size());
    Known& some = known[at];
    if (act == 4) {
      mbo(out, ts, some.id, some.price, some.lots, 'C', some.side, 128);
      known.erase(known.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (act == 5) {
      some.lots = dice.between(1, 60);
      mbo(out, ts, some.id, some.price, some.lots, 'M', some.side, 128);
    } else {
      const bool auction = dice.chance(20);
      mbo(out, ts, 1'000 + i, some.price, some.lots, 'T', auction ? 'N' : some.side == 'B' ? 'A' : 'B', 0);
      mbo(out, ts, some.id, some.price, some.lots, 'F', auction ? 'N' : some.side, 0);
      mbo(out, ts, some.id, some.price, some.lots, 'C', some.side, 128);
      known.erase(known.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return out;
}

std::string some_levels(Dice& dice) {
  std::string out;
  Nanos ts = opens;
  Ticks mid = 100;
  for (int i = 0; i < 25; ++i) {
    ts += dice.between(0, 3) * 1'000'000;
    mid += dice.between(-1, 1);
    head(out, 92, 10, ts);
    put<std::int64_t>(out, (mid + 1) * 2 * point);
    put<std::uint32_t>(out, static_cast<std::uint32_t>(dice.between(1, 9)));
    put(out, dice.chance(40) ? 'T' : 'A');
    put(out, dice.chance(45) ? 'A' : dice.chance(90) ? 'B' : 'N');
    put<std::uint8_t>(out, 128);
    put<std::uint8_t>(out, 0);
    put<Nanos>(out, ts);
    put<std::int64_t>(out, 0);
    for (Ticks level = 0; level < 10; ++level) {
      put<std::int64_t>(out, (mid - 1 - level) * 2 * point);
      put<std::int64_t>(out, (mid + 1 + level) * 2 * point);
      for (int n = 0; n < 2; ++n) put<std::uint32_t>(out, static_cast<std::uint32_t>(dice.between(1, 99)));
      put<std::uint64_t>(out, 0);
    }
  }
  return out;
}

std::string some_lines(Dice& dice) {
  std::string out;
  std::uint64_t update = 10;
  const auto say = [&](int i, const std::string& body) { out += std::to_string(1'000 + i) + " " + body + "\n"; };
  const auto level = [&](Ticks price) { return "[\"" + std::to_string(price) + ".50\",\"0.0" + std::to_string(dice.between(0, 9)) + "\"]"; };
  say(0, R"({"lastUpdateId":10,"bids":[["99.50","0.03"],["98.50","0.05"]],"asks":[["101.50","0.02"],["102.50","0.04"]]})");
  for (int i = 1; i < 30; ++i) {
    const std::string ms = std::to_string(1'000 + i * dice.between(1, 2));
    if (dice.chance(40)) {
      say(i, R"({"stream":"x@trade","data":{"e":"trade","E":)" + ms + R"(,"s":"XY","t":)" + std::to_string(i) + R"(,"p":")" +
                 std::to_string(dice.between(98, 103)) + R"(.50","q":"0.01","T":)" + ms + R"(,"m":)" + (dice.chance(50) ? "true" : "false") + "}}");
    } else {
      say(i, R"({"stream":"x@depth","data":{"e":"depthUpdate","E":)" + std::to_string(1'000 + 2 * i) + R"(,"s":"XY","U":)" +
                 std::to_string(update + 1) + R"(,"u":)" + std::to_string(update + 2) + R"(,"b":[)" + level(dice.between(96, 101)) + R"(],"a":[)" +
                 level(dice.between(101, 105)) + "]}}");
      update += 2;
    }
  }
  return out;
}

void damage(std::string& bytes, Dice& dice) {
  if (bytes.empty()) return;
  const std::size_t at = dice.below(bytes.size());
  switch (dice.below(5)) {
  case 0: bytes.resize(at); break;
  case 1: bytes.erase(at, 1 + dice.below(60)); break;
  case 2: bytes.insert(at, 1 + dice.below(3), static_cast<char>(dice.below(256))); break;
  case 3: bytes[at] = static_cast<char>(dice.below(256)); break;
  default: bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.below(8)));
  }
}

int read = 0, refused = 0;

void play(Session& session, Nanos close, Dice& dice) {
  for (std::uint32_t n = 1; n <= 6; ++n) {
    const Side side = dice.chance(50) ? buy : sell;
    session.submit({0, 1 + n % 2, n, 1 + n % 2, side, dice.chance(30), dice.between(90, 112), dice.between(1, 90), close});
    Until until{close};
    until.index = n * 4;
    while (session.advance(until, nullptr) == StopKind::report) session.reports().clear();
  }
  while (session.advance({close}, nullptr) != StopKind::closed) session.reports().clear();
}

template <class Reader> auto tape_of(Reader reader, std::string_view bytes, Dice& dice) {
  while (!bytes.empty()) {
    const std::size_t piece = std::min<std::size_t>(bytes.size(), 1 + dice.below(200));
    reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(piece);
  }
  return reader.finish();
}

template <class Make> void attempt(const std::string& bytes, Dice& dice, Make&& make) {
  try {
    make(bytes, dice);
    ++read;
  } catch (const DataError& error) {
    CHECK(error.file() == "file");
    CHECK(!error.rule().empty());
    ++refused;
  }
}

const DbnDay dbn_day{"file", 7, point, 2, opens, closes};

void replay_orders(const std::string& bytes, Dice& dice) {
  const auto tape = std::make_shared<Tape>(tape_of(MboReader(dbn_day), bytes, dice));
  Session session({tape->open, tape->close, 1, {2, true, {}}});
  session.attach(std::make_unique<Replay>(tape, Replay::Config{}, session.venue()));
  play(session, tape->close, dice);
}

void replay_levels(std::shared_ptr<LevelTape> tape, Dice& dice) {
  Session session({tape->open, tape->close, 1, {2, true, {}}});
  const auto rule = static_cast<QueueRule>(dice.below(3));
  session.attach(std::make_unique<LevelReplay>(tape, LevelReplay::Config{rule}, session.venue()));
  play(session, tape->close, dice);
}

void replay_mbp(const std::string& bytes, Dice& dice) {
  replay_levels(std::make_shared<LevelTape>(tape_of(MbpReader(dbn_day), bytes, dice)), dice);
}

void replay_lines(const std::string& bytes, Dice& dice) {
  const BinanceFile file{"file", "XY", false, 25'000'000, 2, 1'000'000};
  replay_levels(std::make_shared<LevelTape>(tape_of(BinanceReader(file), bytes, dice)), dice);
}

template <class Some, class Make> void claim(std::uint64_t first, Some&& some, Make&& make) {
  read = refused = 0;
  for (std::uint64_t seed = first; seed < first + files; ++seed) {
    Dice dice(seed);
    const std::string whole = some(dice);
    attempt(whole, dice, make);
    for (int i = 0; i < damages; ++i) {
      std::string bytes = whole;
      for (std::uint64_t n = 1 + dice.below(3); n > 0; --n) damage(bytes, dice);
      attempt(bytes, dice, make);
    }
  }
  CHECK(read >= files);
  CHECK(refused > files * damages / 10);
}

void damaged_orders_are_refused_by_a_rule_or_replayed() { claim(0, some_orders, replay_orders); }
void damaged_levels_are_refused_by_a_rule_or_replayed() { claim(1'000, some_levels, replay_mbp); }
void damaged_lines_are_refused_by_a_rule_or_replayed() { claim(2'000, some_lines, replay_lines); }

} // namespace

int main() {
  return check::run({CLAIM(damaged_orders_are_refused_by_a_rule_or_replayed), CLAIM(damaged_levels_are_refused_by_a_rule_or_replayed),
                     CLAIM(damaged_lines_are_refused_by_a_rule_or_replayed)});
}

// A fuzz target: bytes become commands to the book and to the slow one, or the words of a snapshot. Any difference ends the process.
//
// The first byte chooses: bit 7 a snapshot (its checksum is made right), else bits 0-1 a config; then nine bytes a command.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>

#include "forge.hpp"
#include "types_trial.hpp"

namespace {

constexpr std::size_t row = 9;
constexpr std::size_t most_commands = 400; // the slow book takes the square of it

lob::Book::Config config_of(int choice) {
  if (choice == 1) return {.min_price = -3, .max_price = 4, .window = 64, .max_orders = 6};
  constexpr lob::Ticks end = std::numeric_limits<lob::Ticks>::max();
  if (choice == 2) return {.min_price = -end, .max_price = end - 1, .window = 64};
  return {.window = 64};
}

// Small numbers mostly; the last sixteen values of a byte stand for the edges of int64.
std::int64_t number(std::uint8_t byte) {
  if (byte < 240) return static_cast<std::int8_t>(byte) / 8;
  const std::int64_t bases[] = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                                std::int64_t{1} << 62, -(std::int64_t{1} << 62)};
  const std::int64_t base = bases[byte >> 2 & 3], step = byte & 3;
  return base < 0 ? base + step : base - step;
}

lob::Command command_of(const std::uint8_t* bytes) {
  lob::Command c{};
  c.kind = static_cast<lob::CommandKind>(bytes[0] % 20 < 10 ? 0 : bytes[0] % 20 - 10);
  c.side = static_cast<lob::Side>(bytes[0] >> 5 < 6 ? bytes[0] >> 5 & 1 : bytes[0] >> 5 & 3);
  c.id = bytes[1] < 250 ? bytes[1] % 32 : ~std::uint64_t{bytes[1]};
  c.price = number(bytes[2]);
  c.lots = bytes[3] < 200 ? bytes[3] % 50 : number(bytes[3]);
  c.owner = bytes[4] & 3;
  c.tif = static_cast<lob::TimeInForce>(bytes[4] >> 2 & 3);
  c.flags = bytes[5] < 128 ? 0 : bytes[5] & 31;
  c.peg = static_cast<lob::Peg>(bytes[5] >= 64 && bytes[5] < 128 ? bytes[5] & 3 : 0);
  c.stp = static_cast<lob::SelfTrade>(bytes[6] % 6);
  c.peak = bytes[7] < 128 ? 0 : bytes[7] < 250 ? bytes[7] % 8 : ~std::uint32_t{0};
  c.good_till = bytes[8] < 128 ? 0 : number(static_cast<std::uint8_t>(bytes[8] ^ 0x80));
  return c;
}

void run_snapshot(const std::uint8_t* bytes, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(bytes), size / 8 * 8);
  if (text.size() < 64) return;
  forge::sign(text);
  try {
    const lob::Book book = lob::Book::restore(text);
    TypesTrial::same(book.snapshot() == text, "a snapshot changed when it was restored");
  } catch (const std::invalid_argument&) {
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    if ((data[0] & 0x80) != 0) {
      run_snapshot(data + 1, size - 1);
      return 0;
    }
    TypesTrial trial(config_of(data[0] & 3));
    std::size_t commands = 0;
    for (std::size_t at = 1; at + row <= size && commands < most_commands; at += row, ++commands) {
      trial.step(command_of(data + at), true);
      if (commands % 8 == 7) trial.compare();
      if (commands % 32 == 31) trial.continue_from_snapshot();
    }
    trial.compare();
    trial.compare_indication(1);
    trial.continue_from_snapshot();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "DIFFERENT: %s\n", failure.what());
    std::abort();
  }
  return 0;
}

// Random numbers without a state: each is a pure function of the seed, a stream, a counter and which draw it is.
#pragma once

#include <cstdint>

#include "lob/hash.hpp"

namespace lob::sim {

// Streams: what a counter counts. Nothing exogenous depends on the book, so nothing of ours can shift a draw.
enum class Stream : std::uint64_t {
  value = 1,   // a step of the latent price
  arrival = 2, // a proposed arrival
  marks = 3,   // an event: its side, sizes, distances, slots
  auction = 4, // a call (the auction, shifted by 32 bits), or an order of it
  dark = 5,    // an order of the dark pool
  makers = 7,  // a quote of the opening book
  opening = 8  // another order of the opening book
};

class Draws {
public:
  Draws(std::uint64_t seed, Stream stream, std::uint64_t counter) : Draws(root(seed, stream), counter) {}

  std::uint64_t bits(std::uint64_t draw) const { return Hash::mix(key_ + draw * step); }

  double uniform(std::uint64_t draw) const { return (static_cast<double>(bits(draw) >> 11) + 0.5) * 0x1.0p-53; } // in (0, 1)

  std::uint32_t below(std::uint64_t draw, std::uint32_t n) const { return static_cast<std::uint32_t>(uniform(draw) * n); }

  // Standard normal from two draws, `draw` and the next: the centred sum of eight 16-bit uniforms. No tail beyond 4.9.
  double normal(std::uint64_t draw) const {
    const std::uint64_t a = bits(draw), b = bits(draw + 1);
    std::uint64_t sum = 0;
    for (int shift = 0; shift < 64; shift += 16) sum += ((a >> shift) & 0xFFFF) + ((b >> shift) & 0xFFFF);
    // eight values in 0..65535: mean 262140, variance 8 (2^32 - 1) / 12
    return (static_cast<double>(sum) - 262140.0) * (1.0 / 53509.91992145008);
  }

private:
  friend class Series;
  static constexpr std::uint64_t step = 0x9E3779B97F4A7C15ull;
  static std::uint64_t root(std::uint64_t seed, Stream stream) { return Hash::mix(seed * step + static_cast<std::uint64_t>(stream)); }
  Draws(std::uint64_t root, std::uint64_t counter) : key_(Hash::mix(root ^ (counter * 0xD1342543DE82EF95ull))) {}
  std::uint64_t key_;
};

// A stream of a seed, of which draws are taken count by count.
class Series {
public:
  Series(std::uint64_t seed, Stream stream) : root_(Draws::root(seed, stream)) {}
  Draws operator[](std::uint64_t counter) const { return {root_, counter}; }

private:
  std::uint64_t root_;
};

} // namespace lob::sim

// A running 64-bit hash of numbers: the same from every build and on every machine.
#pragma once

#include <cstdint>

namespace lob {

class Hash {
public:
  Hash& add(std::uint64_t number) {
    state_ = mix(state_ ^ (number + 0x9E3779B97F4A7C15ull));
    return *this;
  }
  std::uint64_t value() const { return state_; }

  static constexpr std::uint64_t mix(std::uint64_t z) { // the splitmix64 finaliser
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

private:
  std::uint64_t state_ = 0;
};

} // namespace lob

// When events come and of which type: a Hawkes process of four types with three exponential kernels.
//
// Each event raises the rates for a while, its own type's above all. The matrix of who excites whom is balanced: with it any mean
// rates are reached with positive base rates (1 - n) x rate, n being the sum of the branching ratios; market orders may follow less
// by the first kernel, and come by themselves the more. Where takers have a curve of their own, the base rates of each moment are
// those from which the rates that the curves ask for follow; a curve so far from the other that a base rate would be negative is
// refused, not cut off.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "lob/sim/config.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/maths.hpp"

namespace lob::sim {

struct Arrival {
  double t; // seconds after the open
  Type type;
};

class Arrivals {
public:
  explicit Arrivals(const Config& config);
  std::optional<Arrival> next() { // none: the session is over
    while (taken_ == found_) {
      if (over_) return std::nullopt;
      look_ahead();
    }
    return ahead_[taken_++];
  }

private:
  static constexpr std::size_t kernels = 3, block = 64;
  static_assert(types == 4);
  using Rates = std::array<Two, 2>; // by type, two beside each other
  using Excited = std::array<Rates, kernels>;
  void look_ahead();
  bool enter_next_bin(); // false: there is none

  Series candidates_;
  std::uint64_t proposed_ = 0;
  double session_s_, t_ = 0, bin_end_ = 0;
  std::size_t bin_ = 0;
  std::vector<Rates> bases_;
  std::array<double, kernels> beta_;
  std::array<Excited, types + 1> jump_{}; // by the event's type; the last, of a proposal that is none, is zero
  Excited excited_;
  bool over_ = false;
  std::array<Arrival, block> ahead_;
  std::size_t found_ = 0, taken_ = 0; // of those
};

} // namespace lob::sim

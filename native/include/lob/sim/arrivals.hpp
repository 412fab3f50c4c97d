// When events come and of which type: a Hawkes process of four types with three exponential kernels.
//
// Each event raises the rates for a while, its own type's above all. The matrix of who excites whom is balanced: with it any mean
// rates are reached with positive base rates (1 - n) x rate, n being the sum of the branching ratios. Where takers have a curve of
// their own, the base rates of each moment are those from which the rates that the curves ask for follow; a curve so far from the
// other that a base rate would be negative is refused, not cut off.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "lob/sim/config.hpp"
#include "lob/sim/draws.hpp"

namespace lob::sim {

struct Arrival {
  double t; // seconds after the open
  Type type;
};

class Arrivals {
public:
  explicit Arrivals(const Config& config);
  std::optional<Arrival> next(); // none: the session is over

private:
  static constexpr std::size_t kernels = 3;
  void decay(double dt);
  void enter_bin();
  PerType rates() const;

  Series candidates_;
  std::uint64_t proposed_ = 0;
  double session_s_, t_ = 0, bin_end_ = 0;
  std::size_t bin_ = 0;
  PerType base_{}; // of the bin
  std::vector<PerType> bases_;
  std::array<double, kernels> beta_;
  std::array<std::array<PerType, types>, kernels> jump_; // [kernel][event's type][excited type]
  std::array<PerType, kernels> excited_;
};

} // namespace lob::sim

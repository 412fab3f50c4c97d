// The flow response: how trades move the makers' fair value, and how that is forgotten.
//
//   I(t) = impact_bps * 1e-4 * start * [ sum_k background_k J_k  +  sum_accounts sum_k own_k sgn(J_k) |J_k|^exponent ]
//
// J_k is signed volume in parts of ADV, forgotten with time constant memory_k; the last is never forgotten. The background's J takes
// the sizes that were intended, times the liveliness of that moment, an account's J what it executed. The power stands on the forgotten volume, h(EMA(q)): in that form no
// round trip earns money where a child pays the mean of the impact before and after it; EMA(h(q)) can be cheated.
#pragma once

#include <array>
#include <vector>

#include "lob/sim/config.hpp"

namespace lob::sim {

constexpr std::size_t accounts = 8; // own accounts with a response of their own; all further ones share the last

class Impact {
public:
  explicit Impact(const Config& config);
  void background(double t, double signed_lots);
  void own(double t, Owner account, double signed_lots); // account >= 1
  double value(double t);                                // ticks
  double concave(double volume) const;                   // sgn(J) |J|^exponent

private:
  void advance(double t);
  double response(const PerMemory& flow) const;

  double liveliness(double t) const;

  std::vector<double> lively_; // by bin: root of the day's variance over its activity, so that flow makes as much of the former
  double unit_, per_lot_, exponent_, t_ = 0, value_ = 0;
  std::array<double, memories - 1> memory_;
  PerMemory linear_, weights_, background_{};
  bool anonymous_, stale_ = false;
  std::array<PerMemory, accounts> flows_{};
  std::size_t used_ = 0; // accounts that have traded are below it
};

} // namespace lob::sim

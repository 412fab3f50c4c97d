// The latent efficient price: what the market would be worth without any order, on a grid of a quarter of a second.
#pragma once

#include <vector>

#include "lob/sim/config.hpp"

namespace lob::sim {

class Latent {
public:
  explicit Latent(const Config& config);
  double value(double t) const;               // ticks, t seconds after the open; held constant outside the session
  double width(double t) const;               // by how much wider than usual makers quote
  static constexpr double step_s = 0.25;

private:
  std::vector<double> values_;
  std::vector<float> widths_;
};

} // namespace lob::sim

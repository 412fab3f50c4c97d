// A curve of the day: weights of equal parts, interpolated between their centres, with mean 1.
#pragma once

#include <vector>

#include "lob/sim/config.hpp"

namespace lob::sim {

constexpr double bin_s = 10; // seconds over which a curve is held constant

std::vector<double> per_bin(const Curve& parts, double session_s);

} // namespace lob::sim

// The latent price and the curves of the day.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lob/sim/curve.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/latent.hpp"
#include "lob/sim/maths.hpp"

namespace lob::sim {

std::vector<double> per_bin(const Curve& parts, double session_s) {
  const auto bins = static_cast<std::size_t>(std::ceil(session_s / bin_s));
  std::vector<double> out(bins);
  // Interpolated, a curve has the mean of its parts: so what holds between two curves holds on every day, however long.
  const double mean = std::accumulate(parts.begin(), parts.end(), 0.0) / static_cast<double>(parts.size());
  const auto last = static_cast<double>(parts.size() - 1);
  for (std::size_t i = 0; i < bins; ++i) {
    const double at = (static_cast<double>(i) + 0.5) * bin_s / session_s * static_cast<double>(parts.size()) - 0.5;
    const double place = std::clamp(at, 0.0, last);
    const auto left = static_cast<std::size_t>(place);
    const std::size_t right = std::min(left + 1, parts.size() - 1);
    const double part = place - static_cast<double>(left);
    out[i] = (parts[left] * (1 - part) + parts[right] * part) / mean;
  }
  return out;
}

namespace {

// A stationary Ornstein-Uhlenbeck process of variance 1, seen on the grid.
struct Wave {
  double keep, kick, x;

  Wave(double tau_s, double first) : keep(exp(-Latent::step_s / tau_s)), kick(std::sqrt(1 - keep * keep)), x(first) {}
  void step(double normal) { x = keep * x + kick * normal; }
};

constexpr double slow_s = 1'800, fast_s = 90, slow_share = 0.8, fast_share = 0.6; // shares: squares sum to 1

} // namespace

Latent::Latent(const Config& config) {
  const double session_s = static_cast<double>(config.close - config.open) * 1e-9;
  const std::vector<double> variance = per_bin(config.variance, session_s);
  const auto start = static_cast<double>(config.start);
  const double sigma = config.value_bps * 1e-4 * start * std::sqrt(step_s / usual_day);
  const double drift = config.drift_bps * 1e-4 * start * step_s / usual_day;
  const double calm = 1 / std::sqrt(1 + config.jump_chance * (config.jump_size * config.jump_size - 1));
  const auto steps = static_cast<std::size_t>(std::ceil(session_s / step_s)) + 1;
  const double floor = start / 4;
  const Draws first(config.seed, Stream::value, 0);
  Wave slow(slow_s, first.normal(10)), fast(fast_s, first.normal(12));
  values_.reserve(steps);
  widths_.reserve(steps);
  double value = start;
  for (std::size_t i = 0; i < steps; ++i) {
    const auto bin = std::min(static_cast<std::size_t>(static_cast<double>(i) * step_s / bin_s), variance.size() - 1);
    const double pace =
        exp(config.volvol * (slow_share * slow.x + fast_share * fast.x) - config.volvol * config.volvol) * std::sqrt(variance[bin]);
    values_.push_back(value);
    widths_.push_back(static_cast<float>(config.width_power == 0.5 ? std::sqrt(pace) : pow(pace, config.width_power)));
    const Draws draws(config.seed, Stream::value, i + 1);
    const double jump = draws.uniform(2) < config.jump_chance ? config.jump_size : 1.0;
    value = std::max(value + sigma * pace * draws.normal(0) * jump * calm + drift, floor);
    slow.step(draws.normal(3));
    fast.step(draws.normal(5));
  }
}

double Latent::value(double t) const {
  const double place = std::clamp(t / step_s, 0.0, static_cast<double>(values_.size() - 1));
  const auto left = static_cast<std::size_t>(place);
  if (left + 1 >= values_.size()) return values_.back();
  return values_[left] + (values_[left + 1] - values_[left]) * (place - static_cast<double>(left));
}

double Latent::width(double t) const {
  const double place = std::clamp(t / step_s, 0.0, static_cast<double>(widths_.size() - 1));
  return static_cast<double>(widths_[static_cast<std::size_t>(place)]);
}

} // namespace lob::sim

// The flow response: states that are forgotten, a linear part for the market's flow and a concave one for each own account.
#include "lob/sim/impact.hpp"

#include <algorithm>
#include <cmath>

#include "lob/sim/curve.hpp"
#include "lob/sim/maths.hpp"

namespace lob::sim {
namespace {
constexpr double lazy_s = 0.02; // the response may be this old
} // namespace

Impact::Impact(const Config& config)
    : unit_(config.impact_bps * 1e-4 * static_cast<double>(config.start)), per_lot_(1 / config.adv), exponent_(config.exponent),
      memory_(config.memory), linear_(config.background), weights_(config.own), anonymous_(config.anonymous) {
  const double session_s = static_cast<double>(config.close - config.open) * 1e-9;
  const auto takers = per_bin(config.taker_activity, session_s);
  lively_ = per_bin(config.variance, session_s);
  for (std::size_t bin = 0; bin < lively_.size(); ++bin) lively_[bin] = std::sqrt(lively_[bin] / takers[bin]);
}

double Impact::liveliness(double t) const { return lively_[std::min(static_cast<std::size_t>(t / bin_s), lively_.size() - 1)]; }

void Impact::advance(double t) {
  const double dt = t - t_;
  if (dt <= 0) return;
  t_ = t;
  stale_ = true;
  for (std::size_t k = 0; k + 1 < memories; ++k) {
    const double keep = exp(-dt / memory_[k]);
    background_[k] *= keep;
    for (std::size_t account = 0; account < used_; ++account) flows_[account][k] *= keep;
  }
}

void Impact::background(double t, double signed_lots) {
  advance(t);
  stale_ = true;
  const double lively = liveliness(t);
  if (anonymous_) used_ = 1;
  for (double& flow : anonymous_ ? flows_[0] : background_) flow += signed_lots * per_lot_ * lively;
}

void Impact::own(double t, Owner account, double signed_lots) {
  advance(t);
  stale_ = true;
  const std::size_t group = anonymous_ ? 0 : std::min<std::size_t>(account, accounts) - 1;
  used_ = std::max(used_, group + 1);
  for (double& flow : flows_[group]) flow += signed_lots * per_lot_;
}

double Impact::concave(double volume) const { return volume < 0 ? -pow(-volume, exponent_) : pow(volume, exponent_); }

double Impact::response(const PerMemory& flow) const {
  double sum = 0;
  for (std::size_t k = 0; k < memories; ++k) sum += weights_[k] * concave(flow[k]);
  return sum;
}

double Impact::value(double t) {
  if (t - t_ >= lazy_s) advance(t);
  if (!stale_) return value_;
  stale_ = false;
  double sum = 0;
  for (std::size_t k = 0; k < memories; ++k) sum += linear_[k] * background_[k];
  for (std::size_t account = 0; account < used_; ++account) sum += response(flows_[account]);
  value_ = unit_ * sum;
  return value_;
}

} // namespace lob::sim

// Arrivals by thinning: between two events the rates only fall, so a proposal at the present rate is never too seldom.
//
// Nothing here depends on the book, so a block of proposals is looked at ahead of time. Each waits for the rates that the one before it
// left, a chain that a core cannot do side by side; what is not in it, the logarithms, is done before, and nothing in it is guessed:
// what a proposal is comes from four comparisons and a table, without a branch.
#include "lob/sim/arrivals.hpp"

#include <algorithm>
#include <stdexcept>

#include "lob/sim/curve.hpp"

namespace lob::sim {
namespace {

Two pair(const PerType& of, std::size_t half) { return Two{of[2 * half], of[2 * half + 1]}; }

} // namespace

Arrivals::Arrivals(const Config& config)
    : candidates_(config.seed, Stream::arrival), session_s_(static_cast<double>(config.close - config.open) * 1e-9), beta_(config.decay) {
  const PerType& r = config.rates;
  const PerType& self = config.self_share;
  double others = 0;
  for (std::size_t i = 0; i < types; ++i) others += (1 - self[i]) * r[i];
  std::array<PerType, kernels> ratio; // of each type: market orders follow less at once, and by themselves the more
  PerType sum{};
  for (std::size_t k = 0; k < kernels; ++k) {
    for (std::size_t i = 0; i < types; ++i) {
      ratio[k][i] = config.branching[k] * (k == 0 && i == 0 ? config.taker_excitation : 1);
      sum[i] += ratio[k][i];
    }
  }
  std::array<PerType, types> share; // [event's type][excited type]; sum_j r_j share_ji = r_i
  for (std::size_t j = 0; j < types; ++j) {
    for (std::size_t i = 0; i < types; ++i) {
      share[j][i] = (i == j ? self[j] : 0) + (1 - self[j]) * (1 - self[i]) * r[i] / others;
    }
    for (std::size_t k = 0; k < kernels; ++k) {
      for (std::size_t half = 0; half < 2; ++half) jump_[j][k][half] = pair(ratio[k], half) * beta_[k] * pair(share[j], half);
    }
  }
  const auto activity = per_bin(config.activity, session_s_), takers = per_bin(config.taker_activity, session_s_);
  for (std::size_t bin = 0; bin < activity.size(); ++bin) {
    PerType base;
    for (std::size_t i = 0; i < types; ++i) {
      double excited = 0;
      for (std::size_t j = 0; j < types; ++j) excited += share[j][i] * r[j] * (j == 0 ? takers : activity)[bin];
      base[i] = r[i] * (i == 0 ? takers : activity)[bin] - sum[i] * excited;
      if (!(base[i] > 0)) throw std::invalid_argument("taker_activity must be near enough to activity: no base rate gives both");
    }
    bases_.push_back({pair(base, 0), pair(base, 1)});
  }
  for (std::size_t k = 0; k < kernels; ++k) {
    PerType usual;
    for (std::size_t i = 0; i < types; ++i) usual[i] = ratio[k][i] * r[i] * (i == 0 ? takers : activity)[0];
    excited_[k] = {pair(usual, 0), pair(usual, 1)};
  }
  bin_end_ = std::min(bin_s, session_s_);
}

bool Arrivals::enter_next_bin() {
  over_ = bin_end_ >= session_s_;
  if (over_) return false;
  t_ = bin_end_;
  ++bin_;
  bin_end_ = std::min(static_cast<double>(bin_ + 1) * bin_s, session_s_);
  return true;
}

void Arrivals::look_ahead() {
  found_ = taken_ = 0;
  std::array<double, block> wait, part; // of the mean wait, and of the rates at the time of the proposal
  for (std::size_t n = 0; n < block; ++n) {
    const Draws draws = candidates_[proposed_ + n];
    wait[n] = draws.uniform(0);
    part[n] = draws.uniform(1);
  }
  for (double& of : wait) of = -log(of);
  proposed_ += block;

  Excited excited = excited_;
  Rates base = bases_[bin_];
  const auto rates = [&] {
    Rates sums = base;
    for (const Rates& of_kernel : excited) {
      for (std::size_t half = 0; half < 2; ++half) sums[half] += of_kernel[half];
    }
    return sums;
  };
  const auto decay = [&](double dt) {
    const Two fast = exp(Two{-beta_[0] * dt, -beta_[1] * dt}), slow = exp(Two{-beta_[2] * dt, 0});
    const double keep[kernels] = {fast[0], fast[1], slow[0]};
    for (std::size_t k = 0; k < kernels; ++k) {
      for (Two& rate : excited[k]) rate *= keep[k];
    }
  };
  for (std::size_t n = 0; n < block; ++n) {
    const Rates before = rates();
    const double rate = before[0][0] + before[0][1] + before[1][0] + before[1][1], dt = wait[n] / rate;
    if (t_ + dt >= bin_end_) [[unlikely]] {
      decay(bin_end_ - t_);
      if (!enter_next_bin()) return;
      base = bases_[bin_];
      continue;
    }
    decay(dt);
    t_ += dt;
    const Rates now = rates(); // a part below the rates of now is an event, and is uniform there: it tells the type too
    const double first = part[n] * rate - now[0][0], second = first - now[0][1], third = second - now[1][0], fourth = third - now[1][1];
    const std::size_t type = std::size_t{first >= 0} + std::size_t{second >= 0} + std::size_t{third >= 0} + std::size_t{fourth >= 0};
    for (std::size_t k = 0; k < kernels; ++k) {
      for (std::size_t half = 0; half < 2; ++half) excited[k][half] += jump_[type][k][half];
    }
    ahead_[found_] = {t_, static_cast<Type>(type)};
    found_ += type < types ? 1 : 0;
  }
  excited_ = excited;
}

} // namespace lob::sim

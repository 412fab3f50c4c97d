// Arrivals by thinning: between two events the rates only fall, so a proposal at the present rate is never too seldom.
#include "lob/sim/arrivals.hpp"

#include <algorithm>
#include <stdexcept>

#include "lob/sim/curve.hpp"
#include "lob/sim/maths.hpp"

namespace lob::sim {

Arrivals::Arrivals(const Config& config)
    : candidates_(config.seed, Stream::arrival), session_s_(static_cast<double>(config.close - config.open) * 1e-9), beta_(config.decay) {
  const PerType& r = config.rates;
  const PerType& self = config.self_share;
  double others = 0, ratio = 0;
  for (std::size_t i = 0; i < types; ++i) others += (1 - self[i]) * r[i];
  for (const double n : config.branching) ratio += n;
  std::array<PerType, types> share; // [event's type][excited type]; sum_j r_j share_ji = r_i
  for (std::size_t j = 0; j < types; ++j) {
    for (std::size_t i = 0; i < types; ++i) {
      share[j][i] = (i == j ? self[j] : 0) + (1 - self[j]) * (1 - self[i]) * r[i] / others;
      for (std::size_t k = 0; k < kernels; ++k) jump_[k][j][i] = config.branching[k] * beta_[k] * share[j][i];
    }
  }
  const auto activity = per_bin(config.activity, session_s_), takers = per_bin(config.taker_activity, session_s_);
  for (std::size_t bin = 0; bin < activity.size(); ++bin) {
    PerType base;
    for (std::size_t i = 0; i < types; ++i) {
      double excited = 0;
      for (std::size_t j = 0; j < types; ++j) excited += share[j][i] * r[j] * (j == 0 ? takers : activity)[bin];
      base[i] = r[i] * (i == 0 ? takers : activity)[bin] - ratio * excited;
      if (!(base[i] > 0)) throw std::invalid_argument("taker_activity must be near enough to activity: no base rate gives both");
    }
    bases_.push_back(base);
  }
  for (std::size_t k = 0; k < kernels; ++k) {
    for (std::size_t i = 0; i < types; ++i) excited_[k][i] = config.branching[k] * r[i] * (i == 0 ? takers : activity)[0];
  }
  enter_bin();
}

void Arrivals::enter_bin() {
  base_ = bases_[bin_];
  bin_end_ = std::min(static_cast<double>(bin_ + 1) * bin_s, session_s_);
}

void Arrivals::decay(double dt) {
  static_assert(kernels == 3);
  const Two first = exp(Two{-beta_[0] * dt, -beta_[1] * dt});
  const std::array<double, kernels> keep{first[0], first[1], exp(-beta_[2] * dt)};
  for (std::size_t k = 0; k < kernels; ++k) {
    for (double& rate : excited_[k]) rate *= keep[k];
  }
  t_ += dt;
}

PerType Arrivals::rates() const {
  PerType sums;
  for (std::size_t i = 0; i < types; ++i) sums[i] = base_[i] + excited_[0][i] + excited_[1][i] + excited_[2][i];
  return sums;
}

std::optional<Arrival> Arrivals::next() {
  while (true) {
    const Draws draws = candidates_[proposed_++];
    double rate = 0;
    for (const double of_type : rates()) rate += of_type;
    const double dt = -log(draws.uniform(0)) / rate;
    if (t_ + dt >= bin_end_) {
      decay(bin_end_ - t_);
      if (bin_end_ >= session_s_) return std::nullopt;
      t_ = bin_end_;
      ++bin_;
      enter_bin();
      continue;
    }
    decay(dt);
    double left = draws.uniform(1) * rate; // where it falls below the rates of now it is uniform there: it tells the type too
    const PerType now = rates();
    for (std::size_t i = 0; i < types; ++i) {
      left -= now[i];
      if (left >= 0) continue;
      for (std::size_t k = 0; k < kernels; ++k) {
        for (std::size_t m = 0; m < types; ++m) excited_[k][m] += jump_[k][i][m];
      }
      return Arrival{t_, static_cast<Type>(i)};
    }
  }
}

} // namespace lob::sim

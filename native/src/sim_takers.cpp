// Market orders: their signs and the sizes that their senders mean.
#include "lob/sim/takers.hpp"

#include <algorithm>
#include <cmath>

#include "lob/sim/maths.hpp"

namespace lob::sim {
namespace {
// Draws of a market order.
constexpr std::uint64_t repeats = 0, knows = 1, which = 2, length = 3, direction = 4, quantity = 5, how = 8, cap = 9;
constexpr std::int64_t longest = 1'000'000; // pieces of one large order

Side side_of(double move) { return move > 0 ? Side::buy : Side::sell; }
} // namespace

Sizes::Sizes(double typical, double sd, double typical_share) : typical_(typical), log_(log(typical)), sd_(sd), share_(typical_share) {}

Lots Sizes::lots(const Draws& draws, std::uint64_t draw) const {
  const double lots = draws.uniform(draw) < share_ ? typical_ : exp(log_ + sd_ * draws.normal(draw + 1));
  return std::max<Lots>(1, static_cast<Lots>(lots + 0.5));
}

Takers::Takers(const Config& config)
    : sizes_(config.market_size, config.market_size_sd, config.typical_share), sweep_(config.sweep), within_best_(config.within_best),
      persistence_(config.persistence), informed_(config.informed), lookahead_(config.lookahead),
      move_(config.threshold * config.value_bps * 1e-4 * static_cast<double>(config.start) *
            std::sqrt((config.lookahead + 1) / usual_day)),
      tail_(-1 / config.split_tail), splitters_(config.splitters) {}

Side Takers::side(const Draws& draws, double t, const Latent& latent) {
  if (draws.uniform(repeats) < persistence_) return last_;
  const double move = latent.value(t + lookahead_) - latent.value(t - 1);
  if (draws.uniform(knows) < informed_ && std::fabs(move) > move_) return side_of(move);
  Splitter& splitter = splitters_[draws.below(which, static_cast<std::uint32_t>(splitters_.size()))];
  if (splitter.left == 0) {
    splitter.left = static_cast<std::int64_t>(std::min(std::ceil(pow(draws.uniform(length), tail_)), static_cast<double>(longest)));
    splitter.side = side_of(draws.uniform(direction) - 0.5);
  }
  --splitter.left;
  return splitter.side;
}

Taker Takers::next(const Draws& draws, double t, const Latent& latent) {
  last_ = side(draws, t, latent);
  return {last_, sizes_.lots(draws, quantity), draws.uniform(how) < sweep_, draws.uniform(cap) < within_best_};
}

} // namespace lob::sim

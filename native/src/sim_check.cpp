// The rules of a simulated market's parameters.
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "lob/sim/arrivals.hpp"
#include "lob/sim/config.hpp"

namespace lob::sim {
namespace {

void require(bool holds, const char* field, const std::string& rule) {
  if (!holds) throw std::invalid_argument(std::string(field) + " must be " + rule);
}

// Within [low, high]; a number that is none is not.
void within(double value, double low, double high, const char* field, const char* range) {
  require(value >= low && value <= high, field, range);
}

void chance(double value, const char* field) { within(value, 0, 1, field, "a probability in [0, 1]"); }

void curve(const Curve& parts, const char* field) {
  require(!parts.empty() && parts.size() <= 1'000, field, "1 to 1000 weights");
  for (const double weight : parts) require(weight > 0 && weight <= 1e9, field, "of weights in (0, 1e9]");
}

void check_session(const Config& c) {
  constexpr Nanos second = 1'000'000'000, most_span = 2 * 86'400 * second;
  require(c.open >= 0 && c.close > c.open, "close", "after open");
  require(c.close - c.open <= most_span, "close", "at most two days after open");
  require(c.start >= 100 && c.start <= 100'000'000, "start", "in [100, 1e8] ticks");
  within(c.value_bps, 0, 2'000, "value_bps", "in [0, 2000]");
  within(c.drift_bps, -1e4, 1e4, "drift_bps", "in [-10000, 10000]");
  within(c.volvol, 0, 2, "volvol", "in [0, 2]");
  chance(c.jump_chance, "jump_chance");
  within(c.jump_size, 1, 100, "jump_size", "in [1, 100]");
}

void check_arrivals(const Config& c) {
  for (const double rate : c.rates) require(rate > 0 && rate <= 1'000, "rates", "in (0, 1000] a second");
  for (const double share : c.self_share) require(share >= 0 && share < 1, "self_share", "in [0, 1)");
  double ratio = 0;
  for (const double n : c.branching) {
    within(n, 0, 1, "branching", "of ratios in [0, 1]");
    ratio += n;
  }
  require(ratio < 0.99, "branching", "stable: ratios that sum to less than 0.99");
  for (const double beta : c.decay) within(beta, 1e-4, 1e5, "decay", "in [0.0001, 100000] a second");
  chance(c.taker_excitation, "taker_excitation");
  curve(c.activity, "activity");
  curve(c.taker_activity, "taker_activity");
  curve(c.variance, "variance");
}

void check_orders(const Config& c) {
  within(c.market_size, 1, 1e6, "market_size", "in [1, 1e6] lots");
  within(c.maker_size, 1, 1e6, "maker_size", "in [1, 1e6] lots");
  within(c.limit_size, 1, 1e6, "limit_size", "in [1, 1e6] lots");
  within(c.market_size_sd, 0, 2, "market_size_sd", "in [0, 2]");
  within(c.maker_size_sd, 0, 2, "maker_size_sd", "in [0, 2]");
  within(c.limit_size_sd, 0, 2, "limit_size_sd", "in [0, 2]");
  chance(c.typical_share, "typical_share");
  chance(c.within_best, "within_best");
  chance(c.sweep, "sweep");
  chance(c.persistence, "persistence");
  chance(c.informed, "informed");
  within(c.lookahead, 0, 3'600, "lookahead", "in [0, 3600] seconds");
  within(c.threshold, 0, 100, "threshold", "in [0, 100]");
  within(c.split_tail, 0.5, 10, "split_tail", "in [0.5, 10]");
  require(c.splitters >= 1 && c.splitters <= 10'000, "splitters", "in [1, 10000]");
}

void check_makers(const Config& c) {
  require(c.makers >= 1 && c.makers <= 100, "makers", "in [1, 100]");
  require(c.levels >= 1 && c.levels <= 20, "levels", "in [1, 20]");
  require(c.reacting <= 20, "reacting", "in [0, 20]");
  within(c.half_spread, 0, 1e5, "half_spread", "in [0, 100000] ticks");
  within(c.gap, 0, 1e5, "gap", "in [0, 100000] ticks");
  within(c.tolerance, 0, 1e5, "tolerance", "in [0, 100000] ticks");
  within(c.opinion, 0, 1e5, "opinion", "in [0, 100000] ticks");
  within(c.snipe, 0, 1e5, "snipe", "in [0, 100000] ticks");
  chance(c.refresh, "refresh");
  within(c.lag, 0, 60, "lag", "in [0, 60] seconds");
  within(c.width_power, 0, 2, "width_power", "in [0, 2]");
  within(c.crowding, 0, 100, "crowding", "in [0, 100]");
  chance(c.crowding_chance, "crowding_chance");
  within(c.inventory_limit, 1, 1e9, "inventory_limit", "in [1, 1e9] lots");
  within(c.skew, 0, 1e5, "skew", "in [0, 100000] ticks");
  within(c.inventory_decay, 1, 1e6, "inventory_decay", "in [1, 1e6] seconds");
}

void check_noise(const Config& c) {
  require(c.slots >= 10 && c.slots <= 100'000, "slots", "in [10, 100000]");
  require(c.near_slots >= 1 && c.near_slots < c.slots, "near_slots", "at least 1 and fewer than slots");
  chance(c.near_cancels, "near_cancels");
  chance(c.improve, "improve");
  require(c.improve_from >= 1 && c.improve_from < 2 * c.half_spread + 1, "improve_from", "at least 1 tick and below 2 half_spread + 1");
  chance(c.improve_by, "improve_by");
  chance(c.at_best, "at_best");
  within(c.hidden, 0, 0.9, "hidden", "in [0, 0.9]");
  within(c.behind, 0.01, 1e4, "behind", "in [0.01, 10000] ticks");
}

void check_auctions(const Config& c) {
  require(c.auctions == "none" || c.auctions == "open" || c.auctions == "close" || c.auctions == "both", "auctions",
          "none, open, close or both");
  within(c.call, 1, 600, "call", "in [1, 600] seconds");
  require(c.auctions == "none" || c.call * 4e9 <= static_cast<double>(c.close - c.open), "call", "at most a quarter of the session");
  for (const double share : c.auction_share) require(share > 0 && share <= 1, "auction_share", "of shares in (0, 1]");
}

void check_venues(const Config& c) {
  double sum = 0;
  require(c.venue_shares.size() <= 8, "venue_shares", "at most 8");
  for (const double share : c.venue_shares) {
    require(share > 0 && share <= 1, "venue_shares", "in (0, 1]");
    sum += share;
  }
  require(c.venue_shares.empty() || std::fabs(sum - 1) < 1e-6, "venue_shares", "shares that sum to 1");
  within(c.dark_share, 0, 10, "dark_share", "in [0, 10]");
  within(c.patience, 0.1, 1e5, "patience", "in [0.1, 100000] seconds");
  within(c.reaction, 1e-6, 60, "reaction", "in [0.000001, 60] seconds");
}

void check_response(const Config& c) {
  within(c.adv, 1, 1e12, "adv", "in [1, 1e12] lots");
  within(c.impact_bps, 0, 2'000, "impact_bps", "in [0, 2000]");
  within(c.exponent, 0.1, 1, "exponent", "in [0.1, 1]");
  chance(c.passive_weight, "passive_weight");
  for (const double tau : c.memory) within(tau, 0.1, 1e6, "memory", "in [0.1, 1e6] seconds");
  for (const double weight : c.background) within(weight, 0, 1e4, "background", "of weights in [0, 10000]");
  for (const double weight : c.own) within(weight, 0, 100, "own", "of weights in [0, 100]");
}

} // namespace

void check(const Config& config) {
  check_session(config);
  check_arrivals(config);
  check_orders(config);
  check_makers(config);
  check_noise(config);
  check_auctions(config);
  check_venues(config);
  check_response(config);
  const Arrivals arrivals(config); // which refuses curves that no base rates give
}

} // namespace lob::sim

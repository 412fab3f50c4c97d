// What a simulated market is made of: the parameters of one day, and the rules that they keep.
//
// Times are seconds, prices ticks, quantities lots, volatilities basis points of the opening price in a day of 23,400 seconds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lob/types.hpp"

namespace lob::sim {

constexpr double usual_day = 23'400; // seconds that volatilities and volumes of "a day" refer to
constexpr std::size_t types = 4;     // of events: market orders, noise limit orders, noise cancels, maker quotes
constexpr std::size_t memories = 5;  // of the flow response: four that are forgotten, one that is not
enum class Type : std::uint8_t { market = 0, limit = 1, cancel = 2, quote = 3 };

using PerType = std::array<double, types>;
using PerMemory = std::array<double, memories>;
using Curve = std::vector<double>; // weights of equal parts of the session

struct Config {
  std::uint64_t seed = 1;
  Nanos open = 0, close = 0;
  Ticks start = 57'000;

  // The latent price
  double value_bps = 48, drift_bps = 0, volvol = 0.9, jump_chance = 0.01, jump_size = 5;
  Curve variance{.245, .12, .064, .065, .048, .05, .044, .041, .066, .037, .054, .057, .11};

  // Arrivals
  PerType rates{1.8, 9, 11, 11}, self_share{.75, .35, .35, .35};
  std::array<double, 3> branching{.75, .14, .05}, decay{1'000, 1, .02};
  double taker_excitation = 1;
  Curve activity{.120, .097, .070, .076, .065, .060, .045, .042, .055, .059, .055, .092, .164};
  Curve taker_activity{.106, .089, .067, .068, .061, .060, .043, .041, .050, .066, .054, .086, .26};

  // Market orders
  double market_size = 100, market_size_sd = .7, typical_share = .45, within_best = .9, sweep = .5;
  double persistence = .6, informed = .5, lookahead = 20, threshold = .3, split_tail = 1.6;
  std::uint32_t splitters = 12;

  // Market makers
  std::uint32_t makers = 4, levels = 3, reacting = 4;
  double maker_size = 75, maker_size_sd = .4, half_spread = 15, gap = 6, tolerance = 1, opinion = 3, snipe = 7, refresh = .25, lag = .3;
  double width_power = .5, crowding = .6, crowding_chance = .8, inventory_limit = 1'500, skew = 3, inventory_decay = 300;

  // Noise orders
  std::uint32_t slots = 128, near_slots = 12;
  double limit_size = 75, limit_size_sd = .4, near_cancels = .5, improve = .25, improve_from = 4, improve_by = .4, at_best = .16, behind = 25;
  double hidden = 0;

  // Auctions
  std::string auctions = "none"; // open, close or both
  double call = 60;
  std::array<double, 2> auction_share{.02, .07}; // of adv, at the open and at the close

  // Venues
  std::vector<double> venue_shares; // of the flow, by lit venue; empty: there is one, with all of it
  double dark_share = 0;            // orders of a dark pool a market order; 0: there is none
  double patience = 60, reaction = .005;

  // The flow response
  double adv = 4'200'000, impact_bps = 100, exponent = .6, passive_weight = .5;
  std::array<double, memories - 1> memory{8, 90, 900, 5'400};
  PerMemory background{50, 14, 4, 3, 16}, own{.6, .6, .6, .5, .95};
  bool anonymous = false; // the concave response is to all flow together, instead of to each own account
};

// Floors that the market moves: its lit venues, then the dark pool where it has one.
inline std::size_t lit_floors(const Config& config) { return config.venue_shares.empty() ? 1 : config.venue_shares.size(); }
inline std::size_t all_floors(const Config& config) { return lit_floors(config) + (config.dark_share > 0 ? 1 : 0); }

// Throws std::invalid_argument, "<field> must be <rule>": the first rule that does not hold.
void check(const Config& config);

} // namespace lob::sim

// The split of an order between the market and the queues of several venues that costs least over scenarios. Pure; no dice.
#pragma once

#include <cstddef>
#include <vector>

namespace lob {

// The cost of a split (M; L_1 ... L_K), after Cont and Kukanov, with a constant left out:
//
//   taking M + missing E(S - M - sum fill_k)+ + sum_k [fee_k E fill_k + impact L_k],   fill_k = min(room_k, L_k)
//
// The first two terms are convex together; fee_k > 0 bends the cost down in L_k, so that it has several local minima.
struct SplitTerms {
  double shares{};           // S > 0
  double taking{};           // of a share taken
  double missing{};          // of a share short, >= 0
  double impact{};           // of a share shown, >= 0
  std::vector<double> fees;  // of a share filled at each venue, beside what it spares: K of them, of either sign
};

struct Split {
  double market{};             // M, shares to take now
  std::vector<double> limits;  // L_k, shares to rest at each venue
  double cost{};               // in the units of the terms
};

// The cheapest split found with 0 <= M, L_k <= S. room: what an order of any size would get, venue by venue, `scenarios` of each;
// weights: of the scenarios, >= 0, sum 1. A coarse enumeration of all splits on few scenarios finds the valleys; exchanges of
// ever smaller parcels between any two places, on more scenarios and at the end on all, find the floors of the best of them.
// The same input gives the same bytes. Throws std::invalid_argument for an empty or misshapen input.
Split cheapest_split(const SplitTerms& terms, const std::vector<double>& room, const std::vector<double>& weights);

// What a split costs, in the same units.
double split_cost(const SplitTerms& terms, const std::vector<double>& room, const std::vector<double>& weights, double market,
                  const std::vector<double>& limits);

}  // namespace lob

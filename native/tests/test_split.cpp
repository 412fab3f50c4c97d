// The split of an order: never dearer than any split of a fine grid, whatever the sign of fees and penalties, and reproducible.
#include <cstdint>
#include <stdexcept>

#include "check.hpp"
#include "lob/split.hpp"

using namespace lob;

namespace {

struct Dice {
  std::uint64_t state;
  double operator()(double low, double high) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return low + (high - low) * static_cast<double>(state >> 11) / 9007199254740992.0;
  }
};

struct Case {
  SplitTerms terms;
  std::vector<double> room, weights;
};

Case drawn(std::uint64_t seed, std::size_t venues, std::size_t scenarios) {
  Dice dice{seed * 7919 + 1};
  const double over = dice(0, 0.08), spread = dice(0, 0.02);
  Case made{{1000, spread + dice(-0.002, 0.004) + over, dice(0, 0.08) + over, dice(0, 0.001), {}}, {}, {}};
  for (std::size_t k = 0; k < venues; ++k) {
    made.terms.fees.push_back(over - spread - dice(-0.002, 0.004));
    const double most = dice(-500, 2500);
    for (std::size_t i = 0; i < scenarios; ++i) {
      const double left = dice(-500, 500) + dice(0, 1) * most;
      made.room.push_back(left > 0 ? left : 0);
    }
  }
  made.weights.assign(scenarios, 1.0 / static_cast<double>(scenarios));
  return made;
}

void no_split_of_a_grid_costs_less() {
  constexpr int parts = 10;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Case c = drawn(seed, 2, 40);
    const Split found = cheapest_split(c.terms, c.room, c.weights);
    for (int m = 0; m <= parts; ++m)
      for (int a = 0; a <= parts; ++a)
        for (int b = 0; b <= parts; ++b) {
          const double cost = split_cost(c.terms, c.room, c.weights, 100.0 * m, {100.0 * a, 100.0 * b});
          CHECK(found.cost <= cost + 1e-3 * c.terms.shares * c.terms.missing);
        }
  }
}

void what_it_says_it_costs_it_costs() {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Case c = drawn(seed, 4, 300);
    const Split found = cheapest_split(c.terms, c.room, c.weights);
    const double cost = split_cost(c.terms, c.room, c.weights, found.market, found.limits);
    CHECK(cost - found.cost < 1e-9 && found.cost - cost < 1e-9);
    CHECK(found.market >= 0 && found.market <= c.terms.shares);
    for (const double limit : found.limits) CHECK(limit >= 0 && limit <= c.terms.shares);
    const Split again = cheapest_split(c.terms, c.room, c.weights);
    CHECK(again.market == found.market && again.limits == found.limits && again.cost == found.cost);
  }
}

void a_valley_beyond_a_ridge_is_found() {
  // Venue two is certain to fill: with all of the order there, resting half of it at venue one as well lies on a ridge.
  const SplitTerms terms{1000, 0.063, 0.1, 0, {0.038, 0.038}};
  const std::vector<double> room{0, 400, 0, 2000, 5000, 5000, 5000, 5000}, weights(4, 0.25);
  const Split found = cheapest_split(terms, room, weights);
  CHECK(found.cost <= split_cost(terms, room, weights, 0, {0, 1000}) + 1e-6);
}

void a_misshapen_input_is_refused() {
  const SplitTerms terms{1000, 0.06, 0.1, 0, {0.04}};
  CHECK_THROWS(std::invalid_argument, cheapest_split({1000, 0.06, 0.1, 0, {}}, {}, {1.0}));
  CHECK_THROWS(std::invalid_argument, cheapest_split(terms, {1.0}, {}));
  CHECK_THROWS(std::invalid_argument, cheapest_split(terms, {1.0}, {0.5, 0.5}));
  CHECK_THROWS(std::invalid_argument, cheapest_split({0, 0.06, 0.1, 0, {0.04}}, {1.0}, {1.0}));
}

}  // namespace

int main() {
  return check::run({
      CLAIM(no_split_of_a_grid_costs_less),
      CLAIM(what_it_says_it_costs_it_costs),
      CLAIM(a_valley_beyond_a_ridge_is_found),
      CLAIM(a_misshapen_input_is_refused),
  });
}

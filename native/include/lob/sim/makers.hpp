// Market makers: each quotes both sides on a few levels around what it holds the asset to be worth.
//
//   F = latent value a moment ago + flow response + its own opinion - skew * tanh(inventory / limit)
//
// Before it quotes, noise orders that stand too near to F are withdrawn by their owners, and what stands through F is taken.
#pragma once

#include <vector>

#include "lob/sim/config.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/impact.hpp"
#include "lob/sim/latent.hpp"
#include "lob/sim/orders.hpp"
#include "lob/sim/takers.hpp"

namespace lob::sim {

class Makers {
public:
  explicit Makers(const Config& config);
  std::uint32_t places() const { return static_cast<std::uint32_t>(makers_.size()) * levels_ * 2; } // ids 1 to that

  void open(Venue& venue, Orders& orders, std::uint64_t seed, double value);
  void event(Venue& venue, Orders& orders, const Draws& draws, double t, const Latent& latent, Impact& impact);
  void react(Venue& venue, Orders& orders, const Draws& draws, double t, const Latent& latent, Impact& impact); // to a market order

private:
  struct Maker {
    double opinion = 0, inventory = 0, seen = 0; // seconds of the last look at its inventory
    std::vector<Lots> resting;                   // in its places, as far as it knows
  };
  OrderId id(std::uint32_t maker, std::uint32_t level, Side side) const;
  std::uint32_t level_of(double u) const;
  double look(const Venue& venue, std::uint32_t m, double t, const Latent& latent, Impact& impact);
  void clear(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, double fair);
  void clear_side(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, double fair, Side side);
  void both(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, double fair, double width);
  void quote(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, std::uint32_t level, Side side,
             double fair, double width);

  Sizes sizes_;
  std::vector<Maker> makers_;
  std::uint32_t levels_, reacting_;
  double half_spread_, gap_, tolerance_, opinion_, snipe_, refresh_, lag_, crowding_, crowding_chance_;
  double limit_, skew_, decay_;
};

} // namespace lob::sim

// Noise orders: placed around the touch without a view, withdrawn without a reason.
#pragma once

#include "lob/sim/config.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/orders.hpp"
#include "lob/sim/takers.hpp"

namespace lob::sim {

// Places come in two pools: those at the touch or inside live about a second, those behind one to two minutes.
class Noise {
public:
  Noise(const Config& config, std::uint32_t first); // its ids begin at `first`
  std::uint32_t places() const { return slots_ + unseen_; }
  std::uint32_t unseen() const { return unseen_; } // the last places, of orders that are not shown

  void open(Venue& venue, Orders& orders, std::uint64_t seed, double value);
  void add(Venue& venue, Orders& orders, const Draws& draws, double value); // value: where the market is, should a side be empty
  void withdraw(Venue& venue, Orders& orders, const Draws& draws);

private:
  void hide(Venue& venue, Orders& orders, const Draws& draws, Side side, Ticks low, Ticks high);

  Sizes sizes_;
  std::uint32_t first_, slots_, near_, unseen_;
  double near_cancels_, improve_, improve_from_, improve_by_, at_best_, behind_, half_spread_, hidden_;
};

} // namespace lob::sim

// Noise orders: where they are placed, and which of them are withdrawn.
#include "lob/sim/noise.hpp"

#include <algorithm>
#include <cmath>

#include "lob/sim/maths.hpp"

namespace lob::sim {
namespace {
constexpr std::uint64_t side_drawn = 0, manner = 1, depth = 2, slot = 3, pool = 4, quantity = 5, // draws of an order or a cancel
                        shown = 8, hidden_depth = 9, hidden_slot = 10;
} // namespace

Noise::Noise(const Config& config, std::uint32_t first)
    : sizes_(config.limit_size, config.limit_size_sd, config.typical_share), first_(first), slots_(config.slots), near_(config.near_slots),
      unseen_(config.hidden > 0 ? config.near_slots : 0),
      near_cancels_(config.near_cancels), improve_(config.improve), improve_from_(config.improve_from), improve_by_(config.improve_by),
      at_best_(config.at_best), behind_(config.behind), half_spread_(config.half_spread), hidden_(config.hidden) {}

// Half of the places behind the touch hold an order from the first moment on.
void Noise::open(Venue& venue, Orders& orders, std::uint64_t seed, double value) {
  for (std::uint32_t place = near_; place < slots_; place += 2) {
    const Draws draws(seed, Stream::opening, place);
    const Side side = draws.uniform(side_drawn) < 0.5 ? Side::buy : Side::sell;
    const double away = half_spread_ - log(draws.uniform(depth)) * behind_;
    const Ticks price = static_cast<Ticks>(side == Side::buy ? std::floor(value - away) : std::ceil(value + away));
    orders.place(venue, first_ + place, side, std::max<Ticks>(price, 1), sizes_.lots(draws, quantity));
  }
}

void Noise::add(Venue& venue, Orders& orders, const Draws& draws, double value) {
  const Side side = draws.uniform(side_drawn) < 0.5 ? Side::buy : Side::sell;
  const auto bid = venue.book().best(Side::buy), ask = venue.book().best(Side::sell);
  const Ticks low = bid.value_or(static_cast<Ticks>(std::floor(value - half_spread_)));
  const Ticks high = std::max(ask.value_or(static_cast<Ticks>(std::ceil(value + half_spread_))), low + 1);
  if (unseen_ > 0 && draws.uniform(shown) < hidden_) return hide(venue, orders, draws, side, low, high);
  const auto spread = static_cast<double>(high - low);
  const double chance = improve_ * std::clamp((spread - improve_from_) / (2 * half_spread_ + 1 - improve_from_), 0.0, 2.0);
  const double u = draws.uniform(manner), v = draws.uniform(depth);
  double behind = 0; // ticks from its own side's best, away from the other side
  if (u < chance) {
    behind = -std::min(1 + std::floor(improve_by_ * v * spread), spread - 1);
  } else if (u - chance >= at_best_) {
    behind = std::ceil(-log(v) * behind_);
  }
  const bool near = behind <= 0;
  const std::uint32_t place = near ? draws.below(slot, near_) : near_ + draws.below(slot, slots_ - near_);
  const Ticks price = (side == Side::buy ? low : high) - sign(side) * static_cast<Ticks>(behind);
  const OrderId id = first_ + place;
  orders.withdraw(venue, id);
  if (const auto other = venue.book().best(opposite(side)); other && !better(opposite(side), price, *other)) return; // it would match
  orders.place(venue, id, side, std::max<Ticks>(price, 1), sizes_.lots(draws, quantity));
}

// Its place is taken anew, whatever is there; from its own side's touch to just before the other one.
void Noise::hide(Venue& venue, Orders& orders, const Draws& draws, Side side, Ticks low, Ticks high) {
  const auto inside = static_cast<Ticks>(draws.uniform(hidden_depth) * static_cast<double>(high - low));
  const Ticks price = side == Side::buy ? low + inside : high - inside;
  orders.place(venue, first_ + slots_ + draws.below(hidden_slot, unseen_), side, std::max<Ticks>(price, 1), sizes_.lots(draws, quantity));
}

void Noise::withdraw(Venue& venue, Orders& orders, const Draws& draws) {
  if (unseen_ > 0 && draws.uniform(shown) < hidden_) {
    orders.withdraw(venue, first_ + slots_ + draws.below(hidden_slot, unseen_));
    return;
  }
  const bool near = draws.uniform(pool) < near_cancels_;
  orders.withdraw(venue, first_ + (near ? draws.below(slot, near_) : near_ + draws.below(slot, slots_ - near_)));
}

} // namespace lob::sim

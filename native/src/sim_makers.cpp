// Market makers: what each holds the asset to be worth, and the quotes that follow.
#include "lob/sim/makers.hpp"

#include <algorithm>
#include <cmath>

#include "lob/sim/maths.hpp"

namespace lob::sim {
namespace {
// Draws of a quote event; clear() takes 2 x tries from `clearing` on, each quote five from `quoting` on.
constexpr std::uint64_t who = 0, where = 1, side_drawn = 2, opines = 3, opinion_drawn = 4, clearing = 8, quoting = 16;
constexpr std::uint64_t reaction = 100, per_reaction = 40, per_quote = 5; // draws of a market order that makers take
constexpr std::uint64_t tries = 3;
constexpr int most_taken = 4;
constexpr double opinion_chance = 0.2, opinion_kept = 0.7, opinion_new = 0.714;
constexpr double most_inventory = 3; // times the limit: beyond it a side is not quoted

// By how much a price on `side` is better for us to leave than `fair`: negative where it stands through it.
double distance(Side side, Ticks price, double fair) { return static_cast<double>(sign(side)) * (fair - static_cast<double>(price)); }
} // namespace

Makers::Makers(const Config& config)
    : sizes_(config.maker_size, config.maker_size_sd, config.typical_share), makers_(config.makers), levels_(config.levels),
      reacting_(config.reacting), half_spread_(config.half_spread), gap_(config.gap), tolerance_(config.tolerance),
      opinion_(config.opinion), snipe_(config.snipe), refresh_(config.refresh), lag_(config.lag),
      crowding_(config.crowding * config.half_spread), crowding_chance_(config.crowding_chance), limit_(config.inventory_limit),
      skew_(config.skew), decay_(config.inventory_decay) {
  for (Maker& maker : makers_) maker.resting.assign(std::size_t{2} * levels_, 0);
}

OrderId Makers::id(std::uint32_t maker, std::uint32_t level, Side side) const {
  return 1 + (OrderId{maker} * levels_ + level) * 2 + static_cast<OrderId>(side);
}

std::uint32_t Makers::level_of(double u) const {
  return std::min(u < 0.6 ? 0u : u < 0.85 ? 1u : 2u + static_cast<std::uint32_t>((u - 0.85) / 0.15 * std::max(1.0, levels_ - 2.0)), levels_ - 1);
}

void Makers::open(Venue& venue, Orders& orders, std::uint64_t seed, double value) {
  for (std::uint32_t m = 0; m < makers_.size(); ++m) {
    const Draws draws(seed, Stream::makers, m);
    for (std::uint32_t level = 0; level < levels_; ++level) {
      for (const Side side : {Side::buy, Side::sell}) {
        const std::uint64_t draw = (std::uint64_t{level} * 2 + static_cast<std::uint64_t>(side)) * per_quote;
        quote(venue, orders, draws, draw, m, level, side, value, 1);
      }
    }
  }
}

// What maker m holds the asset to be worth now, its inventory brought up to date from what is left of its quotes.
double Makers::look(const Venue& venue, std::uint32_t m, double t, const Latent& latent, Impact& impact) {
  Maker& maker = makers_[m];
  if (maker.inventory != 0) maker.inventory *= exp((maker.seen - t) / decay_);
  maker.seen = t;
  for (std::size_t place = 0; place < maker.resting.size(); ++place) {
    if (maker.resting[place] == 0) continue;
    const Lots left = venue.book().lots(id(m, 0, Side::buy) + place);
    if (left == maker.resting[place]) continue;
    const auto filled = static_cast<double>(maker.resting[place] - left);
    maker.inventory += place % 2 == 0 ? filled : -filled;
    maker.resting[place] = left;
  }
  const double lag = lag_ * (m + 0.5) / static_cast<double>(makers_.size());
  return latent.value(t - lag) + impact.value(t) + opinion_ * maker.opinion - skew_ * tanh(maker.inventory / limit_);
}

void Makers::event(Venue& venue, Orders& orders, const Draws& draws, double t, const Latent& latent, Impact& impact) {
  const std::uint32_t m = draws.below(who, static_cast<std::uint32_t>(makers_.size()));
  Maker& maker = makers_[m];
  if (draws.uniform(opines) < opinion_chance) {
    maker.opinion = opinion_kept * maker.opinion + opinion_new * draws.normal(opinion_drawn);
  }
  const double fair = look(venue, m, t, latent, impact), width = latent.width(t);
  clear(venue, orders, draws, clearing, m, fair);
  const std::uint32_t level = level_of(draws.uniform(where));
  if (level == 0) {
    both(venue, orders, draws, quoting, m, fair, width);
  } else {
    const Side side = draws.uniform(side_drawn) < 0.5 ? Side::buy : Side::sell;
    quote(venue, orders, draws, quoting, m, level, side, fair, width);
  }
}

void Makers::react(Venue& venue, Orders& orders, const Draws& draws, double t, const Latent& latent, Impact& impact) {
  const double width = latent.width(t);
  for (std::uint64_t i = 0; i < reacting_; ++i) {
    const std::uint64_t draw = reaction + i * per_reaction;
    const std::uint32_t m = draws.below(draw, static_cast<std::uint32_t>(makers_.size()));
    const double fair = look(venue, m, t, latent, impact);
    clear(venue, orders, draws, draw + 1, m, fair);
    both(venue, orders, draws, draw + 1 + 2 * tries, m, fair, width);
  }
}

void Makers::clear(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, double fair) {
  clear_side(venue, orders, draws, draw, m, fair, Side::buy);
  clear_side(venue, orders, draws, draw + tries, m, fair, Side::sell);
}

void Makers::clear_side(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, double fair, Side side) {
  auto best = venue.book().front(side);
  for (std::uint64_t i = 0; i < tries; ++i) {
    if (!best || best->id <= places() || best->id > orders.count()) break; // nobody, a maker, or one of ours
    if (distance(side, best->price, fair) >= crowding_ || draws.uniform(draw + i) >= crowding_chance_) break;
    orders.withdraw(venue, best->id);
    best = venue.book().front(side);
  }
  const OrderId mine = id(m, 0, Side::buy);
  Maker& maker = makers_[m];
  for (int taken = 0; taken < most_taken; ++taken, best = venue.book().front(side)) {
    if (!best || distance(side, best->price, fair) >= -snipe_) break;
    if (best->id >= mine && best->id < mine + maker.resting.size()) {
      orders.withdraw(venue, best->id);
      maker.resting[best->id - mine] = 0;
    } else {
      const auto lots = static_cast<double>(orders.take(venue, opposite(side), best->price, best->lots));
      maker.inventory += side == Side::sell ? lots : -lots;
    }
  }
}

// The side that moves away first: the other one then has room.
void Makers::both(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, double fair, double width) {
  const auto ask = venue.book().best(Side::sell);
  const bool up = ask && fair - half_spread_ * width >= static_cast<double>(*ask);
  const Side first = up ? Side::sell : Side::buy;
  for (const Side side : {first, opposite(first)}) {
    quote(venue, orders, draws, draw + static_cast<std::uint64_t>(side) * per_quote, m, 0, side, fair, width);
  }
}

void Makers::quote(Venue& venue, Orders& orders, const Draws& draws, std::uint64_t draw, std::uint32_t m, std::uint32_t level, Side side,
                   double fair, double width) {
  Maker& maker = makers_[m];
  const OrderId place = id(m, level, side);
  Lots& resting = maker.resting[place - id(m, 0, Side::buy)];
  const double way = static_cast<double>(sign(side));
  if (way * maker.inventory > most_inventory * limit_) {
    orders.withdraw(venue, place);
    resting = 0;
    return;
  }
  const double away = half_spread_ * width + level * gap_ * (0.6 + 0.8 * draws.uniform(draw));
  Ticks target = static_cast<Ticks>(side == Side::buy ? std::floor(fair - away) : std::ceil(fair + away));
  if (const auto other = venue.book().best(opposite(side)); other && !better(opposite(side), target, *other)) target = *other - sign(side);
  target = std::max<Ticks>(target, 1);
  const auto order = venue.book().order(place);
  const bool near = order && std::fabs(static_cast<double>(order->price - target)) <= tolerance_;
  if (near && draws.uniform(draw + 1) > refresh_) return;
  const Lots lots = sizes_.lots(draws, draw + 2);
  const Lots met = orders.place(venue, place, side, target, lots);
  maker.inventory += way * static_cast<double>(met);
  resting = lots - met;
}

} // namespace lob::sim

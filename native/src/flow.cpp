// The simulated market's events: drawn from the seed, applied to the book.
#include "lob/flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "lob/hash.hpp"

namespace lob {
namespace {

constexpr Nanos second = 1'000'000'000, most_span = 7 * 86'400 * second;
constexpr std::uint64_t stream_value = 1, stream_arrival = 2, stream_marks = 3, stream_opening = 4;

std::uint64_t key(std::uint64_t seed, std::uint64_t stream, std::uint64_t n) {
  return Hash::mix(Hash::mix(seed * 0x9E3779B97F4A7C15ull + stream) ^ (n * 0xD1342543DE82EF95ull));
}

double uniform(std::uint64_t key, std::uint64_t draw) { // in (0, 1)
  return (static_cast<double>(Hash::mix(key + draw * 0x9E3779B97F4A7C15ull) >> 11) + 0.5) * 0x1.0p-53;
}

double normal(std::uint64_t key) { // the centred sum of twelve uniforms
  double sum = -6;
  for (std::uint64_t i = 0; i < 12; ++i) sum += uniform(key, i);
  return sum;
}

} // namespace

// The draws of one event; all are drawn, whether used or not.
struct Flow::Marks {
  double type, side, distance, place, size, size2, slot, walk;

  explicit Marks(std::uint64_t k)
      : type(uniform(k, 0)), side(uniform(k, 1)), distance(uniform(k, 2)), place(uniform(k, 3)), size(uniform(k, 4)), size2(uniform(k, 5)),
        slot(uniform(k, 6)), walk(uniform(k, 7)) {}
};

Flow::Flow(const FlowConfig& config, Venue& venue) : config_(config), slots_(config.slots, 0) {
  if (config.close <= config.open) throw std::invalid_argument("close must be after open");
  if (config.start < 100 || config.start > 1'000'000'000) throw std::invalid_argument("start must be in [100, 1000000000] ticks");
  if (!(config.events_per_s > 0 && config.events_per_s <= 1'000)) throw std::invalid_argument("events_per_s must be in (0, 1000]");
  if (!(config.market_share > 0 && config.cancel_share > 0 && config.market_share + config.cancel_share < 1)) {
    throw std::invalid_argument("market_share and cancel_share must be positive and leave room for limit orders");
  }
  if (!(config.sigma_bps >= 0 && config.sigma_bps <= 2'000)) throw std::invalid_argument("sigma_bps must be in [0, 2000]");
  if (config.slots < 10 || config.slots > 1'000'000) throw std::invalid_argument("slots must be in [10, 1000000]");
  if (!(config.half_spread >= 0 && config.half_spread <= 1e6)) throw std::invalid_argument("half_spread must be in [0, 1000000]");
  if (!(config.depth_scale > 0 && config.depth_scale <= 1e6)) throw std::invalid_argument("depth_scale must be in (0, 1000000]");
  if (!(config.persistence >= 0 && config.persistence <= 1)) throw std::invalid_argument("persistence must be in [0, 1]");
  if (config.close - config.open > most_span) throw std::invalid_argument("close must be at most a week after open");
  if (config.typical < 1 || config.typical > 1'000'000) throw std::invalid_argument("typical must be in [1, 1000000]");
  const auto seconds = static_cast<std::size_t>((config.close - config.open) / second) + 2;
  const double step = static_cast<double>(config.start) * config.sigma_bps * 1e-4 / std::sqrt(static_cast<double>(seconds));
  double value = static_cast<double>(config.start);
  for (std::size_t i = 0; i < seconds; ++i) {
    values_.push_back(value);
    value = std::max(value + step * normal(key(config.seed, stream_value, i)), static_cast<double>(config.start) / 4);
  }
  next_ = config.open;
  next_arrival();
  venue.begin(config.open); // a market that opens has a book
  for (std::uint64_t n = 0; n < config.slots / 2; ++n) quote(venue, Marks(key(config.seed, stream_opening, n)), values_[0]);
  venue.end(nullptr);
}

// More events at the open and at the close; mean 1 over the day.
double Flow::activity(Nanos ts) const {
  const double x = 2 * static_cast<double>(ts - config_.open) / static_cast<double>(config_.close - config_.open) - 1;
  return 0.6 + 1.2 * x * x;
}

void Flow::next_arrival() { // thinning: proposals at the highest rate, kept with the chance that the moment deserves
  constexpr double most = 1.8;
  while (more_) {
    const std::uint64_t k = key(config_.seed, stream_arrival, draws_++);
    const double gap = -std::log(uniform(k, 0)) / (config_.events_per_s * most);
    next_ += 1 + static_cast<Nanos>(gap * 1e9);
    if (next_ >= config_.close) more_ = false;
    else if (uniform(k, 1) * most < activity(next_)) return;
  }
}

double Flow::fair(Nanos ts) const {
  const Nanos since = ts - config_.open;
  const auto i = static_cast<std::size_t>(since / second);
  const double part = static_cast<double>(since % second) * 1e-9;
  return values_[i] + (values_[i + 1] - values_[i]) * part;
}

bool Flow::peek(Nanos& ts) {
  ts = next_;
  return more_;
}

void Flow::step(Venue& venue) {
  const Marks marks(key(config_.seed, stream_marks, events_++));
  const Nanos now = next_;
  venue.begin(now);
  const double value = fair(now);
  clear_stale(venue, value);
  if (marks.type < config_.market_share) {
    take(venue, marks, value);
  } else if (marks.type < config_.market_share + config_.cancel_share) {
    const OrderId id = slots_[static_cast<std::size_t>(marks.slot * config_.slots)];
    if (id != 0) venue.take_back(id, std::numeric_limits<Lots>::max());
  } else {
    quote(venue, marks, value);
  }
  venue.end(nullptr);
  next_arrival();
}

Lots Flow::size(double u, double v) const {
  if (u < 0.5) return config_.typical;
  return 1 + static_cast<Lots>(-std::log(v) * static_cast<double>(config_.typical));
}

void Flow::quote(Venue& venue, const Marks& marks, double value) {
  const Side side = marks.side < 0.5 ? Side::buy : Side::sell;
  const double away = config_.half_spread - std::log(marks.distance) * config_.depth_scale * (marks.place < 0.3 ? 0.1 : 1.0);
  const Ticks price = static_cast<Ticks>(side == Side::buy ? std::floor(value - away) : std::ceil(value + away));
  OrderId& slot = slots_[static_cast<std::size_t>(marks.slot * config_.slots)];
  if (slot != 0) venue.take_back(slot, std::numeric_limits<Lots>::max());
  slot = venue.new_id();
  venue.rest(slot, side, std::max<Ticks>(price, 1), size(marks.size, marks.size2));
}

void Flow::take(Venue& venue, const Marks& marks, double value) {
  const bool repeat = marks.place < config_.persistence;
  const Side side = repeat ? last_ : marks.side < 0.5 ? Side::buy : Side::sell;
  last_ = side;
  const auto best = venue.book().best(opposite(side));
  if (!best || static_cast<double>(sign(side)) * (static_cast<double>(*best) - value) > reach()) return;
  const Lots wanted = size(marks.size, marks.size2);
  const bool walks = marks.walk < 0.1; // most takers stop at the touch
  const Ticks limit = *best + (walks ? sign(side) * 3 : 0);
  if (venue.match(side, limit, wanted) > 0) ++trades_;
}

// How far from the fair value anybody takes, in ticks: nobody sells to an order at a price of one because no other is there.
double Flow::reach() const { return config_.half_spread + 10 * config_.depth_scale; }

// Orders that the fair value has come too near to, or gone through, are taken by whoever sees it first.
void Flow::clear_stale(Venue& venue, double value) {
  for (const Side side : {Side::buy, Side::sell}) {
    for (int i = 0; i < 4; ++i) {
      const auto best = venue.book().best(side);
      if (!best) break;
      const double through = static_cast<double>(sign(side)) * (static_cast<double>(*best) - value);
      if (through < 0) break;
      if (venue.match(opposite(side), *best, venue.book().level(side, *best).lots) > 0) ++trades_;
    }
  }
}

std::map<std::string, std::int64_t> Flow::counters() const {
  return {{"events", static_cast<std::int64_t>(events_)}, {"trades", trades_}};
}

void Flow::recorded_levels(Side, std::size_t, std::vector<Level>& out) const { out.clear(); }

} // namespace lob

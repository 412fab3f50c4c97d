// The dark pool's queue, and who meets whom in it.
#include "lob/sim/dark.hpp"

#include <algorithm>

#include "lob/sim/curve.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/maths.hpp"

namespace lob::sim {
namespace {
constexpr std::uint64_t gap = 0, side_drawn = 1, quantity = 2, waits = 5; // draws of an order

// Whether an order of ours takes so few lots from one counterparty.
bool enough(const OwnOrder& ours, Lots lots) { return lots >= std::min(ours.least, ours.lots); }

const OwnOrder* find(const Venue& pool, OrderId id) {
  for (const OwnOrder& order : pool.own_orders()) {
    if (order.id == id) return &order;
  }
  return nullptr;
}
} // namespace

DarkPool::DarkPool(const Config& config)
    : seed_(config.seed), open_(config.open), close_(config.close), rate_(config.dark_share * config.rates[0]), patience_(config.patience),
      activity_(per_bin(config.taker_activity, static_cast<double>(config.close - config.open) * 1e-9)),
      sizes_(config.market_size, config.market_size_sd, config.typical_share) {
  schedule();
}

void DarkPool::schedule() {
  next_.reset();
  if (!(rate_ > 0)) return;
  const auto bin = std::min(static_cast<std::size_t>(t_ / bin_s), activity_.size() - 1);
  t_ += -log(Draws(seed_, Stream::dark, count_).uniform(gap)) / (rate_ * activity_[bin]);
  const Nanos ts = open_ + static_cast<Nanos>(t_ * 1e9);
  if (ts < close_) next_ = ts;
}

void DarkPool::leave(Venue& pool, Nanos now) {
  std::erase_if(queue_, [&](const Interest& each) {
    return each.own != 0 ? find(pool, each.own) == nullptr : each.lots == 0 || each.until <= now;
  });
}

void DarkPool::arrive(Venue& pool, const Touch& lit) {
  const Nanos now = *next_;
  const Draws draws(seed_, Stream::dark, count_++);
  const Side side = draws.uniform(side_drawn) < 0.5 ? Side::buy : Side::sell;
  const Lots lots = sizes_.lots(draws, quantity);
  leave(pool, now);
  const Lots left = lots - trade(pool, lit, side, lots, nullptr);
  const Nanos until = now + static_cast<Nanos>(-log(draws.uniform(waits)) * patience_ * 1e9);
  if (left > 0) queue_.push_back({side, left, until, 0});
  schedule();
}

void DarkPool::meet(Venue& pool, const Touch& lit, Nanos now) {
  const std::vector<OwnOrder> ours = pool.own_orders();
  for (const OwnOrder& order : ours) {
    if (order.id < seen_) continue;
    leave(pool, now);
    const Lots traded = trade(pool, lit, order.side, order.lots, &order);
    if (order.ioc) {
      pool.expire_unmatched(order.id);
    } else if (traded < order.lots) {
      queue_.push_back({order.side, 0, 0, order.id});
    }
  }
  seen_ = pool.next_id();
}

// An arriving order, of ours or of the market, against those that wait on the other side.
Lots DarkPool::trade(Venue& pool, const Touch& lit, Side arriving, Lots lots, const OwnOrder* ours) {
  if (!lit.two_sided()) return 0;
  const Ticks twice = lit.bid + lit.ask, low = twice / 2;
  const Ticks price = arriving == Side::sell ? low : low + twice % 2; // a waiting buyer pays the lower tick
  if (ours != nullptr && better(arriving, price, ours->price)) return 0;
  Lots left = lots;
  for (Interest& each : queue_) {
    if (left == 0) break;
    if (each.side == arriving || (each.own != 0 && ours != nullptr)) continue;
    if (each.own != 0) {
      const OwnOrder* waiting = find(pool, each.own);
      if (waiting == nullptr || better(waiting->side, price, waiting->price)) continue;
      if (!enough(*waiting, std::min(left, waiting->lots))) continue;
      left -= pool.fill_apart(each.own, price, left, true, true);
      continue;
    }
    const Lots met = std::min(left, each.lots);
    if (ours != nullptr && met < std::min(ours->least, left)) continue;
    each.lots -= met;
    left -= met;
    if (ours != nullptr) {
      pool.fill_apart(ours->id, price, met, false, true);
    } else {
      pool.print(price * pool.points_per_tick(), met, print_hidden);
    }
  }
  std::erase_if(queue_, [](const Interest& each) { return each.own == 0 && each.lots == 0; });
  lots_ += lots - left;
  return lots - left;
}

} // namespace lob::sim

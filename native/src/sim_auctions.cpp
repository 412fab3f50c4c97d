// The orders of a call, evenly spread over it, and the uncross.
#include "lob/sim/auctions.hpp"

#include <algorithm>
#include <cmath>

#include "lob/sim/draws.hpp"
#include "lob/sim/maths.hpp"

namespace lob::sim {
namespace {
constexpr std::uint32_t orders = 400;              // of a call
constexpr double market_share = 0.3, size_sd = 1;  // market orders among them; sizes are lognormal
constexpr double lean_sd = 0.04;                   // of the chance that an order buys, around a half: of a call
constexpr double reach = 40;                       // widths from fair value to the limit that stands for none
constexpr std::uint64_t moment = 0, side_drawn = 1, manner = 2, quantity = 3, limit = 5, lean = 0; // draws of an order, of a call

// Of `orders` with mean size m about a half is on each side; the market orders and half of the limits trade.
constexpr double traded_share = 0.5 * (market_share + (1 - market_share) / 2);
} // namespace

Auctions::Auctions(const Config& config)
    : seed_(config.seed), opens_(config.auctions == "open" || config.auctions == "both"),
      closes_(config.auctions == "close" || config.auctions == "both") {
  const auto span = static_cast<Nanos>(config.call * 1e9);
  const double day = static_cast<double>(config.close - config.open) * 1e-9 / usual_day * config.adv / (orders * traded_share);
  if (opens_) calls_.push_back({Auction::at_open, config.open, config.open + span, config.auction_share[0] * day});
  if (closes_) calls_.push_back({Auction::at_close, config.close - span, config.close - 1, config.auction_share[1] * day});
}

std::optional<Auctions::Step> Auctions::next() const {
  if (call_ == calls_.size()) return std::nullopt;
  const Call& call = calls_[call_];
  if (done_ == 0) return Step{call.begin, Step::Kind::call, call.auction};
  if (done_ > orders) return Step{call.end, Step::Kind::uncross, call.auction};
  const Draws draws(seed_, Stream::auction, (static_cast<std::uint64_t>(call.auction) << 32) + done_);
  const double at = (done_ - 1 + draws.uniform(moment)) / orders;
  return Step{call.begin + static_cast<Nanos>(at * static_cast<double>(call.end - call.begin - 1)), Step::Kind::order, call.auction};
}

void Auctions::pass() {
  if (++done_ <= orders + 1) return;
  done_ = 0;
  ++call_;
}

bool Auctions::silent(Nanos ts) const {
  return std::any_of(calls_.begin(), calls_.end(), [ts](const Call& call) { return ts >= call.begin && ts <= call.end; });
}

void Auctions::announce(Venue& venue) const {
  for (const Call& call : calls_) venue.announce(call.auction);
}

void Auctions::order(Venue& venue, double fair, double width) {
  const Call& call = calls_[call_];
  const auto key = static_cast<std::uint64_t>(call.auction) << 32;
  const Draws draws(seed_, Stream::auction, key + done_), whole(seed_, Stream::auction, key);
  const double buys = std::clamp(0.5 + lean_sd * whole.normal(lean), 0.2, 0.8);
  const Side side = draws.uniform(side_drawn) < buys ? Side::buy : Side::sell;
  const auto way = static_cast<double>(sign(side));
  const double lots = call.size * exp(size_sd * draws.normal(quantity) - size_sd * size_sd / 2);
  const double away = draws.uniform(manner) < market_share ? way * reach * width : width * draws.normal(limit);
  const OrderId id = venue.new_id();
  ids_.push_back(id);
  venue.rest(id, side, std::max<Ticks>(1, static_cast<Ticks>(std::floor(fair + away + 0.5))), std::max<Lots>(1, static_cast<Lots>(lots + 0.5)));
}

void Auctions::end(Venue& venue, Phase next) {
  const std::size_t before = venue.record().prints.size();
  venue.uncross(next);
  const auto& prints = venue.record().prints;
  for (std::size_t i = before; i < prints.size(); ++i) lots_ += prints[i].lots;
  for (const OrderId id : ids_) venue.take_back(id, INT64_MAX);
  ids_.clear();
}

} // namespace lob::sim

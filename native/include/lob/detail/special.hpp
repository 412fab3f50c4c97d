// The orders that are more than a plain limit order: what the ladder does not hold of them, or all of them.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lob/command.hpp"
#include "lob/detail/ladder.hpp"

namespace lob::detail {

// A price in half ticks, exactly: ticks + half / 2.
struct HalfTicks {
  Ticks ticks;
  std::uint8_t half;
  auto operator<=>(const HalfTicks&) const = default;
};
constexpr bool better(Side side, HalfTicks a, HalfTicks b) { return side == Side::buy ? a > b : a < b; }

// The best prices shown, which pegs look at: nowhere(side) where nothing is.
struct Touches {
  Ticks bid, ask;
  Ticks of(Side side) const { return side == Side::buy ? bid : ask; }
};

// An order with all its terms: on its way in, or at rest outside the ladder.
struct Full {
  OrderId id;
  Ticks limit;
  Lots lots;
  Nanos good_till = 0;
  std::uint64_t since = 0; // of two at rest the smaller came first
  Owner owner = 0;
  std::uint32_t peak = 0;
  Side side = Side::buy;
  SelfTrade stp = SelfTrade::allow;
  Peg peg = Peg::none;
  bool hidden = false;
  bool market = false;
  bool collected = false; // by an auction

  Ticks named() const { return market ? 0 : limit; } // in events
};

// What an order in the ladder has beside its node.
struct Extra {
  Lots reserve; // of an iceberg: what it does not show
  std::uint32_t peak;
  Nanos good_till;
  Ticks price;
};

// Priority on one side, the first the smallest.
struct Place {
  bool limited; // market orders come first
  Ticks rank;   // the smaller the better
  bool hidden;
  std::uint64_t since;
  auto operator<=>(const Place&) const = default;

  static Place of(const Full& order) {
    return {!order.market, order.market ? 0 : rank_of(order.side, order.limit), order.hidden, order.since};
  }
  static Ticks rank_of(Side side, Ticks price) { return detail::rank(opposite(side), price); }
};

class Special {
public:
  using Queue = std::map<Place, OrderId>;
  using Arrivals = std::map<std::uint64_t, OrderId>;

  bool empty() const { return away_.empty() && extras_.empty() && !auction; }
  std::size_t away() const { return away_.size(); }

  // Whether hidden orders with a price of their own are all that there is; and whether one on `side` stands at `limit` or better.
  bool only_hidden() const { return extras_.empty() && !has_pegs() && !auction; }
  bool is_hidden_within(Side side, Ticks limit) const {
    const Queue& queue = hidden_[index(side)];
    return !queue.empty() && queue.begin()->first.rank <= Place::rank_of(side, limit);
  }

  const Full* find(OrderId id) const {
    if (id < first_ || id > last_) return nullptr;
    const auto found = away_.find(id);
    return found == away_.end() ? nullptr : &found->second;
  }
  const Extra* extra(OrderId id) const {
    const auto found = extras_.find(id);
    return found == extras_.end() ? nullptr : &found->second;
  }
  Lots reserve(OrderId id) const {
    const Extra* known = extra(id);
    return known == nullptr ? 0 : known->reserve;
  }

  void add(Full order) { // at the back
    order.since = ++arrivals_;
    if (order.peg != Peg::none) {
      pegs_[index(order.side)].emplace(order.since, order.id);
    } else {
      queue_of(order).emplace(Place::of(order), order.id);
    }
    if (order.good_till != 0) expiries_.emplace(order.good_till, order.id);
    away_.emplace(order.id, order);
    first_ = std::min(first_, order.id);
    last_ = std::max(last_, order.id);
  }

  void remove(OrderId id) { // an order away
    const Full& order = away_.at(id);
    if (order.peg != Peg::none) {
      pegs_[index(order.side)].erase(order.since);
    } else {
      queue_of(order).erase(Place::of(order));
    }
    if (order.good_till != 0) expiries_.erase({order.good_till, id});
    away_.erase(id);
    if (!away_.empty()) return;
    first_ = none_away;
    last_ = 0;
  }

  void set_lots(OrderId id, Lots lots) { away_.at(id).lots = lots; } // of an order away, in its place
  void set_stp(OrderId id, SelfTrade stp) { away_.at(id).stp = stp; }

  void add(OrderId id, const Extra& extra) {
    if (extra.good_till != 0) expiries_.emplace(extra.good_till, id);
    extras_.emplace(id, extra);
    change_reserves(extra.price, extra.reserve);
  }
  void drop_extra(OrderId id) {
    const auto found = extras_.find(id);
    if (found == extras_.end()) return;
    const Extra& extra = found->second;
    if (extra.good_till != 0) expiries_.erase({extra.good_till, id});
    change_reserves(extra.price, -extra.reserve);
    extras_.erase(found);
  }
  void set_reserve(OrderId id, Lots lots) {
    const auto found = extras_.find(id);
    if (found == extras_.end()) return;
    change_reserves(found->second.price, lots - found->second.reserve);
    found->second.reserve = lots;
  }
  Lots reserves_at(Ticks price) const { // of all icebergs there
    const auto found = reserves_.find(price);
    return found == reserves_.end() ? 0 : found->second;
  }

  const Queue& hidden(Side side) const { return hidden_[index(side)]; } // but for pegs
  const Queue& collected(Side side) const { return collected_[index(side)]; }
  const Arrivals& pegs(Side side) const { return pegs_[index(side)]; }
  std::size_t extras() const { return extras_.size(); }
  bool has_pegs() const { return !pegs_[0].empty() || !pegs_[1].empty(); }

  std::vector<Full> all() const { // away, first come first
    std::map<std::uint64_t, Full> sorted;
    for (const auto& [id, order] : away_) sorted.emplace(order.since, order);
    std::vector<Full> orders;
    for (const auto& [since, order] : sorted) orders.push_back(order);
    return orders;
  }

  std::optional<OrderId> due(Nanos time) const { // the next that a sweep at `time` ends
    if (expiries_.empty() || expiries_.begin()->first > time) return std::nullopt;
    return expiries_.begin()->second;
  }

  bool auction = false;

private:
  void change_reserves(Ticks price, Lots by) {
    if (by != 0 && (reserves_[price] += by) == 0) reserves_.erase(price);
  }
  static std::size_t index(Side side) { return static_cast<std::size_t>(side); }
  Queue& queue_of(const Full& order) { return (order.collected ? collected_ : hidden_)[index(order.side)]; }

  static constexpr OrderId none_away = ~OrderId{0};

  std::unordered_map<OrderId, Full> away_;
  OrderId first_ = none_away, last_ = 0; // no id of an order away is outside of these
  std::unordered_map<OrderId, Extra> extras_;
  std::unordered_map<Ticks, Lots> reserves_; // of the icebergs at a price; without the prices where it is 0
  std::array<Queue, 2> hidden_, collected_;
  std::array<Arrivals, 2> pegs_;
  std::set<std::pair<Nanos, OrderId>> expiries_;
  std::uint64_t arrivals_ = 0;
};

} // namespace lob::detail

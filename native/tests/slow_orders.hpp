// The orders of a slow book and the questions about them: one list, sorted whenever a question is asked.
//
// Prices are doubled, so that a half tick is a whole number; they and sums of lots are 128 bits wide, so that nothing overflows.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <vector>

#include "lob/book.hpp"

struct SlowOrders {
  __extension__ using Wide = __int128;
  struct Resting {
    lob::Command terms; // price is the limit, lots all that is left
    lob::Lots shown;
    std::uint64_t since;
    bool hidden, market, collected;
  };


  std::vector<Resting> shown(lob::Side side) const { // in order of priority
    std::vector<Resting> all;
    for (const Resting& order : orders) {
      if (order.terms.side == side && !order.hidden && !order.collected) all.push_back(order);
    }
    std::sort(all.begin(), all.end(), [&](const Resting& a, const Resting& b) {
      return std::tuple(cost(side, 2 * Wide{a.terms.price}), a.since) < std::tuple(cost(side, 2 * Wide{b.terms.price}), b.since);
    });
    return all;
  }
  std::vector<Resting> collected(lob::Side side) const { return in_auction_order(side, true); }

  const Resting* find(lob::OrderId id) const {
    for (const Resting& order : orders) {
      if (order.terms.id == id) return &order;
    }
    return nullptr;
  }

  // Where an order stands now, doubled; nothing for a peg without its reference. By what was seen last: see look().
  std::optional<Wide> price(const Resting& order) const {
    const Wide limit = 2 * Wide{order.terms.price};
    if (order.terms.peg == lob::Peg::none) return limit;
    const auto own = order.terms.side == lob::Side::buy ? bid : ask;
    if (in_auction || !own || (order.terms.peg == lob::Peg::midpoint && !(bid && ask))) return std::nullopt;
    const Wide wanted = order.terms.peg == lob::Peg::midpoint ? Wide{*bid} + *ask : 2 * Wide{*own};
    return order.terms.side == lob::Side::buy ? std::min(wanted, limit) : std::max(wanted, limit);
  }
  void look() { // the best prices shown, for pegs
    const auto best = [&](lob::Side side) {
      const auto all = shown(side);
      return all.empty() ? std::nullopt : std::optional(all[0].terms.price);
    };
    bid = best(lob::Side::buy);
    ask = best(lob::Side::sell);
  }

  std::optional<lob::Ahead> ahead(lob::OrderId id) const {
    const Resting* own = find(id);
    if (own == nullptr) return std::nullopt;
    const auto at = price(*own);
    const bool is_shown = !own->hidden && !own->collected;
    Wide lots = 0;
    std::int64_t count = 0;
    for (const Resting& other : orders) {
      if (!at || other.terms.side != own->terms.side || other.market != own->market || price(other) != at) continue;
      if (is_shown && (other.hidden || other.collected)) continue;
      if (std::tuple(other.hidden, other.since) >= std::tuple(own->hidden, own->since)) continue;
      lots += is_shown ? other.shown : other.terms.lots;
      ++count;
    }
    return lob::Ahead{capped(lots), count};
  }

  // Of all prices where anything could change, and the reference, the best.
  std::optional<lob::Indication> indicative(lob::Ticks reference) const {
    std::vector<lob::Ticks> prices{config.min_price, config.max_price, reference};
    for (const Resting& order : orders) {
      if (order.market || order.terms.peg != lob::Peg::none) continue;
      for (const int step : {-1, 0, 1}) prices.push_back(order.terms.price + step);
    }
    std::optional<std::tuple<Wide, Wide, Wide, lob::Ticks, Wide>> best; // volume, imbalance, distance (less is better), ...
    for (const lob::Ticks price : prices) {
      if (price < config.min_price || price > config.max_price) continue;
      const Wide demand = quantity(lob::Side::buy, price), supply = quantity(lob::Side::sell, price);
      const Wide distance = Wide{price} - reference;
      const std::tuple one(-std::min(demand, supply), demand > supply ? demand - supply : supply - demand,
                           distance < 0 ? -distance : distance, price, demand - supply);
      if (!best || one < *best) best = one;
    }
    if (std::get<0>(*best) == 0) return std::nullopt;
    return lob::Indication{std::get<3>(*best), capped(-std::get<0>(*best)), capped(std::get<1>(*best)),
                           std::get<4>(*best) < 0 ? lob::Side::sell : lob::Side::buy};
  }


  lob::Reason limits(const lob::Command& c, bool market) const { // what submit and replace refuse alike
    if (c.lots <= 0) return lob::Reason::invalid_lots;
    if (c.peak > 0 && c.lots > lob::most_peaks * Wide{c.peak}) return lob::Reason::invalid_peak;
    if (!market && !allows(c.price)) return lob::Reason::invalid_price;
    if (!market && c.peg == lob::Peg::none && !fits(Wide{c.price} * c.lots)) return lob::Reason::overflow;
    return lob::Reason::none;
  }
  bool has_room(const Resting& order) const { // beside the others that are or will be shown at its price
    if (order.hidden || order.market) return true;
    Wide sum = order.terms.lots;
    for (const Resting& other : orders) {
      const bool there = other.terms.side == order.terms.side && other.terms.price == order.terms.price;
      if (there && !other.hidden && !other.market && other.terms.id != order.terms.id) sum += other.terms.lots;
    }
    return fits(sum);
  }

  std::vector<Resting> in_auction_order(lob::Side side, bool collected_only) const {
    std::vector<Resting> all;
    for (const Resting& order : orders) {
      if (order.terms.side != side || order.terms.peg != lob::Peg::none) continue;
      if (order.collected || !collected_only) all.push_back(order);
    }
    const auto key = [side](const Resting& order) {
      return std::tuple(!order.market, order.market ? 0 : cost(side, order.terms.price), order.hidden, order.since);
    };
    std::sort(all.begin(), all.end(), [&](const Resting& a, const Resting& b) { return key(a) < key(b); });
    return all;
  }
  static bool trades_at(const Resting& order, lob::Ticks price) {
    return order.market || (order.terms.side == lob::Side::buy ? order.terms.price >= price : order.terms.price <= price);
  }
  Wide quantity(lob::Side side, lob::Ticks price) const {
    Wide sum = 0;
    for (const Resting& order : in_auction_order(side, false)) sum += trades_at(order, price) ? order.terms.lots : 0;
    return sum;
  }

  static Wide cost(lob::Side side, Wide price) { return side == lob::Side::buy ? -price : price; } // the less the better
  static lob::Lots capped(Wide lots) { return static_cast<lob::Lots>(std::min(lots, Wide{std::numeric_limits<lob::Lots>::max()})); }
  static bool fits(Wide number) { return number == static_cast<std::int64_t>(number); }
  bool allows(lob::Ticks price) const { return price >= config.min_price && price <= config.max_price; }

  lob::Book::Config config;
  std::vector<Resting> orders;
  bool in_auction = false;
  std::optional<lob::Ticks> bid, ask;
};

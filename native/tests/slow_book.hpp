// The book without its special orders and auctions as the header words it: the oracle of the random tests of deep books.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "lob/book.hpp"

class SlowBook {
public:
  explicit SlowBook(const lob::Book::Config& config) : config_(config) {}

  lob::Events apply(const lob::Command& command) {
    events_.clear();
    switch (command.kind) {
    case lob::CommandKind::submit: submit(command); break;
    case lob::CommandKind::cancel: cancel(command.id); break;
    case lob::CommandKind::reduce: reduce(command.id, command.lots); break;
    case lob::CommandKind::replace: replace(command.id, command.price, command.lots); break;
    default: reject(lob::Reason::invalid_flags, {command.id, 0, 0, 0, lob::Side::buy});
    }
    return events_;
  }

  std::vector<lob::Order> orders(lob::Side side) const {
    std::vector<lob::Order> all;
    for (const lob::Ticks price : prices(side)) {
      for (const lob::Order& order : levels_.at(price)) all.push_back(order);
    }
    return all;
  }

  std::vector<lob::Level> levels(lob::Side side) const {
    std::vector<lob::Level> all;
    for (const lob::Ticks price : prices(side)) {
      all.push_back({price, static_cast<lob::Lots>(lots_at(price)), static_cast<std::int64_t>(levels_.at(price).size())});
    }
    return all;
  }

  std::optional<lob::Ticks> best(lob::Side side) const {
    if (side == lob::Side::buy) { // every bid is below every offer: look from the offers' end for the first bid
      for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
        if (level->second.front().side == side) return level->first;
      }
      return std::nullopt;
    }
    for (const auto& [price, queue] : levels_) {
      if (queue.front().side == side) return price;
    }
    return std::nullopt;
  }

  std::optional<lob::Order> order(lob::OrderId id) const {
    const auto found = price_of_.find(id);
    if (found == price_of_.end()) return std::nullopt;
    for (const lob::Order& order : levels_.at(found->second)) {
      if (order.id == id) return order;
    }
    return std::nullopt;
  }

  lob::Ahead ahead(lob::OrderId id) const {
    lob::Ahead ahead{0, 0};
    for (const lob::Order& order : levels_.at(price_of_.at(id))) {
      if (order.id == id) break;
      ahead.lots += order.lots;
      ++ahead.orders;
    }
    return ahead;
  }

  lob::Lots lots_within(lob::Side side, lob::Ticks limit) const {
    return static_cast<lob::Lots>(std::min(within(side, limit), Wide{std::numeric_limits<lob::Lots>::max()}));
  }

  std::size_t size() const { return price_of_.size(); }

private:
  __extension__ using Wide = __int128; // sums of lots that do not fit an int64

  std::vector<lob::Ticks> prices(lob::Side side) const { // best first
    std::vector<lob::Ticks> all;
    for (const auto& [price, queue] : levels_) {
      if (queue.front().side == side) all.insert(side == lob::Side::buy ? all.begin() : all.end(), price);
    }
    return all;
  }

  Wide lots_at(lob::Ticks price) const {
    Wide sum = 0;
    const auto level = levels_.find(price);
    if (level == levels_.end()) return 0;
    for (const lob::Order& order : level->second) sum += order.lots;
    return sum;
  }

  static bool reaches(lob::Side taker, lob::Ticks limit, lob::Ticks price) {
    return taker == lob::Side::buy ? price <= limit : price >= limit;
  }

  Wide within(lob::Side side, lob::Ticks limit) const {
    Wide sum = 0;
    for (const auto& [price, queue] : levels_) {
      if (queue.front().side == side && reaches(lob::opposite(side), limit, price)) sum += lots_at(price);
    }
    return sum;
  }

  bool would_match(lob::Side side, lob::Ticks limit) const {
    const auto price = best(lob::opposite(side));
    return price && reaches(side, limit, *price);
  }

  void say(lob::EventKind kind, lob::Reason reason, const lob::Order& order, lob::Lots lots) {
    events_.push_back({.id = order.id, .maker = 0, .price = order.price, .lots = lots, .remaining = 0, .maker_remaining = 0,
                       .owner = order.owner, .maker_owner = 0, .kind = kind, .side = order.side, .reason = reason});
  }

  void reject(lob::Reason reason, const lob::Order& asked) { say(lob::EventKind::rejected, reason, asked, asked.lots); }

  static bool flags_make_sense(const lob::Command& command) {
    const int side = static_cast<int>(command.side), tif = static_cast<int>(command.tif);
    if (side != 0 && side != 1) return false;
    if (tif != 0 && tif != 1 && tif != 2) return false;
    if ((command.flags & ~3) != 0) return false;
    const bool market = (command.flags & lob::flag_market) != 0, post = (command.flags & lob::flag_post_only) != 0;
    return !(post && market) && !(post && tif != 0);
  }

  static bool notional_fits(lob::Ticks price, lob::Lots lots) {
    const Wide notional = Wide{price} * lots;
    return notional == static_cast<std::int64_t>(notional);
  }

  bool has_room(lob::Ticks price, lob::Lots lots) const {
    return lots_at(price) + lots <= std::numeric_limits<lob::Lots>::max();
  }

  void submit(const lob::Command& command) {
    const bool market = (command.flags & lob::flag_market) != 0;
    const bool sensible = flags_make_sense(command);
    lob::Order order{command.id, market ? 0 : command.price, command.lots, command.owner, command.side};
    if (!sensible) {
      if (static_cast<int>(command.side) > 1) order.side = lob::Side::buy;
      return reject(lob::Reason::invalid_flags, order);
    }
    lob::Ticks limit = command.price;
    if (market) limit = command.side == lob::Side::buy ? config_.max_price : config_.min_price;
    if (command.id == 0) return reject(lob::Reason::invalid_id, order);
    if (price_of_.count(command.id) != 0) return reject(lob::Reason::duplicate_id, order);
    if (command.lots <= 0) return reject(lob::Reason::invalid_lots, order);
    if (limit < config_.min_price || limit > config_.max_price) return reject(lob::Reason::invalid_price, order);
    if (!market && !notional_fits(limit, command.lots)) return reject(lob::Reason::overflow, order);
    const bool matches = would_match(command.side, limit);
    if ((command.flags & lob::flag_post_only) != 0 && matches) return reject(lob::Reason::would_cross, order);
    if (command.tif == lob::TimeInForce::fok && within(lob::opposite(command.side), limit) < command.lots) {
      return reject(lob::Reason::not_fillable, order);
    }
    const bool rests = command.tif == lob::TimeInForce::rest && !market;
    if (rests && !matches && (!has_room(limit, command.lots) || size() >= config_.max_orders)) {
      return reject(lob::Reason::overflow, order);
    }
    say(lob::EventKind::accepted, lob::Reason::none, order, order.lots);
    enter(order, limit, rests);
  }

  void cancel(lob::OrderId id) {
    const auto order = order_or_reject(id, 0, 0);
    if (!order) return;
    take_out(*order);
    say(lob::EventKind::done, lob::Reason::canceled, *order, order->lots);
  }

  void reduce(lob::OrderId id, lob::Lots lots) {
    const auto order = order_or_reject(id, 0, lots);
    if (!order) return;
    if (lots <= 0 || lots >= order->lots) return reject(lob::Reason::invalid_lots, {id, 0, lots, order->owner, order->side});
    for (lob::Order& resting : levels_.at(order->price)) {
      if (resting.id == id) resting.lots = lots;
    }
    say(lob::EventKind::reduced, lob::Reason::none, *order, lots);
  }

  void replace(lob::OrderId id, lob::Ticks price, lob::Lots lots) {
    const auto old = order_or_reject(id, price, lots);
    if (!old) return;
    const lob::Order order{id, price, lots, old->owner, old->side};
    if (lots <= 0) return reject(lob::Reason::invalid_lots, order);
    if (price < config_.min_price || price > config_.max_price) return reject(lob::Reason::invalid_price, order);
    if (!notional_fits(price, lots)) return reject(lob::Reason::overflow, order);
    if (price == old->price && lots <= old->lots) {
      for (lob::Order& resting : levels_.at(price)) {
        if (resting.id == id) resting.lots = lots;
      }
      return say(lob::EventKind::replaced, lob::Reason::none, order, lots);
    }
    const lob::Lots own = price == old->price ? old->lots : 0;
    if (!would_match(order.side, price) && lots_at(price) - own + lots > std::numeric_limits<lob::Lots>::max()) {
      return reject(lob::Reason::overflow, order);
    }
    say(lob::EventKind::replaced, lob::Reason::none, order, lots);
    take_out(*old);
    enter(order, price, true);
  }

  std::optional<lob::Order> order_or_reject(lob::OrderId id, lob::Ticks price, lob::Lots lots) {
    const auto found = order(id);
    if (!found) reject(id == 0 ? lob::Reason::invalid_id : lob::Reason::unknown_id, {id, price, lots, 0, lob::Side::buy});
    return found;
  }

  // Match, then rest or be done.
  void enter(lob::Order order, lob::Ticks limit, bool rests) {
    while (order.lots > 0 && would_match(order.side, limit)) fill_first(order, *best(lob::opposite(order.side)));
    if (order.lots > 0 && rests) {
      levels_[order.price].push_back(order);
      price_of_[order.id] = order.price;
      return;
    }
    say(lob::EventKind::done, order.lots > 0 ? lob::Reason::expired : lob::Reason::filled, order, order.lots);
  }

  void fill_first(lob::Order& taker, lob::Ticks price) {
    lob::Order& maker = levels_.at(price).front();
    const lob::Lots lots = std::min(taker.lots, maker.lots);
    taker.lots -= lots;
    maker.lots -= lots;
    events_.push_back({.id = taker.id, .maker = maker.id, .price = price, .lots = lots, .remaining = taker.lots,
                       .maker_remaining = maker.lots, .owner = taker.owner, .maker_owner = maker.owner,
                       .kind = lob::EventKind::fill, .side = taker.side, .reason = lob::Reason::none});
    if (maker.lots == 0) take_out(maker);
  }

  void take_out(const lob::Order gone) { // by value: the order itself goes
    std::list<lob::Order>& queue = levels_.at(gone.price);
    queue.remove_if([&](const lob::Order& order) { return order.id == gone.id; });
    if (queue.empty()) levels_.erase(gone.price);
    price_of_.erase(gone.id);
  }

  lob::Book::Config config_;
  std::map<lob::Ticks, std::list<lob::Order>> levels_; // of both sides: no price has orders of both
  std::map<lob::OrderId, lob::Ticks> price_of_;
  lob::Events events_;
};

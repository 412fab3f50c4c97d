// The book that people write first, as the yardstick: a std::map of levels, a std::list of orders in each, an unordered_map of ids.
//
// It answers limit orders, cancels and reduces with the same events as lob::Book, so that both do the same work.
#pragma once

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <unordered_map>

#include "lob/book.hpp"

namespace naive {

class Book {
public:
  void submit(const lob::Command& command, lob::Events& out) {
    if (command.lots <= 0 || orders_.count(command.id) != 0) {
      const auto reason = command.lots <= 0 ? lob::Reason::invalid_lots : lob::Reason::duplicate_id;
      return append(out, lob::EventKind::rejected, reason, command, command.lots);
    }
    append(out, lob::EventKind::accepted, lob::Reason::none, command, command.lots);
    const bool buy = command.side == lob::Side::buy;
    const lob::Lots left = buy ? match(offers_, command, out) : match(bids_, command, out);
    if (left == 0) return append(out, lob::EventKind::done, lob::Reason::filled, command, 0);
    if (buy) {
      rest(bids_, command, left);
    } else {
      rest(offers_, command, left);
    }
  }

  void cancel(lob::OrderId id, lob::Events& out) {
    const auto found = orders_.find(id);
    if (found == orders_.end()) return append_unknown(out, id, 0);
    const lob::Order order = *found->second;
    append(out, lob::EventKind::done, lob::Reason::canceled, order, order.lots);
    orders_.erase(found);
    if (order.side == lob::Side::buy) {
      remove(bids_, order, found->second);
    } else {
      remove(offers_, order, found->second);
    }
  }

  void reduce(lob::OrderId id, lob::Lots lots, lob::Events& out) {
    const auto found = orders_.find(id);
    if (found == orders_.end()) return append_unknown(out, id, lots);
    lob::Order& order = *found->second;
    if (lots <= 0 || lots >= order.lots) return append(out, lob::EventKind::rejected, lob::Reason::invalid_lots, order, lots);
    Level& level = order.side == lob::Side::buy ? bids_.find(order.price)->second : offers_.find(order.price)->second;
    level.lots -= order.lots - lots;
    order.lots = lots;
    append(out, lob::EventKind::reduced, lob::Reason::none, order, lots);
  }

  void apply(const lob::Command& command, lob::Events& out) {
    if (command.kind == lob::CommandKind::submit) return submit(command, out);
    if (command.kind == lob::CommandKind::cancel) return cancel(command.id, out);
    reduce(command.id, command.lots, out);
  }

private:
  using Queue = std::list<lob::Order>;
  struct Level {
    lob::Lots lots = 0;
    Queue queue;
  };
  using Bids = std::map<lob::Ticks, Level, std::greater<>>;
  using Offers = std::map<lob::Ticks, Level>;

  // `named` is a command or an order: both have an id, a price, an owner and a side.
  template <class Named>
  static void append(lob::Events& out, lob::EventKind kind, lob::Reason reason, const Named& named, lob::Lots lots) {
    lob::Event& event = out.emplace_back();
    event.id = named.id;
    event.price = kind == lob::EventKind::rejected && reason == lob::Reason::invalid_lots ? 0 : named.price;
    event.lots = lots;
    event.owner = named.owner;
    event.kind = kind;
    event.side = named.side;
    event.reason = reason;
  }

  static void append_unknown(lob::Events& out, lob::OrderId id, lob::Lots lots) {
    append(out, lob::EventKind::rejected, lob::Reason::unknown_id, lob::Order{id, 0, 0, 0, lob::Side::buy}, lots);
  }

  template <class Levels> lob::Lots match(Levels& levels, const lob::Command& taker, lob::Events& out) {
    lob::Lots left = taker.lots;
    while (left > 0 && !levels.empty() && !levels.key_comp()(taker.price, levels.begin()->first)) {
      auto& [price, level] = *levels.begin();
      lob::Order& maker = level.queue.front();
      const lob::Lots lots = std::min(left, maker.lots);
      left -= lots;
      maker.lots -= lots;
      level.lots -= lots;
      lob::Event& fill = out.emplace_back();
      fill = {taker.id, maker.id, price, lots, left, maker.lots, taker.owner, maker.owner, lob::EventKind::fill, taker.side, {}};
      if (maker.lots > 0) continue;
      orders_.erase(maker.id);
      level.queue.pop_front();
      if (level.queue.empty()) levels.erase(levels.begin());
    }
    return left;
  }

  template <class Levels> void rest(Levels& levels, const lob::Command& command, lob::Lots lots) {
    Level& level = levels[command.price];
    level.queue.push_back({command.id, command.price, lots, command.owner, command.side});
    level.lots += lots;
    orders_.emplace(command.id, std::prev(level.queue.end()));
  }

  template <class Levels> void remove(Levels& levels, const lob::Order& order, Queue::iterator place) {
    const auto level = levels.find(order.price);
    level->second.lots -= order.lots;
    level->second.queue.erase(place);
    if (level->second.queue.empty()) levels.erase(level);
  }

  Bids bids_;
  Offers offers_;
  std::unordered_map<lob::OrderId, Queue::iterator> orders_;
};

} // namespace naive

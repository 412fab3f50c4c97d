// The market's own orders: placed, withdrawn, executed, counted, and kept as messages where somebody wants them.
#include "lob/sim/orders.hpp"

#include <algorithm>

namespace lob::sim {

Lots Orders::place(Venue& venue, OrderId id, Side side, Ticks price, Lots lots) {
  withdraw(venue, id);
  const std::size_t before = venue.record().prints.size();
  venue.rest(id, side, price, lots, id > shown_);
  note(venue, before, side);
  Lots met = 0;
  for (std::size_t i = before; i < venue.record().prints.size(); ++i) met += venue.record().prints[i].lots;
  if (id > shown_ || met == lots) return met;
  ++added_;
  if (keep_) keep(venue, MessageKind::added, id, side, price, lots - met);
  return met;
}

bool Orders::withdraw(Venue& venue, OrderId id) {
  const auto order = keep_ ? venue.book().order(id) : std::nullopt;
  const Lots lots = venue.withdraw(id);
  if (lots == 0) return false;
  if (id > shown_) return true;
  ++withdrawn_;
  if (keep_) keep(venue, MessageKind::withdrawn, id, order->side, order->price, lots);
  return true;
}

Lots Orders::take(Venue& venue, Side aggressor, Ticks limit, Lots lots) {
  const std::size_t before = venue.record().prints.size();
  const Lots taken = venue.match(aggressor, limit, lots);
  note(venue, before, aggressor);
  return taken;
}

void Orders::note(const Venue& venue, std::size_t first, Side aggressor) {
  const auto& prints = venue.record().prints;
  for (std::size_t i = first; i < prints.size(); ++i) {
    const bool hidden = (prints[i].flags & print_hidden) != 0;
    ++(hidden ? hidden_ : executed_);
    if (!keep_) continue;
    const MessageKind kind = hidden ? MessageKind::hidden : MessageKind::executed;
    keep(venue, kind, 0, opposite(aggressor), prints[i].points / venue.points_per_tick(), prints[i].lots);
  }
}

void Orders::keep(const Venue& venue, MessageKind kind, OrderId id, Side side, Ticks price, Lots lots) {
  const std::uint8_t level = kind == MessageKind::hidden ? 0 : rank(venue, side, price);
  messages_.push_back({now_, id, price, lots, venue.book().touch(), side, kind, level});
}

std::uint8_t Orders::rank(const Venue& venue, Side side, Ticks price) {
  const auto beats = [&](const Level& level) { return side == Side::buy ? level.price > price : level.price < price; };
  for (std::size_t most = 12;; most = most_level) { // most orders are near the touch
    venue.book().levels(side, most, shown_levels_);
    if (most < most_level && shown_levels_.size() == most && beats(shown_levels_.back())) continue;
    const auto better = std::count_if(shown_levels_.begin(), shown_levels_.end(), beats);
    return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(better + 1, most_level));
  }
}

} // namespace lob::sim

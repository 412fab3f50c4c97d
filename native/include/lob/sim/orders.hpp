// The market's own orders in the book: each has a place, and its place is its id.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lob/sim/config.hpp"
#include "lob/venue.hpp"

namespace lob::sim {

enum class MessageKind : std::uint8_t { added = 0, withdrawn = 1, executed = 2, hidden = 3 }; // hidden: executed, of an order not shown

// What a data vendor would have published: one order added, withdrawn or executed, and the touch afterwards.
struct Message {
  Nanos ts;
  OrderId id;
  Ticks price;
  Lots lots;
  Touch after;
  Side side; // of the order that rests or rested
  MessageKind kind;
  std::uint8_t level; // rank of its price among those shown on its side, 1 the best, at most most_level; of a hidden order 0
  std::uint8_t pad[5] = {};
};
inline constexpr std::uint8_t most_level = 200;

// A place is named by an id from 1 to `count`. An order is addressed by its place and not by its rank in a list, so that a cancel
// means the same order whatever else is in the book.
class Orders {
public:
  // hidden: how many of the last ids are of orders that are not shown; they are no messages until they are executed.
  Orders(std::uint32_t count, bool keep_messages, std::uint32_t hidden = 0) : count_(count), shown_(count - hidden), keep_(keep_messages) {}
  std::uint32_t count() const { return count_; }

  void at(Nanos now) { now_ = now; }
  // Takes the place of what is there. Returns the lots that met hidden orders.
  Lots place(Venue& venue, OrderId id, Side side, Ticks price, Lots lots);
  bool withdraw(Venue& venue, OrderId id);                                 // false: nothing is there
  Lots take(Venue& venue, Side aggressor, Ticks limit, Lots lots);

  std::int64_t added() const { return added_; }
  std::int64_t withdrawn() const { return withdrawn_; }
  std::int64_t executed() const { return executed_; }
  std::int64_t hidden() const { return hidden_; } // executions of orders that were not shown
  const std::vector<Message>& messages() const { return messages_; }

private:
  void note(const Venue& venue, std::size_t first, Side aggressor); // executions: prints from `first` on
  std::uint8_t rank(const Venue& venue, Side side, Ticks price);
  void keep(const Venue& venue, MessageKind kind, OrderId id, Side side, Ticks price, Lots lots);

  std::uint32_t count_, shown_;
  bool keep_;
  Nanos now_ = 0;
  std::int64_t added_ = 0, withdrawn_ = 0, executed_ = 0, hidden_ = 0;
  std::vector<Message> messages_;
  std::vector<Level> shown_levels_; // scratch
};

} // namespace lob::sim

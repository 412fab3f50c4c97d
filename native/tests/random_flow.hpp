// Streams of random commands, each profile after one way in which books go wrong.
#pragma once

#include <limits>
#include <vector>

#include "dice.hpp"
#include "slow_book.hpp"

constexpr lob::Ticks lowest_price = std::numeric_limits<lob::Ticks>::min();
constexpr lob::Ticks highest_price = std::numeric_limits<lob::Ticks>::max();

enum class Ids { dense, sparse, few };

struct Profile {
  const char* name;
  unsigned submit, cancel, reduce, replace; // weights
  lob::Ticks spread;                        // prices lie within this many ticks of a centre
  lob::Ticks jump;                          // the centre moves by up to this, now and then
  lob::Lots lots;                           // quantities up to this
  std::size_t depth;                        // orders at rest, about
  unsigned crossing = 10;                   // percent of the orders that are priced beyond the centre
  unsigned special = 5;                     // percent: IOC, FOK, market, post-only and flags that make no sense
  unsigned extreme = 1;                     // percent of the numbers that come from the edges of int64
  Ids ids = Ids::dense;
  std::size_t window = 1 << 14;
  lob::Ticks min_price = lowest_price + 1;
  lob::Ticks max_price = highest_price - 1;
  std::size_t max_orders = std::size_t{1} << 30;
};

inline const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all{
      {.name = "touch", .submit = 50, .cancel = 40, .reduce = 5, .replace = 5, .spread = 4, .jump = 1, .lots = 200,
       .depth = 150},
      {.name = "deep", .submit = 60, .cancel = 30, .reduce = 5, .replace = 5, .spread = 3'000, .jump = 50, .lots = 200,
       .depth = 2'000, .crossing = 1},
      {.name = "queues", .submit = 45, .cancel = 25, .reduce = 20, .replace = 10, .spread = 1, .jump = 0, .lots = 9,
       .depth = 300, .crossing = 25},
      {.name = "storms", .submit = 80, .cancel = 10, .reduce = 5, .replace = 5, .spread = 20, .jump = 40,
       .lots = 5'000, .depth = 100, .crossing = 50, .window = 64},
      {.name = "jumps", .submit = 60, .cancel = 25, .reduce = 5, .replace = 10, .spread = 40, .jump = 500, .lots = 100,
       .depth = 200, .crossing = 5, .window = 64},
      {.name = "edges", .submit = 60, .cancel = 25, .reduce = 5, .replace = 10, .spread = 50, .jump = highest_price,
       .lots = 2, .depth = 60, .crossing = 20, .special = 10, .extreme = 30, .window = 64},
      {.name = "range", .submit = 60, .cancel = 20, .reduce = 10, .replace = 10, .spread = 300, .jump = 10,
       .lots = 100, .depth = 100, .crossing = 15, .extreme = 5, .window = 128, .min_price = -100, .max_price = 120,
       .max_orders = 90},
      {.name = "ids", .submit = 60, .cancel = 25, .reduce = 5, .replace = 10, .spread = 10, .jump = 3, .lots = 50,
       .depth = 200, .extreme = 10, .ids = Ids::sparse},
      {.name = "duplicates", .submit = 50, .cancel = 25, .reduce = 10, .replace = 15, .spread = 10, .jump = 3,
       .lots = 50, .depth = 60, .extreme = 5, .ids = Ids::few, .window = 64},
      {.name = "replaces", .submit = 20, .cancel = 5, .reduce = 5, .replace = 70, .spread = 30, .jump = 20,
       .lots = 100, .depth = 120, .crossing = 8, .window = 64},
      {.name = "flags", .submit = 85, .cancel = 10, .reduce = 2, .replace = 3, .spread = 6, .jump = 2, .lots = 300,
       .depth = 150, .crossing = 20, .special = 60},
  };
  return all;
}

class Flow {
public:
  Flow(const Profile& profile, std::uint64_t seed) : profile_(profile), dice_(seed) {
    if (profile.jump > 1'000) centre_ = jump(); // start anywhere
  }

  lob::Command next(const SlowBook& book) {
    if (dice_.below(200) == 0) centre_ = jump();
    lob::Command command{};
    command.kind = kind(book.size());
    command.side = dice_.chance(50) ? lob::Side::buy : lob::Side::sell;
    command.owner = static_cast<lob::Owner>(dice_.below(4));
    command.id = command.kind == lob::CommandKind::submit ? new_id() : known_id(book);
    const auto order = book.order(command.id);
    if (order) command.side = order->side;
    command.price = price(command.side);
    command.lots = extreme() ? edge() : dice_.between(1, profile_.lots);
    if (order && command.kind != lob::CommandKind::submit) stay_close(command, *order);
    if (command.kind == lob::CommandKind::submit && dice_.chance(profile_.special)) specialise(command);
    if (dice_.below(2'000) == 0) command.kind = static_cast<lob::CommandKind>(9 + dice_.below(247));
    return command;
  }

private:
  lob::CommandKind kind(std::size_t size) {
    const bool full = size > profile_.depth;
    const unsigned cancel = full ? 2 * (profile_.submit + profile_.cancel) : profile_.cancel;
    std::uint64_t draw = dice_.below(profile_.submit + cancel + profile_.reduce + profile_.replace);
    if (draw < profile_.submit) return lob::CommandKind::submit;
    draw -= profile_.submit;
    if (draw < cancel) return lob::CommandKind::cancel;
    return draw - cancel < profile_.reduce ? lob::CommandKind::reduce : lob::CommandKind::replace;
  }

  lob::OrderId new_id() {
    lob::OrderId id = 0;
    switch (profile_.ids) {
    case Ids::dense: id = ++last_id_; break;
    case Ids::sparse: id = dice_.chance(50) ? dice_.word() : dice_.below(std::uint64_t{1} << dice_.below(40)); break;
    case Ids::few: id = dice_.below(100); break;
    }
    if (dice_.below(500) == 0) id = 0;
    if (!ids_.empty() && dice_.below(500) == 0) id = dice_.one_of(ids_);
    ids_.push_back(id);
    return id;
  }

  // Mostly of an order at rest; ids that were found gone are forgotten.
  lob::OrderId known_id(const SlowBook& book) {
    if (dice_.below(200) == 0) return dice_.chance(50) ? 0 : dice_.word();
    for (int tries = 0; tries < 20 && !ids_.empty(); ++tries) {
      const std::size_t place = dice_.below(ids_.size());
      const lob::OrderId id = ids_[place];
      if (book.order(id)) return id;
      ids_[place] = ids_.back();
      ids_.pop_back();
    }
    return last_id_;
  }

  lob::Ticks price(lob::Side side) {
    if (extreme()) return edge();
    const bool beyond = dice_.chance(profile_.crossing);
    const lob::Ticks away = dice_.between(beyond ? -profile_.spread : 0, profile_.spread) * -lob::sign(side);
    return add(centre_, away);
  }

  // A third of the replaces stay at their price, and most quantities are near what rests: that is where the rules differ.
  void stay_close(lob::Command& command, const lob::Order& order) {
    if (dice_.chance(33)) command.price = order.price;
    if (dice_.chance(60) && !extreme()) command.lots = order.lots <= 1 ? 1 : dice_.between(order.lots / 2, order.lots);
  }

  void specialise(lob::Command& command) {
    command.tif = dice_.one_of({lob::TimeInForce::rest, lob::TimeInForce::ioc, lob::TimeInForce::fok, lob::TimeInForce::fok});
    command.flags = dice_.one_of<std::uint8_t>({0, 0, 0, lob::flag_market, lob::flag_market, lob::flag_post_only, 3, 16});
    if (command.flags == lob::flag_post_only && dice_.chance(80)) command.tif = lob::TimeInForce::rest;
    if (dice_.chance(50)) command.lots = dice_.between(1, 5 * profile_.lots);
    if (dice_.below(100) == 0) command.tif = static_cast<lob::TimeInForce>(dice_.below(256));
    if (dice_.below(100) == 0) command.side = static_cast<lob::Side>(dice_.below(256));
    if (dice_.below(100) == 0) command.flags = static_cast<std::uint8_t>(16 * dice_.below(16));
  }

  bool extreme() { return dice_.chance(profile_.extreme); }

  std::int64_t edge() {
    const std::int64_t near = dice_.between(-3, 3);
    const std::int64_t base = dice_.one_of({lowest_price, lowest_price / 2, -(lob::Ticks{1} << 32), lob::Ticks{0}, profile_.min_price,
                                            profile_.max_price, lob::Ticks{1} << 32, highest_price / 2, highest_price});
    return add(base, near);
  }

  lob::Ticks jump() {
    if (profile_.jump <= 1'000) return add(centre_, dice_.between(-profile_.jump, profile_.jump));
    return dice_.chance(50) ? edge() : static_cast<lob::Ticks>(dice_.word());
  }

  static std::int64_t add(std::int64_t a, std::int64_t b) { // up to the edge of int64
    if (b > 0 && a > highest_price - b) return highest_price;
    if (b < 0 && a < lowest_price - b) return lowest_price;
    return a + b;
  }

  Profile profile_;
  Dice dice_;
  lob::Ticks centre_ = 0;
  lob::OrderId last_id_ = 0;
  std::vector<lob::OrderId> ids_;
};

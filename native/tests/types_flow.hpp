// Streams of random commands with every order type, each profile after one way in which books go wrong.
#pragma once

#include <limits>
#include <vector>

#include "dice.hpp"
#include "slow_types.hpp"

struct TypesProfile {
  const char* name;
  unsigned iceberg, hidden, peg, reprice, timed, stp, special; // percent of the new orders; special: market, IOC, FOK, post-only
  unsigned auction = 0;    // percent of the commands that start or end one
  lob::Ticks spread = 5;   // prices lie within this many ticks of a centre
  lob::Ticks jump = 2;     // the centre moves by up to this, now and then
  lob::Lots lots = 30;
  std::size_t depth = 30;  // orders at rest, about
  unsigned crossing = 20;  // percent of the orders that are priced beyond the centre
  unsigned extreme = 0;    // percent of the numbers that come from the edges of int64
  std::size_t window = 64;
  lob::Ticks min_price = std::numeric_limits<lob::Ticks>::min() + 1;
  lob::Ticks max_price = std::numeric_limits<lob::Ticks>::max() - 1;
  std::size_t max_orders = std::size_t{1} << 30;
};

inline const std::vector<TypesProfile>& types_profiles() {
  static const std::vector<TypesProfile> all{
      {.name = "plain", .iceberg = 0, .hidden = 0, .peg = 0, .reprice = 0, .timed = 0, .stp = 0, .special = 20},
      {.name = "stp", .iceberg = 5, .hidden = 5, .peg = 5, .reprice = 0, .timed = 0, .stp = 80, .special = 20},
      {.name = "iceberg", .iceberg = 60, .hidden = 5, .peg = 0, .reprice = 5, .timed = 10, .stp = 10, .special = 20},
      {.name = "hidden", .iceberg = 10, .hidden = 60, .peg = 5, .reprice = 20, .timed = 5, .stp = 10, .special = 20},
      {.name = "aside", .iceberg = 0, .hidden = 25, .peg = 0, .reprice = 0, .timed = 0, .stp = 0, .special = 20, .max_orders = 40},
      {.name = "pegs", .iceberg = 5, .hidden = 15, .peg = 45, .reprice = 10, .timed = 5, .stp = 20, .special = 15, .spread = 4},
      {.name = "rare", .iceberg = 1, .hidden = 1, .peg = 1, .reprice = 1, .timed = 1, .stp = 1, .special = 5, .depth = 12},
      {.name = "auctions", .iceberg = 15, .hidden = 15, .peg = 10, .reprice = 3, .timed = 10, .stp = 5, .special = 15, .auction = 8,
       .crossing = 40},
      {.name = "all", .iceberg = 15, .hidden = 15, .peg = 15, .reprice = 15, .timed = 15, .stp = 30, .special = 30, .auction = 2},
      {.name = "range", .iceberg = 15, .hidden = 15, .peg = 15, .reprice = 25, .timed = 15, .stp = 30, .special = 20, .auction = 2,
       .spread = 6, .jump = 4, .extreme = 4, .min_price = -7, .max_price = 8, .max_orders = 20},
      {.name = "edges", .iceberg = 15, .hidden = 15, .peg = 15, .reprice = 15, .timed = 15, .stp = 20, .special = 20, .auction = 2,
       .spread = 40, .jump = std::numeric_limits<lob::Ticks>::max(), .depth = 20, .extreme = 25},
  };
  return all;
}

class TypesFlow {
public:
  TypesFlow(const TypesProfile& profile, std::uint64_t seed) : profile_(profile), dice_(seed) {}

  lob::Command next(const SlowTypes& book) {
    if (dice_.below(100) == 0) centre_ = moved();
    lob::Command c{};
    c.owner = static_cast<lob::Owner>(dice_.below(3));
    c.side = dice_.chance(50) ? lob::Side::buy : lob::Side::sell;
    c.kind = kind(book);
    const bool is_new = c.kind == lob::CommandKind::submit;
    c.id = is_new && dice_.below(100) != 0 ? ++last_id_ : known_id(book);
    const SlowTypes::Resting* order = book.state().find(c.id);
    if (order != nullptr) c.side = order->terms.side;
    c.price = price(c.side);
    c.lots = extreme() ? edge() : dice_.between(1, profile_.lots);
    if (is_new) {
      if (dice_.below(1'000) == 0) c.id = dice_.one_of<lob::OrderId>({0, ~lob::OrderId{0}, lob::OrderId{1} << 40});
      specialise(c);
    } else if (order != nullptr) {
      if (dice_.chance(40)) c.price = order->terms.price;
      if (dice_.chance(60) && order->terms.lots > 1) c.lots = dice_.between(1, order->terms.lots);
      if (dice_.chance(profile_.stp)) c.stp = mode();
    }
    if (c.kind == lob::CommandKind::expire) c.good_till = extreme() ? edge() : ++now_;
    if (c.kind == lob::CommandKind::uncross) c.price = extreme() ? edge() : add(centre_, dice_.between(-8, 8));
    const bool is_mass = c.kind == lob::CommandKind::cancel_owner || c.kind == lob::CommandKind::cancel_side;
    if (is_mass) c.side = static_cast<lob::Side>(dice_.below(dice_.below(10) == 0 ? 4 : 3));
    if (dice_.below(3'000) == 0) c.kind = static_cast<lob::CommandKind>(9 + dice_.below(247));
    return c;
  }

private:
  using Kind = lob::CommandKind;

  Kind kind(const SlowTypes& book) {
    if (dice_.chance(profile_.auction)) {
      const bool wrong = dice_.below(40) == 0;
      return book.state().in_auction != wrong ? Kind::uncross : Kind::start_auction;
    }
    if (profile_.auction == 0 && book.state().in_auction && dice_.below(20) == 0) return Kind::uncross;
    if (profile_.auction == 0 && dice_.below(3'000) == 0) return dice_.one_of({Kind::uncross, Kind::start_auction});
    if (dice_.below(60) == 0) return Kind::expire;
    if (dice_.below(300) == 0) return dice_.one_of({Kind::cancel_owner, Kind::cancel_side});
    const std::uint64_t draw = dice_.below(100);
    const std::uint64_t cancels = book.state().orders.size() > profile_.depth ? 50 : 12;
    if (draw < cancels) return Kind::cancel;
    if (draw < cancels + 5) return Kind::reduce;
    return draw < cancels + 15 ? Kind::replace : Kind::submit;
  }

  lob::OrderId known_id(const SlowTypes& book) {
    const auto& resting = book.state().orders;
    if (resting.empty() || dice_.below(50) == 0) return dice_.below(last_id_ + 2);
    return dice_.one_of(resting).terms.id;
  }

  lob::Ticks price(lob::Side side) {
    if (extreme()) return edge();
    const bool beyond = dice_.chance(profile_.crossing);
    const lob::Ticks away = dice_.between(beyond ? -profile_.spread : 0, profile_.spread) * -lob::sign(side);
    return add(centre_, away);
  }

  lob::SelfTrade mode() { return static_cast<lob::SelfTrade>(1 + dice_.below(dice_.below(200) == 0 ? 6 : 4)); }

  void specialise(lob::Command& c) {
    if (dice_.chance(profile_.stp)) c.stp = mode();
    if (dice_.chance(profile_.iceberg)) c.peak = static_cast<std::uint32_t>(dice_.between(1, 8));
    if (c.peak != 0 && dice_.chance(profile_.extreme)) c.peak = ~std::uint32_t{0};
    if (c.peak != 0 && dice_.below(200) == 0) c.lots = lob::most_peaks * c.peak + dice_.between(0, 1);
    if (c.peak == 0 && dice_.chance(profile_.hidden)) c.flags = lob::flag_hidden;
    if (c.peak == 0 && dice_.chance(profile_.peg)) c.peg = static_cast<lob::Peg>(1 + dice_.below(dice_.below(200) == 0 ? 3 : 2));
    if (c.peg != lob::Peg::none && dice_.chance(50)) c.price = add(c.price, 3 * lob::sign(c.side)); // a limit that does not bind
    if (c.peg == lob::Peg::none && dice_.chance(profile_.reprice)) c.flags |= lob::flag_reprice;
    if (dice_.chance(profile_.timed)) c.good_till = extreme() ? edge() : now_ + dice_.between(0, 6);
    if (!dice_.chance(profile_.special)) return;
    c.tif = dice_.one_of({lob::TimeInForce::rest, lob::TimeInForce::ioc, lob::TimeInForce::fok, lob::TimeInForce::fok});
    const bool keep = dice_.below(10) == 0; // terms that exclude each other
    if (!keep) {
      c.flags = dice_.one_of<std::uint8_t>({0, 0, lob::flag_market, lob::flag_post_only});
      if (c.flags == lob::flag_post_only) c.tif = lob::TimeInForce::rest;
      if (c.flags == lob::flag_market) c.peg = lob::Peg::none;
      if (c.flags == lob::flag_market || c.tif != lob::TimeInForce::rest) c.peak = 0, c.good_till = 0;
    }
    if (dice_.chance(40)) c.lots = dice_.between(1, 4 * profile_.lots);
    if (dice_.below(100) == 0) c.tif = static_cast<lob::TimeInForce>(dice_.below(256));
    if (dice_.below(100) == 0) c.side = static_cast<lob::Side>(dice_.below(256));
    if (dice_.below(100) == 0) c.flags = static_cast<std::uint8_t>(dice_.below(256));
  }

  bool extreme() { return dice_.chance(profile_.extreme); }
  std::int64_t edge() {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min(), highest = std::numeric_limits<std::int64_t>::max();
    const std::int64_t base = dice_.one_of({lowest, lowest / 2, -(std::int64_t{1} << 32), std::int64_t{0}, profile_.min_price,
                                            profile_.max_price, std::int64_t{1} << 32, highest / 2, highest});
    return add(base, dice_.between(-3, 3));
  }
  lob::Ticks moved() {
    if (profile_.jump <= 1'000) return add(centre_, dice_.between(-profile_.jump, profile_.jump)) / 2;
    return dice_.chance(50) ? 0 : edge();
  }
  static std::int64_t add(std::int64_t a, std::int64_t b) { // up to the edge of int64
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  }

  TypesProfile profile_;
  Dice dice_;
  lob::Ticks centre_ = 0;
  lob::OrderId last_id_ = 0;
  lob::Nanos now_ = 1;
};

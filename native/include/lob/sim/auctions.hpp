// The auctions of a simulated day: who sends what into a call, and when.
//
// A call lasts `call` seconds: the opening one begins with the session, the closing one ends with it. In it the continuous flow is
// silent, and orders for the auction alone come in: market orders, and limits around fair value at that moment. Like all that is
// exogenous they are functions of the seed and a counter; what does not trade leaves with the auction.
#pragma once

#include <optional>
#include <vector>

#include "lob/sim/config.hpp"
#include "lob/venue.hpp"

namespace lob::sim {

class Auctions {
public:
  explicit Auctions(const Config& config);

  struct Step {
    Nanos ts;
    enum class Kind : std::uint8_t { call, order, uncross } kind;
    Auction auction;
  };
  std::optional<Step> next() const; // none: no auction is left
  void pass();                      // it has happened
  bool silent(Nanos ts) const;      // within a call, ends included: no continuous flow
  bool opens() const { return opens_; }
  bool any() const { return opens_ || closes_; }

  void announce(Venue& venue) const;
  // An order of the market comes in. fair: what it is worth now [ticks]; width: how far limits are from it [ticks].
  void order(Venue& venue, double fair, double width);
  void end(Venue& venue, Phase next); // uncross; what is left of the market's orders goes
  std::int64_t lots() const { return lots_; } // that have traded in auctions, ours included

private:
  std::uint64_t seed_;
  bool opens_, closes_;
  struct Call {
    Auction auction;
    Nanos begin, end;
    double size; // mean of an order [lots]
  };
  std::vector<Call> calls_;     // in order
  std::size_t call_ = 0;        // the present or the next one
  std::uint32_t done_ = 0;      // steps of it: its begin, orders, its end
  std::vector<OrderId> ids_;    // of the market's orders in it
  std::int64_t lots_ = 0;
};

} // namespace lob::sim

// What a symbol shows over the floors that trade it: the best prices, and the lots of all who show them.
#pragma once

#include "lob/touch.hpp"

namespace lob {

// Two floors may lock or cross each other: the sum is then not two-sided.
class Consolidated {
public:
  void add(const Touch& touch) {
    add(touch.bid, touch.bid_lots, sum_.bid, sum_.bid_lots, sum_.bid_lots == 0 || touch.bid > sum_.bid);
    add(touch.ask, touch.ask_lots, sum_.ask, sum_.ask_lots, sum_.ask_lots == 0 || touch.ask < sum_.ask);
  }
  const Touch& touch() const { return sum_; }

private:
  static void add(Ticks price, Lots lots, Ticks& best, Lots& there, bool better) {
    if (lots <= 0) return;
    if (better) {
      best = price;
      there = lots;
    } else if (price == best) {
      there += lots;
    }
  }

  Touch sum_;
};

} // namespace lob

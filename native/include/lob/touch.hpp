// The touch of a market: best bid and offer with the lots displayed there.
#pragma once

#include "lob/types.hpp"

namespace lob {

struct Touch {
  Ticks bid = 0, ask = 0;         // meaningful where the lots are > 0
  Lots bid_lots = 0, ask_lots = 0;

  bool operator==(const Touch&) const = default;
  bool two_sided() const { return bid_lots > 0 && ask_lots > 0 && bid < ask; }
  bool same_prices(const Touch& other) const {
    return (bid_lots > 0) == (other.bid_lots > 0) && (ask_lots > 0) == (other.ask_lots > 0) &&
           (bid_lots == 0 || bid == other.bid) && (ask_lots == 0 || ask == other.ask);
  }
};

} // namespace lob

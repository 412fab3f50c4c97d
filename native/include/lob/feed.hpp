// A feed moves the market's side of one floor or of several, one event at a time: a recorded day, or a simulated market.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "lob/venue.hpp"

namespace lob {

using Floors = std::span<Venue>; // in a fixed order: each is a symbol at a venue

class Feed {
public:
  virtual ~Feed() = default;
  virtual bool peek(Nanos& ts) = 0;                    // the time of the next event; false: there is none
  virtual void step(Floors floors) = 0;                // the next event happens, on the floors that are the feed's
  virtual bool recorded() const = 0;                   // whether a recorded market stands beside the live one
  virtual std::map<std::string, std::int64_t> counters() const = 0; // what the feed's rules did, by name
  virtual void recorded_levels(Side side, std::size_t most, std::vector<Level>& out) const = 0; // empty if nothing is recorded; orders -1: unknown
};

} // namespace lob

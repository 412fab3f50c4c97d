// How long our messages take to the venue, and its reports to us: fixed, or drawn from a seed and the time of sending alone.
//
// A draw depends on nothing else, so a re-run draws the same, and so does a market without some of our orders. What is sent at one instant
// takes equally long. Each way is one connection: nothing overtakes what was sent before it, so a fill may cross our cancel on the way but
// reports come in the order in which they were made.
#pragma once

#include <cstdint>

#include "lob/hash.hpp"
#include "lob/types.hpp"

namespace lob {

struct Latency {
  Nanos entry;         // least time from sending to arrival, > 0
  Nanos entry_jitter;  // on top of it, uniform over [0, entry_jitter]
  Nanos report;        // least time from an event to our hearing of it, >= 0; 0 without jitter: at once
  Nanos report_jitter; // on top of it, uniform over [0, report_jitter]
  std::uint64_t seed;

  Latency(Nanos entry_, Nanos entry_jitter_ = 0, Nanos report_ = 0, Nanos report_jitter_ = 0, std::uint64_t seed_ = 1) // a span: of the way in
      : entry(entry_), entry_jitter(entry_jitter_), report(report_), report_jitter(report_jitter_), seed(seed_) {}

  Nanos entry_at(Nanos sent) const { return entry + draw(1, sent, entry_jitter); }
  Nanos report_at(Nanos sent) const { return report + draw(2, sent, report_jitter); }

private:
  Nanos draw(std::uint64_t way, Nanos sent, Nanos most) const {
    if (most == 0) return 0;
    const std::uint64_t bits = Hash().add(seed).add(way).add(static_cast<std::uint64_t>(sent)).value();
    return static_cast<Nanos>(static_cast<unsigned __int128>(bits) * (static_cast<std::uint64_t>(most) + 1) >> 64);
  }
};

} // namespace lob

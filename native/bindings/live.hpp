// A session as Python holds it, and the words that its bindings share.
#pragma once

#include <atomic>

#include <pybind11/pybind11.h>

#include "lob/session.hpp"
#include "lob/sim/market.hpp"

// A session and the flag that makes it pause at the next look.
struct Live {
  Live(lob::Nanos open, lob::Nanos close) : session(open, close) {}
  lob::Session session;
  std::atomic<bool> interrupt{false};
  const lob::sim::Market* simulated = nullptr; // the session's feed, where that is one
};

using Class = pybind11::class_<Live>;
inline pybind11::arg_v on_floor() { return pybind11::arg("floor") = 0; }

inline pybind11::tuple as_tuple(const lob::Touch& touch) { return pybind11::make_tuple(touch.bid, touch.ask, touch.bid_lots, touch.ask_lots); }

// A floor that there is.
inline lob::Venue& venue(Live& live, std::size_t floor) {
  if (floor >= live.session.floors()) throw pybind11::index_error("the session has no such floor");
  return live.session.venue(floor);
}

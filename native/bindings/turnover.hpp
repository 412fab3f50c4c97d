// What has traded, as numbers of any size for Python.
#pragma once

#include <pybind11/pybind11.h>

#include "lob/statistics.hpp"

inline pybind11::object whole_number(__int128 number) {
  const pybind11::int_ high(static_cast<std::int64_t>(number >> 64)), low(static_cast<std::uint64_t>(number));
  return (high << pybind11::int_(64)) | low;
}

// Others' lots and lots x points from a second after the open on.
inline pybind11::tuple turnover(const lob::Statistics& statistics, std::size_t first) {
  const lob::Turnover found = statistics.turnover(first);
  return pybind11::make_tuple(whole_number(found.lots), whole_number(found.notional));
}

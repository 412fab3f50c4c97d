// The meter's memory: totals by time, searched from the newest.
#include "lob/meter.hpp"

#include <algorithm>

namespace lob {

Lots Meter::since(Nanos time) const {
  const auto after = std::upper_bound(history_.begin(), history_.end(), time,
                                      [](Nanos t, const std::pair<Nanos, Lots>& entry) { return t < entry.first; });
  return after == history_.begin() ? total_ : total_ - std::prev(after)->second;
}

} // namespace lob

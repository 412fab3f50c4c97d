// A meter of the market's volume as one parent order sees it: others' prints that give headroom to its participation cap.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "lob/record.hpp"

namespace lob {

class Meter {
public:
  Meter(ParentKey parent, Side side, bool limited, std::int64_t limit_points)
      : parent_(parent), side_(side), limited_(limited), limit_points_(limit_points) {}

  ParentKey parent() const { return parent_; }
  void set_active(bool active) { active_ = active; }
  void set_limit(bool limited, std::int64_t limit_points) {
    limited_ = limited;
    limit_points_ = limit_points;
  }

  // Counts a print of continuous trading. Volume outside the limit, or while the order may not work, earns nothing.
  void count(const Print& print) {
    const bool own = print.parent == parent_ || print.counterparty == parent_;
    if (!active_ || own || (limited_ && better(side_, print.points, limit_points_))) return;
    total_ += print.lots;
    if (!history_.empty() && history_.back().first == print.ts) {
      history_.back().second = total_;
    } else {
      history_.emplace_back(print.ts, total_);
    }
  }

  Lots total() const { return total_; }

  // Counted after `time`, a print at `time` itself left out.
  Lots since(Nanos time) const;

private:
  ParentKey parent_;
  Side side_;
  bool limited_;
  std::int64_t limit_points_;
  bool active_ = false;
  Lots total_ = 0;
  std::vector<std::pair<Nanos, Lots>> history_; // (time, total up to and with that time)
};

} // namespace lob

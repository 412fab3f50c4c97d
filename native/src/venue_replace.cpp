// Replacing an order of ours: one message, and never two quantities at work.
#include <algorithm>
#include <limits>

#include "lob/venue.hpp"

namespace lob {

// Whether the book could take the order at all.
bool Venue::possible(const OwnOrder& order) const {
  const __int128 value = static_cast<__int128>(order.price) * order.lots;
  const bool fits = value <= std::numeric_limits<std::int64_t>::max() && value >= std::numeric_limits<std::int64_t>::min();
  const bool peaks = order.peak == 0 || order.lots <= most_peaks * Lots{order.peak};
  return fits && peaks && order.price >= config_.book.min_price && order.price <= config_.book.max_price;
}

void Venue::replace(const OwnReplace& asked, Nanos now) {
  begin(now);
  const OwnOrder* found = named(asked.parent, asked.number);
  if (found == nullptr) {
    OwnOrder gone{};
    gone.parent = asked.parent;
    gone.number = asked.number;
    const bool filled = std::find(done_.begin(), done_.end(), std::pair(asked.parent, asked.number)) != done_.end();
    say(ReportKind::replace_rejected, filled ? ReportReason::filled : ReportReason::unknown, gone, 0);
    return;
  }
  const OwnOrder was = *found;
  const auto reject = [&](ReportReason reason) { say(ReportKind::replace_rejected, reason, was, was.lots).price = was.price; };
  if (was.auction != Auction::none) return reject(ReportReason::unsupported);
  if (asked.lots <= 0) return reject(ReportReason::invalid);
  if (phase_ == Phase::closed) return reject(ReportReason::session_closed);
  if (now >= was.good_till) return reject(ReportReason::late);
  if (asked.lots <= was.filled) return cancel(asked.parent, asked.number, now);
  OwnOrder order = was;
  order.price = asked.price;
  order.lots = asked.lots - was.filled;
  if (!possible(order)) return reject(ReportReason::invalid);
  if (order.price == was.price && order.lots <= was.lots) {
    named(asked.parent, asked.number)->lots = order.lots;
    take_back(order.id, was.lots - order.lots);
    Report& report = say(ReportKind::replaced, ReportReason::none, order, order.lots);
    report.price = order.price;
    if (!config_.no_book && !order.hidden && order.peg == Peg::none) know_queue(report, order);
  } else if (halted_) {
    return reject(in_call(phase_) ? ReportReason::in_auction : ReportReason::halted);
  } else {
    events_.clear();
    book_.cancel(was.id, events_);
    erase_own(was.id);
    heed_events();
    enter(order, ReportKind::replaced);
  }
  remark(config_.recorded_depth ? &reference_ : nullptr);
}

} // namespace lob

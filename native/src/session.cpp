// The session's loop: what comes next, in the one order that holds for everyone.
#include "lob/session.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "lob/hash.hpp"

namespace lob {
namespace {
constexpr Nanos never = std::numeric_limits<Nanos>::max();
constexpr std::uint64_t look_every = 256; // events between two looks at the interrupt
} // namespace

Session::Session(const Config& config) : config_(config), venue_(config.venue), clock_(config.open) {
  if (config.close <= config.open) throw std::invalid_argument("close must be after open");
  if (config.latency <= 0) throw std::invalid_argument("latency must be greater than 0");
}

StopKind Session::advance(const Until& until, const std::atomic<bool>* interrupt) {
  const std::uint64_t first = index_;
  while (true) {
    if (!venue_.reports().empty()) return StopKind::report;
    if (closed_) return StopKind::closed;
    const std::uint64_t done = index_ - first;
    if (done >= until.budget) return StopKind::budget;
    if (done % look_every == look_every - 1 && interrupt != nullptr && interrupt->load(std::memory_order_relaxed)) return StopKind::budget;

    const Nanos message = messages_.empty() ? never : messages_.front().due;
    const Nanos expiry = venue_.next_expiry().value_or(never);
    const Nanos horizon = std::min(until.time, config_.close);
    const Nanos next = std::min({message, expiry, until.wake, horizon});
    Nanos market = never;
    if (feed_->peek(market) && market <= next) {
      if (index_ >= until.index) return StopKind::limit; // the clock stands: own messages of this instant come after the event
      clock_ = std::max(clock_, market);
      const bool halted = venue_.halted();
      feed_->step(venue_);
      ++index_;
      if (halted != venue_.halted()) return StopKind::halt;
      if (until.on_quote && venue_.touch().two_sided() && !venue_.halted()) return StopKind::quote;
      continue;
    }
    clock_ = std::max(clock_, next);
    if (message == next) {
      const Message due = messages_.front();
      messages_.pop_front();
      deliver(due);
    } else if (expiry == next) {
      venue_.expire(clock_);
    } else if (until.wake == next) {
      return StopKind::wake;
    } else if (horizon == config_.close) {
      end(false);
    } else {
      return StopKind::limit;
    }
  }
}

void Session::deliver(const Message& message) {
  if (message.is_cancel) {
    venue_.cancel(message.order.parent, message.order.number, clock_);
  } else {
    venue_.arrive(message.order, clock_);
  }
}

void Session::submit(const OwnOrder& order) { messages_.push_back({clock_ + config_.latency, false, order}); }

void Session::cancel(ParentKey parent, std::uint32_t number) {
  OwnOrder order{};
  order.parent = parent;
  order.number = number;
  messages_.push_back({clock_ + config_.latency, true, order});
}

void Session::end(bool deleted) {
  std::vector<OwnOrder> on_their_way;
  for (const Message& message : messages_) {
    if (!message.is_cancel) on_their_way.push_back(message.order);
  }
  messages_.clear();
  venue_.close(clock_, on_their_way, deleted);
  closed_ = true;
}

void Session::shut() { end(true); }

std::map<std::string, std::int64_t> Session::counters() const {
  auto counters = feed_->counters();
  if (feed_->recorded()) counters["truncated"] = venue_.truncated();
  return counters;
}

std::uint64_t Session::hash() const {
  Hash hash;
  hash.add(venue_.hash()).add(static_cast<std::uint64_t>(clock_)).add(index_).add(closed_);
  for (const Message& message : messages_) {
    const OwnOrder& order = message.order;
    for (const std::int64_t number : {message.due, order.price, order.lots, order.good_till}) hash.add(static_cast<std::uint64_t>(number));
    hash.add(message.is_cancel).add(order.parent).add(order.number);
  }
  for (const auto& counter : feed_->counters()) hash.add(static_cast<std::uint64_t>(counter.second));
  return hash.value();
}

} // namespace lob

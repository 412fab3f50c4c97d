// The session's loop: what comes next, in the one order that holds for everyone.
#include "lob/session.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "lob/hash.hpp"

namespace lob {
namespace {
constexpr Nanos never = std::numeric_limits<Nanos>::max();
constexpr Nanos longest = 86'400 * Nanos{1'000'000'000};
constexpr std::uint64_t look_every = 256; // events between two looks at the interrupt

VenueConfig opened(VenueConfig config, Nanos open) {
  config.open = open;
  return config;
}
} // namespace

Session::Session(const Config& config) : config_(config), venue_(opened(config.venue, config.open)), clock_(config.open) {
  if (config.close <= config.open) throw std::invalid_argument("close must be after open");
  const Latency& latency = config.latency;
  if (latency.entry <= 0) throw std::invalid_argument("latency must be greater than 0");
  if (latency.report < 0) throw std::invalid_argument("report latency must be at least 0");
  if (latency.entry_jitter < 0 || latency.report_jitter < 0) throw std::invalid_argument("jitter must be at least 0");
  for (const Nanos part : {latency.entry, latency.entry_jitter, latency.report, latency.report_jitter}) {
    if (part > longest) throw std::invalid_argument("latency and jitter must be at most a day");
  }
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
    const Nanos mail = mail_.empty() ? never : mail_.front().due;
    const Nanos next = std::min({message, expiry, mail, until.wake, horizon});
    Nanos market = never;
    if (feed_->peek(market) && market <= next) {
      if (index_ >= until.index) return StopKind::limit; // the clock stands: own messages of this instant come after the event
      clock_ = std::max(clock_, market);
      const bool halted = venue_.halted();
      feed_->step(venue_);
      post();
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
      post();
    } else if (mail == next) {
      hear(clock_);
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
  post();
}

void Session::post() {
  if (venue_.reports().empty()) return;
  const Nanos due = std::max(last_mail_, clock_ + config_.latency.report_at(clock_));
  if (due == clock_ && mail_.empty()) return;
  last_mail_ = due;
  for (const Report& report : venue_.reports()) mail_.push_back({due, report});
  venue_.reports().clear();
}

void Session::hear(Nanos until) {
  for (; !mail_.empty() && mail_.front().due <= until; mail_.pop_front()) venue_.reports().push_back(mail_.front().report);
}

Statistics& Session::statistics() {
  venue_.statistics().advance(clock_);
  return venue_.statistics();
}

void Session::send(Message message) {
  last_due_ = std::max(last_due_, clock_ + config_.latency.entry_at(clock_));
  message.due = last_due_;
  messages_.push_back(message);
}

void Session::submit(const OwnOrder& order) { send({0, false, order}); }

void Session::cancel(ParentKey parent, std::uint32_t number) {
  OwnOrder order{};
  order.parent = parent;
  order.number = number;
  send({0, true, order});
}

void Session::end(bool deleted) {
  std::vector<OwnOrder> on_their_way;
  for (const Message& message : messages_) {
    if (!message.is_cancel) on_their_way.push_back(message.order);
  }
  messages_.clear();
  hear(never);
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
  for (const Mail& mail : mail_) hash.add(static_cast<std::uint64_t>(mail.due));
  for (const auto& counter : feed_->counters()) hash.add(static_cast<std::uint64_t>(counter.second));
  return hash.value();
}

} // namespace lob

// The session's loop: what comes next, in the one order that holds for everyone.
#include "lob/session.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "lob/consolidated.hpp"
#include "lob/hash.hpp"

namespace lob {
namespace {
constexpr Nanos never = std::numeric_limits<Nanos>::max();
constexpr Nanos longest = 86'400 * Nanos{1'000'000'000};
constexpr std::uint64_t look_every = 256; // events between two looks at the interrupt

void check(const Latency& latency) {
  if (latency.entry <= 0) throw std::invalid_argument("latency must be greater than 0");
  if (latency.report < 0) throw std::invalid_argument("report latency must be at least 0");
  if (latency.entry_jitter < 0 || latency.report_jitter < 0) throw std::invalid_argument("jitter must be at least 0");
  for (const Nanos part : {latency.entry, latency.entry_jitter, latency.report, latency.report_jitter}) {
    if (part > longest) throw std::invalid_argument("latency and jitter must be at most a day");
  }
}

// Behind all that is due no later: on one connection that is the back.
template <class Due> void queue_up(std::deque<Due>& queue, Due&& item) {
  auto at = queue.end();
  while (at != queue.begin() && std::prev(at)->due > item.due) --at;
  queue.insert(at, std::forward<Due>(item));
}
} // namespace

Session::Session(Nanos open, Nanos close) : open_(open), close_(close), clock_(open) {
  if (close <= open) throw std::invalid_argument("close must be after open");
}

Session::Session(const Config& config) : Session(config.open, config.close) { add_floor(config.latency, config.venue); }

std::size_t Session::add_floor(const Latency& latency, const VenueConfig& venue) {
  check(latency);
  if (venues_.size() == most_floors) throw std::invalid_argument("a session has at most 64 floors");
  if (venue.symbol >= most_floors) throw std::invalid_argument("symbol must be below 64");
  VenueConfig opened = venue;
  opened.open = open_;
  venues_.emplace_back(opened);
  connections_.push_back({latency});
  return venues_.size() - 1;
}

void Session::attach(std::unique_ptr<Feed> feed, std::size_t first, std::size_t count) {
  if (count == 0 || first + count > venues_.size()) throw std::invalid_argument("a feed moves floors that there are");
  sources_.push_back({std::move(feed), first, count});
}

StopKind Session::advance(const Until& until, const std::atomic<bool>* interrupt) {
  const std::uint64_t first = index_;
  const auto is_spent = [&] {
    const std::uint64_t done = index_ - first;
    if (done >= until.budget) return true;
    return done % look_every == look_every - 1 && interrupt != nullptr && interrupt->load(std::memory_order_relaxed);
  };
  while (true) {
    if (!reports_.empty()) return StopKind::report;
    if (closed_) return StopKind::closed;
    if (is_spent()) return StopKind::budget;

    const Nanos message = messages_.empty() ? never : messages_.front().due;
    Nanos expiry = never;
    Venue* const expiring = next_expiry(expiry);
    const Nanos horizon = std::min(until.time, close_);
    const Nanos mail = mail_.empty() ? never : mail_.front().due;
    const Nanos next = std::min({message, expiry, mail, until.wake, horizon});
    const bool alone = is_alone(); // then what comes next for us stays as it is, whatever the market does
    bool moved = false;
    Nanos market = never;
    for (Source* source = next_source(market); source != nullptr && market <= next; source = next_source(market)) {
      if (moved && is_spent()) return StopKind::budget;
      if (index_ >= until.index) return StopKind::limit; // the clock stands: own messages of this instant come after the event
      clock_ = std::max(clock_, market);
      StopKind stop;
      if (step(*source, until, stop)) return stop;
      moved = true;
      if (!alone) break;
    }
    if (moved) continue;
    clock_ = std::max(clock_, next);
    if (message == next) {
      const Message due = messages_.front();
      messages_.pop_front();
      deliver(due);
    } else if (expiry == next) {
      expiring->expire(clock_);
      post(static_cast<std::size_t>(expiring - venues_.data()));
    } else if (mail == next) {
      hear(clock_);
    } else if (until.wake == next) {
      return StopKind::wake;
    } else if (horizon == close_) {
      end(false);
    } else {
      return StopKind::limit;
    }
  }
}

bool Session::is_alone() const {
  const auto has_ours = [](const Venue& venue) { return venue.own_open() > 0; };
  return messages_.empty() && mail_.empty() && std::none_of(venues_.begin(), venues_.end(), has_ours);
}

Session::Source* Session::next_source(Nanos& ts) {
  if (sources_.size() == 1) return sources_.front().feed->peek(ts) ? &sources_.front() : nullptr;
  Source* first = nullptr;
  for (Source& source : sources_) {
    Nanos at;
    if (source.feed->peek(at) && (first == nullptr || at < ts)) {
      first = &source;
      ts = at;
    }
  }
  return first;
}

Venue* Session::next_expiry(Nanos& ts) {
  Venue* first = nullptr;
  for (Venue& venue : venues_) {
    const auto at = venue.next_expiry();
    if (at && (first == nullptr || *at < ts)) {
      first = &venue;
      ts = *at;
    }
  }
  return first;
}

bool Session::step(Source& source, const Until& until, StopKind& stop) {
  const std::uint64_t before = halted(source);
  if (source.count > 1) {
    for (const Venue& venue : venues_) seen_.push_back({venue.touch(), venue.reference(), !venue.dark() && !venue.halted()});
  }
  source.heard = clock_;
  source.feed->step(Floors(venues_).subspan(source.first, source.count));
  for (std::size_t floor = source.first; floor < source.first + source.count; ++floor) post(floor);
  seen_.clear();
  ++index_;
  if (before != halted(source)) {
    stop = StopKind::halt;
    return true;
  }
  if (until.on_quote == 0) return false;
  stop = StopKind::quote;
  for (std::size_t floor = source.first; floor < source.first + source.count; ++floor) {
    const std::uint32_t symbol = venues_[floor].symbol();
    if ((until.on_quote >> symbol & 1) != 0 && touch(symbol).two_sided()) return true;
  }
  return false;
}

std::uint64_t Session::halted(const Source& source) const {
  if (source.count == 1) return venues_[source.first].halted();
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < source.count; ++i) bits |= std::uint64_t{venues_[source.first + i].halted()} << i;
  return bits;
}

bool Session::lit(std::size_t floor, std::uint32_t symbol) const {
  const Venue& venue = venues_[floor];
  return venue.symbol() == symbol && !venue.dark() && !venue.halted();
}

Touch Session::touch(std::uint32_t symbol) const {
  Consolidated sum;
  for (std::size_t floor = 0; floor < venues_.size(); ++floor) {
    if (lit(floor, symbol)) sum.add(venues_[floor].touch());
  }
  return sum.touch();
}

Touch Session::reference(std::uint32_t symbol) const {
  Consolidated sum;
  for (std::size_t floor = 0; floor < venues_.size(); ++floor) {
    if (lit(floor, symbol)) sum.add(venues_[floor].reference());
  }
  return sum.touch();
}

void Session::deliver(const Message& message) {
  const std::size_t floor = message.order.floor;
  const OwnOrder& order = message.order;
  switch (message.kind) {
  case MessageKind::submit: venues_[floor].arrive(order, clock_); break;
  case MessageKind::cancel: venues_[floor].cancel(order.parent, order.number, clock_); break;
  case MessageKind::replace: venues_[floor].replace({order.parent, order.number, order.price, order.lots}, clock_); break;
  }
  post(floor);
}

void Session::post(std::size_t floor) {
  auto& said = venues_[floor].reports();
  if (said.empty()) return;
  Connection& connection = connections_[floor];
  const Nanos due = std::max(connection.last_mail, clock_ + connection.latency.report_at(clock_));
  const bool first = mail_.empty() || mail_.front().due > clock_;
  if (due == clock_ && first) return take(floor);
  connection.last_mail = due;
  for (Report& report : said) {
    sign(report, floor);
    queue_up(mail_, Mail{due, report});
  }
  said.clear();
}

void Session::take(std::size_t floor) {
  auto& said = venues_[floor].reports();
  for (Report& report : said) {
    sign(report, floor);
    reports_.push_back(report);
  }
  said.clear();
}

// The floor's own touch is the one that it had before the event; the others have not moved, unless the event was theirs too.
void Session::sign(Report& report, std::size_t floor) {
  report.floor = static_cast<std::uint32_t>(floor);
  report.market_quote = report.quote;
  report.market_reference = report.reference;
  if (report.kind == ReportKind::fill) report.execution = ++executions_;
  if (venues_.size() == 1) return;
  const std::uint32_t symbol = venues_[floor].symbol();
  Consolidated quote, reference;
  for (std::size_t other = 0; other < venues_.size(); ++other) {
    if (venues_[other].symbol() != symbol) continue;
    const bool own = other == floor;
    if (own ? venues_[other].dark() : seen_.empty() ? !lit(other, symbol) : !seen_[other].counts) continue;
    quote.add(own ? report.quote : seen_.empty() ? venues_[other].touch() : seen_[other].touch);
    reference.add(own ? report.reference : seen_.empty() ? venues_[other].reference() : seen_[other].reference);
  }
  report.market_quote = quote.touch();
  report.market_reference = reference.touch();
}

void Session::hear(Nanos until) {
  for (; !mail_.empty() && mail_.front().due <= until; mail_.pop_front()) reports_.push_back(mail_.front().report);
}

Statistics& Session::statistics(std::size_t floor) {
  venues_[floor].statistics().advance(clock_);
  return venues_[floor].statistics();
}

Nanos Session::heard(std::size_t floor) const {
  const auto moves = [floor](const Source& source) { return floor >= source.first && floor < source.first + source.count; };
  return std::find_if(sources_.begin(), sources_.end(), moves)->heard;
}

const Feed& Session::feed(std::size_t floor) const {
  const auto moves = [floor](const Source& source) { return floor >= source.first && floor < source.first + source.count; };
  return *std::find_if(sources_.begin(), sources_.end(), moves)->feed;
}

void Session::send(Message message) {
  Connection& connection = connections_.at(message.order.floor);
  connection.last_due = std::max(connection.last_due, clock_ + connection.latency.entry_at(clock_));
  message.due = connection.last_due;
  queue_up(messages_, std::move(message));
}

void Session::submit(const OwnOrder& order) { send({0, MessageKind::submit, order}); }

void Session::cancel(ParentKey parent, std::uint32_t number, std::uint32_t floor) {
  OwnOrder order{};
  order.parent = parent;
  order.number = number;
  order.floor = floor;
  send({0, MessageKind::cancel, order});
}

void Session::replace(const OwnReplace& asked, std::uint32_t floor) {
  OwnOrder order{};
  order.parent = asked.parent;
  order.number = asked.number;
  order.price = asked.price;
  order.lots = asked.lots;
  order.floor = floor;
  send({0, MessageKind::replace, order});
}

void Session::end(bool deleted) {
  hear(never);
  for (std::size_t floor = 0; floor < venues_.size(); ++floor) {
    std::vector<OwnOrder> on_their_way;
    for (const Message& message : messages_) {
      if (message.kind == MessageKind::submit && message.order.floor == floor) on_their_way.push_back(message.order);
    }
    venues_[floor].close(clock_, on_their_way, deleted);
    take(floor);
  }
  messages_.clear();
  closed_ = true;
}

void Session::shut() { end(true); }

std::map<std::string, std::int64_t> Session::counters() const {
  std::map<std::string, std::int64_t> sums;
  for (const Source& source : sources_) {
    for (const auto& [name, count] : source.feed->counters()) sums[name] += count;
    if (source.feed->recorded()) sums["truncated"] += venues_[source.first].truncated();
  }
  return sums;
}

std::uint64_t Session::hash() const {
  Hash hash;
  for (const Venue& venue : venues_) hash.add(venue.hash());
  hash.add(static_cast<std::uint64_t>(clock_)).add(index_).add(closed_);
  for (const Message& message : messages_) {
    const OwnOrder& order = message.order;
    for (const std::int64_t number : {message.due, order.price, order.lots, order.good_till}) hash.add(static_cast<std::uint64_t>(number));
    hash.add(static_cast<std::uint64_t>(message.kind)).add(order.parent).add(order.number);
    if (venues_.size() > 1) hash.add(order.floor);
    if (order.auction != Auction::none) hash.add(static_cast<std::uint64_t>(order.auction));
    if (order.has_terms()) hash.add(order.post_only).add(order.hidden).add(static_cast<std::uint64_t>(order.peg)).add(order.peak);
  }
  for (const Mail& mail : mail_) hash.add(static_cast<std::uint64_t>(mail.due));
  for (const Source& source : sources_) {
    for (const auto& counter : source.feed->counters()) hash.add(static_cast<std::uint64_t>(counter.second));
  }
  return hash.value();
}

} // namespace lob

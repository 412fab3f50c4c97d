// A market session: one clock, one feed, one venue, and the messages that we have on their way to it.
//
// Order of things at one instant: market events first, then our own messages that are due, then orders of ours whose time is over,
// then a wake-up. advance() may be cut anywhere: the session that comes out is the same.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "lob/feed.hpp"
#include "lob/venue.hpp"

namespace lob {

enum class StopKind : std::uint8_t {
  limit = 0,  // nothing more happens until `until` (or before the event index is passed)
  report = 1, // reports wait to be read
  wake = 2,   // the wake-up time is reached
  quote = 3,  // the book has become two-sided
  halt = 4,   // trading was halted, or goes on
  budget = 5, // as many events as were allowed have happened, or an interrupt was asked for
  closed = 6  // the session is over
};

struct Until {
  Nanos time;                     // nothing later happens
  std::uint64_t index = ~0ull;    // no event after this one happens
  Nanos wake = INT64_MAX;         // stop here
  bool on_quote = false;          // stop when the book is two-sided
  std::uint64_t budget = ~0ull;   // market events
};

class Session {
public:
  struct Config {
    Nanos open, close;
    Nanos latency; // from sending to arrival, > 0
    VenueConfig venue;
  };

  explicit Session(const Config& config); // throws std::invalid_argument: close <= open, latency <= 0
  void attach(std::unique_ptr<Feed> feed) { feed_ = std::move(feed); }

  StopKind advance(const Until& until, const std::atomic<bool>* interrupt);
  void submit(const OwnOrder& order);                       // leaves now, arrives a latency later
  void cancel(ParentKey parent, std::uint32_t number);      // likewise
  void shut();                                              // the market is deleted: everything of ours ends here

  Nanos clock() const { return clock_; }
  std::uint64_t index() const { return index_; } // market events that have happened
  bool closed() const { return closed_; }
  Nanos latency() const { return config_.latency; }
  Venue& venue() { return venue_; }
  const Venue& venue() const { return venue_; }
  const Feed& feed() const { return *feed_; }
  std::map<std::string, std::int64_t> counters() const; // the feed's, and with a recorded market `truncated`: see Venue
  std::uint64_t hash() const; // two sessions of one feed share it only if all the same has happened in them

private:
  struct Message {
    Nanos due;
    bool is_cancel;
    OwnOrder order;
  };
  void deliver(const Message& message);
  void end(bool deleted);

  Config config_;
  Venue venue_;
  std::unique_ptr<Feed> feed_;
  std::deque<Message> messages_; // in the order of their arrival: the latency is one for all
  Nanos clock_;
  std::uint64_t index_ = 0;
  bool closed_ = false;
};

} // namespace lob

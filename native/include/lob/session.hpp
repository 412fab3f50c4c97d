// A market session: one clock, one feed, one venue, the messages that we have on their way to it, and its reports on their way to us.
//
// Order of things at one instant: market events first, then our own messages that are due, then orders of ours whose time is over,
// then reports that reach us, then a wake-up. Reports that take no time reach us before anything else happens. What is on its way when
// the session ends reaches us at the end. advance() may be cut anywhere: the session that comes out is the same.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "lob/feed.hpp"
#include "lob/latency.hpp"
#include "lob/venue.hpp"

namespace lob {

enum class StopKind : std::uint8_t {
  limit = 0,  // nothing more happens until `until` (or before the event index is passed)
  report = 1, // reports have reached us and wait to be read
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
    Latency latency;
    VenueConfig venue;
  };

  explicit Session(const Config& config); // throws std::invalid_argument: close <= open, or a latency outside its bounds
  void attach(std::unique_ptr<Feed> feed) { feed_ = std::move(feed); }

  StopKind advance(const Until& until, const std::atomic<bool>* interrupt);
  void submit(const OwnOrder& order);                       // leaves now, arrives a latency later
  void cancel(ParentKey parent, std::uint32_t number);      // likewise
  void shut();                                              // the market is deleted: everything of ours ends here

  Nanos clock() const { return clock_; }
  std::uint64_t index() const { return index_; } // market events that have happened
  bool closed() const { return closed_; }
  Statistics& statistics(); // up to now
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
  struct Mail {
    Nanos due;
    Report report;
  };
  void send(Message message);
  void deliver(const Message& message);
  void post();            // what the venue has just said is on its way, or reaches us at once
  void hear(Nanos until); // what is due by then reaches us
  void end(bool deleted);

  Config config_;
  Venue venue_;
  std::unique_ptr<Feed> feed_;
  std::deque<Message> messages_; // in the order of their arrival, which is that of their sending
  std::deque<Mail> mail_;        // likewise
  Nanos last_due_ = 0, last_mail_ = 0; // nothing overtakes these
  Nanos clock_;
  std::uint64_t index_ = 0;
  bool closed_ = false;
};

} // namespace lob

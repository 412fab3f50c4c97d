// A market session: one clock, feeds that move its floors, the messages that we have on their way to them, and their reports on their
// way to us. A floor is a symbol at a venue; it has a latency of its own, each way.
//
// Order of things at one instant, over all floors: market events by (time, feed), then our own messages that are due by (arrival, order of
// sending), then orders of ours whose time is over by (time, floor), then reports that reach us by (arrival, order of making), then a
// wake-up. Reports that take no time reach us before anything else happens. Each way to and from a floor is one connection: messages to
// two floors may overtake each other, messages to one may not. What is on its way when the session ends reaches us at the end.
// advance() may be cut anywhere: the session that comes out is the same.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lob/feed.hpp"
#include "lob/latency.hpp"
#include "lob/venue.hpp"

namespace lob {

enum class StopKind : std::uint8_t {
  limit = 0,  // nothing more happens until `until` (or before the event index is passed)
  report = 1, // reports have reached us and wait to be read
  wake = 2,   // the wake-up time is reached
  quote = 3,  // a symbol that was asked for is two-sided
  halt = 4,   // trading was halted on a floor, or goes on there
  budget = 5, // as many events as were allowed have happened, or an interrupt was asked for
  closed = 6  // the session is over
};

struct Until {
  Nanos time;                     // nothing later happens
  std::uint64_t index = ~0ull;    // no event after this one happens
  Nanos wake = INT64_MAX;         // stop here
  std::uint64_t on_quote = 0;     // symbols, a bit each: stop when one of them is two-sided
  std::uint64_t budget = ~0ull;   // market events
};

class Session {
public:
  struct Config { // of a session with one floor, or of its first
    Nanos open, close;
    Latency latency;
    VenueConfig venue;
  };
  static constexpr std::size_t most_floors = 64;

  Session(Nanos open, Nanos close);        // throws std::invalid_argument: close <= open
  explicit Session(const Config& config);  // likewise: or a latency outside its bounds
  // Before the first advance, and before any feed is attached to it. Returns the floor's index. Throws std::invalid_argument: a latency
  // outside its bounds, a symbol that is not below `most_floors`, or more floors than that.
  std::size_t add_floor(const Latency& latency, const VenueConfig& venue);
  void attach(std::unique_ptr<Feed> feed) { attach(std::move(feed), 0, 1); }
  void attach(std::unique_ptr<Feed> feed, std::size_t first, std::size_t count); // that moves so many floors from `first` on

  StopKind advance(const Until& until, const std::atomic<bool>* interrupt);
  void submit(const OwnOrder& order);                       // leaves now, arrives a latency later, on the floor that it names
  void cancel(ParentKey parent, std::uint32_t number, std::uint32_t floor = 0); // likewise
  void replace(const OwnReplace& asked, std::uint32_t floor = 0);               // likewise, in one message: see Venue
  void shut();                                              // the market is deleted: everything of ours ends here

  std::vector<Report>& reports() { return reports_; }       // what has reached us, in order, until the reader clears it
  Nanos open() const { return open_; }
  Nanos close() const { return close_; }
  Nanos clock() const { return clock_; }
  Nanos heard(std::size_t floor) const; // when its feed last said something; 0 = not yet
  std::uint64_t index() const { return index_; }            // market events that have happened, of all feeds
  bool closed() const { return closed_; }
  std::size_t floors() const { return venues_.size(); }
  Statistics& statistics(std::size_t floor = 0); // up to now
  Venue& venue(std::size_t floor = 0) { return venues_[floor]; }
  const Venue& venue(std::size_t floor = 0) const { return venues_[floor]; }
  // Over the lit floors of a symbol on which trading goes on, without our own orders; likewise of the recorded markets.
  Touch touch(std::uint32_t symbol) const;
  Touch reference(std::uint32_t symbol) const;
  const Feed& feed(std::size_t floor = 0) const; // that moves the floor
  std::map<std::string, std::int64_t> counters() const; // the feeds', added up; with recorded markets `truncated` too: see Venue
  std::uint64_t hash() const; // two sessions of the same feeds share it only if all the same has happened in them

private:
  struct Source {
    std::unique_ptr<Feed> feed;
    std::size_t first, count; // its floors
    Nanos heard = 0;          // when it last moved them
  };
  struct Connection {
    Latency latency;
    Nanos last_due = 0, last_mail = 0; // nothing overtakes these
  };
  enum class MessageKind : std::uint8_t { submit = 0, cancel = 1, replace = 2 };
  struct Message {
    Nanos due;
    MessageKind kind;
    OwnOrder order; // of a cancel its name, of a replace its name, price and whole
  };
  struct Mail {
    Nanos due;
    Report report;
  };
  Source* next_source(Nanos& ts);               // whose event comes first; the first of them where several do
  bool is_alone() const; // without an order, a message or a report of ours under way
  Venue* next_expiry(Nanos& ts);                // likewise
  bool step(Source& source, const Until& until, StopKind& stop); // one market event; whether to stop after it
  std::uint64_t halted(const Source& source) const;              // its floors on which trading is halted, a bit each
  void send(Message message);
  void deliver(const Message& message);
  void post(std::size_t floor);                 // what a floor has just said is on its way, or reaches us at once
  void sign(Report& report, std::size_t floor); // what a session adds to a report
  bool lit(std::size_t floor, std::uint32_t symbol) const;
  void take(std::size_t floor);                 // what it has said reaches us at once
  void hear(Nanos until);                       // what is due by then reaches us
  void end(bool deleted);

  Nanos open_, close_;
  std::vector<Venue> venues_;
  std::vector<Connection> connections_; // one a floor
  std::vector<Source> sources_;
  std::deque<Message> messages_; // in the order of their arrival, then of their sending
  std::deque<Mail> mail_;        // in the order of their arrival, then of their making
  std::vector<Report> reports_;
  struct Seen {
    Touch touch, reference;
    bool counts;
  };
  std::vector<Seen> seen_; // of each floor before the event of a feed that moves several; empty between events and with other feeds
  Nanos clock_;
  std::uint64_t index_ = 0, executions_ = 0;
  bool closed_ = false;
};

} // namespace lob

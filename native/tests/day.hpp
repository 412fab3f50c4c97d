// Synthetic LOBSTER days with a whole book behind them, and a rig that replays one with orders of ours.
#pragma once

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lob/lobster.hpp"
#include "lob/replay.hpp"
#include "lob/session.hpp"

using namespace lob;

constexpr Nanos second = 1'000'000'000, millisecond = 1'000'000;
constexpr Nanos day_open = 34'200 * second, day_close = 57'600 * second;
constexpr std::int64_t per_tick = 100;

// The files show the best levels of the whole book, as LOBSTER's do; what happens outside of them is not written.
class Day {
public:
  explicit Day(std::uint32_t levels) : levels_(levels) {}

  Day& at(Nanos ms) { return at_nanos(ms * millisecond); }
  Day& at_nanos(Nanos after_open) {
    ts_ = day_open + after_open;
    return *this;
  }
  Day& resting(int id, Side side, Ticks price, Lots lots) { // there before the first message
    orders_.push_back({id, side, price, lots});
    return *this;
  }
  Day& add(int id, Side side, Ticks price, Lots lots) {
    orders_.push_back({id, side, price, lots});
    return write(1, id, lots, price * per_tick, side, rank(side, price) < levels_);
  }
  Day& cut(int id, Lots lots) { return leave(2, id, lots); }
  Day& remove(int id) { return leave(3, id, find(id)->lots); }
  Day& execute(int id, Lots lots) { return leave(4, id, lots); }
  Day& hidden(std::int64_t points, Lots lots) { return write(5, 0, lots, points, Side::buy, true); }
  Day& cross(std::int64_t points, Lots lots) { return write(6, -1, lots, points, Side::buy, true); }
  Day& halt(int state) { return write(7, 0, 0, state, Side::sell, true); }
  Day& nothing() { return halt(1); } // a row that changes nothing: trading goes on

  const std::string& messages() const { return messages_; }
  const std::string& books() const { return books_; }
  std::uint32_t levels() const { return levels_; }
  std::size_t rows() const { return times_.size(); }
  Nanos time(std::size_t row) const { return times_[row - 1]; } // rows count from 1
  std::vector<Level> depth(Side side) const {
    std::map<Ticks, Lots> total;
    for (const Resting& order : orders_) {
      if (order.side == side) total[order.price] += order.lots;
    }
    std::vector<Level> out;
    for (const auto& [price, lots] : total) out.push_back({price, lots, 0});
    if (side == Side::buy) std::reverse(out.begin(), out.end());
    return out;
  }

private:
  struct Resting {
    int id;
    Side side;
    Ticks price;
    Lots lots;
  };
  std::vector<Resting>::iterator find(int id) {
    const auto at = std::find_if(orders_.begin(), orders_.end(), [id](const Resting& order) { return order.id == id; });
    if (at == orders_.end()) throw std::logic_error("no order " + std::to_string(id));
    return at;
  }
  std::size_t rank(Side side, Ticks price) const {
    const auto levels = depth(side);
    return static_cast<std::size_t>(
        std::find_if(levels.begin(), levels.end(), [price](const Level& level) { return level.price == price; }) - levels.begin());
  }
  Day& leave(int kind, int id, Lots lots) {
    const auto order = find(id);
    const Resting was = *order;
    const bool visible = rank(was.side, was.price) < levels_;
    order->lots -= lots;
    if (order->lots == 0) orders_.erase(order);
    return write(kind, id, lots, was.price * per_tick, was.side, visible);
  }
  Day& write(int kind, int id, Lots lots, std::int64_t points, Side side, bool visible) {
    if (!visible) return *this;
    times_.push_back(ts_);
    char row[128];
    std::snprintf(row, sizeof row, "%lld.%09lld,%d,%d,%lld,%lld,%d\n", static_cast<long long>(ts_ / second),
                  static_cast<long long>(ts_ % second), kind, id, static_cast<long long>(lots), static_cast<long long>(points),
                  side == Side::buy ? 1 : -1);
    messages_ += row;
    const auto asks = depth(Side::sell), bids = depth(Side::buy);
    for (std::size_t i = 0; i < levels_; ++i) {
      const auto quoted = [i](const std::vector<Level>& levels, const char* none) {
        return i < levels.size() ? std::to_string(levels[i].price * per_tick) + "," + std::to_string(levels[i].lots) : std::string(none);
      };
      books_ += (i > 0 ? "," : "") + quoted(asks, "9999999999,0") + "," + quoted(bids, "-9999999999,0");
    }
    books_ += "\n";
    return *this;
  }

  std::uint32_t levels_;
  Nanos ts_ = day_open;
  std::vector<Resting> orders_;
  std::string messages_, books_;
  std::vector<Nanos> times_;
};

inline Tape tape_of(const std::string& messages, const std::string& books, std::uint32_t levels) {
  LobsterReader reader({"messages", "books", levels, per_tick, 0, day_open, day_close});
  std::string_view rest[2] = {messages, books};
  for (std::size_t piece = 1; !rest[0].empty() || !rest[1].empty(); piece = piece % 97 + 13) { // in pieces of several lengths
    const bool first = rest[1].empty() || (!rest[0].empty() && reader.wants_messages());
    auto& from = rest[first ? 0 : 1];
    first ? reader.feed_messages(from.substr(0, piece)) : reader.feed_books(from.substr(0, piece));
    from.remove_prefix(std::min(piece, from.size()));
  }
  return reader.finish();
}

// Bids 100, 99, 98 and offers 102, 103, 104, a hundred lots each (orders 1-3 and 4-6), before a first row without effect.
inline Day three_levels(std::uint32_t levels = 3) {
  Day day(levels);
  for (int i = 0; i < 3; ++i) day.resting(1 + i, Side::buy, 100 - i, 100).resting(4 + i, Side::sell, 102 + i, 100);
  return day.at(0).nothing(), day;
}

// What a child order of ours may say beyond its parent, side, price and lots.
struct Terms {
  bool ioc = false;
  Owner account = 1;
  Nanos good_till = day_close;
  bool post_only = false, hidden = false;
  Peg peg = Peg::none;
  std::uint32_t peak = 0;
};

// A session on a day, told what to do by the number of the row after which it does it.
class Rig {
public:
  explicit Rig(const Day& day, Nanos latency = millisecond, bool claim_hidden = true)
      : session_(config(latency)), tape_(std::make_shared<Tape>(tape_of(day.messages(), day.books(), day.levels()))) {
    session_.attach(std::make_unique<Replay>(tape_, Replay::Config{claim_hidden}, session_.venue()));
  }

  Rig& after(std::uint64_t row, Nanos time = day_close) {
    Until until{time};
    until.index = row;
    while (true) {
      const StopKind stop = session_.advance(until, nullptr);
      for (const Report& report : session_.reports()) reports_.push_back(report);
      session_.reports().clear();
      if (stop == StopKind::limit || stop == StopKind::closed) return *this;
    }
  }
  Rig& until(Nanos ms) { return after(~0ull, day_open + ms * millisecond); }
  Rig& end() { return after(~0ull); }
  Rig& send(ParentKey parent, Side side, Ticks price, Lots lots, const Terms& terms = {}) {
    OwnOrder order{0, parent, ++sent_, terms.account, side, terms.ioc, price, lots, terms.good_till};
    order.post_only = terms.post_only;
    order.hidden = terms.hidden;
    order.peg = terms.peg;
    order.peak = terms.peak;
    session_.submit(order);
    return *this;
  }
  Rig& recall(ParentKey parent, std::uint32_t number) {
    session_.cancel(parent, number);
    return *this;
  }

  Rig& replace(ParentKey parent, std::uint32_t number, Ticks price, Lots lots) {
    session_.replace({parent, number, price, lots});
    return *this;
  }

  Session& session() { return session_; }
  Venue& venue() { return session_.venue(); }
  std::int64_t counter(const char* name) const { return session_.counters().at(name); }
  const std::vector<Report>& reports() const { return reports_; }
  std::vector<Report> fills() const { return of(ReportKind::fill); }
  std::vector<Report> of(ReportKind kind) const {
    std::vector<Report> found;
    std::copy_if(reports_.begin(), reports_.end(), std::back_inserter(found), [kind](const Report& report) { return report.kind == kind; });
    return found;
  }
  Lots filled() const {
    Lots lots = 0;
    for (const Report& fill : fills()) lots += fill.lots;
    return lots;
  }
  Lots live(Side side, Ticks price) { return venue().book().level(side, price).lots; }
  Lots recorded(Side side, Ticks price) {
    std::vector<Level> levels;
    session_.feed().recorded_levels(side, 1'000, levels);
    for (const Level& level : levels) {
      if (level.price == price) return level.lots;
    }
    return 0;
  }
  std::vector<Owner> queue(Side side, Ticks price) { // whose orders stand there, first come first; 0 is the market
    std::vector<Order> orders;
    venue().book().queue(side, price, orders);
    std::vector<Owner> owners;
    for (const Order& order : orders) owners.push_back(order.owner);
    return owners;
  }

private:
  static Session::Config config(Nanos latency) {
    Session::Config config{day_open, day_close, latency, {}};
    config.venue.points_per_tick = per_tick;
    config.venue.recorded_depth = true;
    return config;
  }
  Session session_;
  std::shared_ptr<Tape> tape_;
  std::vector<Report> reports_;
  std::uint32_t sent_ = 0;
};

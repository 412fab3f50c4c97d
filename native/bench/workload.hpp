// The two event streams that the book is timed on, re-created from their recipe: the same bytes on every machine.
//
// W1 is an active book: 2,000,000 events around 7,600 resting orders on 97 levels, with adds (a tenth of them improve the
// touch, the rest fall off geometrically from it), cancels and reduces of a random order, and marketable orders that are always
// filled. W2 is a deep one: a million adds over 10,000 levels, then every cancel in random order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "lob/book.hpp"

namespace workload {

enum class Act : std::uint8_t { add = 0, cancel = 1, reduce = 2, take = 3 }; // take: a limit at the last level it needs

struct Row { // 16 bytes, little-endian in a file
  Act act;
  lob::Side side;
  std::uint16_t pad;
  std::uint32_t id;   // 1, 2, ... in order of arrival
  std::int32_t price; // of the order, for a cancel or reduce too
  std::int32_t lots;  // reduce: what remains
};
static_assert(sizeof(Row) == 16);
using Rows = std::vector<Row>;

struct Random { // splitmix64
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32) * std::uint64_t{n}) >> 32); }
  std::int32_t lots(std::int32_t most) { return 1 + static_cast<std::int32_t>(below(static_cast<std::uint32_t>(most))); }
};

class ActiveBook {
public:
  Rows run(std::size_t events) {
    rows_.reserve(events);
    add(0, 99'999, 100);
    add(1, 100'001, 100);
    while (rows_.size() < events) step();
    return std::move(rows_);
  }

private:
  struct Resting {
    std::int32_t price, lots;
    std::size_t side;
    std::size_t place; // in live_
    std::list<std::uint32_t>::iterator in_queue;
  };
  using Queue = std::list<std::uint32_t>;
  using Levels = std::map<std::int32_t, Queue>; // by rank: bids by minus the price, so that begin() is the touch of both

  static lob::Side side_of(std::size_t side) { return side == 0 ? lob::Side::buy : lob::Side::sell; }
  static std::int32_t rank(std::size_t side, std::int32_t price) { return side == 0 ? -price : price; }
  std::int32_t touch(std::size_t side) const { return rank(side, levels_[side].begin()->first); }

  void step() {
    const std::size_t n = live_.size();
    const double u = random_.unit();
    const double pull = std::clamp((7500.0 - static_cast<double>(n)) / 2500.0, -1.0, 1.0) * 0.05; // towards 7,500 orders
    const bool thin = n < 5000 || levels_[0].empty() || levels_[1].empty();
    const double adds = thin ? 1.0 : 0.48 + pull;
    const std::size_t side = random_.next() >> 63;
    Act act = u < adds ? Act::add : u < 0.93 ? Act::cancel : u < 0.96 ? Act::reduce : Act::take;
    if (n < 5000 || (act == Act::take && levels_[1 - side].size() < 3)) act = Act::add;
    switch (act) {
    case Act::add: return add_near_touch(side);
    case Act::cancel: return cancel(live_[random_.below(static_cast<std::uint32_t>(n))]);
    case Act::reduce: return reduce(live_[random_.below(static_cast<std::uint32_t>(n))]);
    case Act::take: return take(side);
    }
  }

  void add_near_touch(std::size_t side) {
    std::int32_t away = -1; // a tenth would improve the touch by a tick
    if (random_.unit() > 0.10) {
      away = 0;
      while (away < 50 && random_.unit() > 0.12) ++away;
    }
    const std::int32_t out = side == 0 ? -1 : 1; // away from the other side
    const std::size_t other = 1 - side;
    std::int32_t price = levels_[side].empty() ? touch(other) + 2 * out : touch(side) + away * out;
    if (!levels_[other].empty() && rank(side, price) <= rank(side, touch(other))) price = touch(other) + out;
    add(side, price, random_.lots(200));
  }

  void add(std::size_t side, std::int32_t price, std::int32_t lots) {
    const std::uint32_t id = next_id_++;
    Queue& queue = levels_[side][rank(side, price)];
    queue.push_back(id);
    orders_.resize(id + 1);
    orders_[id] = {price, lots, side, live_.size(), std::prev(queue.end())};
    live_.push_back(id);
    record(Act::add, id, lots);
  }

  void cancel(std::uint32_t id) {
    record(Act::cancel, id, orders_[id].lots);
    remove(id);
  }

  void reduce(std::uint32_t id) {
    Resting& order = orders_[id];
    if (order.lots < 2) return;
    order.lots = random_.lots(order.lots - 1);
    record(Act::reduce, id, order.lots);
  }

  // 87 %: up to the front order. 10 %, or a touch of more than 40 orders: 2 to 5 whole orders on at most 3 levels.
  // 3 %: the whole touch and a bite of the front order behind it.
  void take(std::size_t side) {
    const std::size_t other = 1 - side;
    const double kind = random_.unit();
    auto level = levels_[other].begin();
    const Queue& front = level->second;
    std::int32_t lots = 0;
    if (kind < 0.87) {
      lots = random_.lots(orders_[front.front()].lots);
    } else if (kind < 0.97 || front.size() > 40) {
      std::uint32_t whole = 2 + random_.below(4);
      for (int i = 0;; ++i, ++level) {
        for (const std::uint32_t id : level->second) {
          if (whole == 0) break;
          lots += orders_[id].lots;
          --whole;
        }
        if (whole == 0 || i == 2) break;
      }
    } else {
      for (const std::uint32_t id : front) lots += orders_[id].lots;
      ++level;
      lots += random_.lots(orders_[level->second.front()].lots);
    }
    rows_.push_back({Act::take, side_of(side), 0, next_id_++, rank(other, level->first), lots});
    fill(other, lots);
  }

  void fill(std::size_t side, std::int32_t lots) {
    while (lots > 0) {
      const std::uint32_t id = levels_[side].begin()->second.front();
      const std::int32_t matched = std::min(lots, orders_[id].lots);
      lots -= matched;
      orders_[id].lots -= matched;
      if (orders_[id].lots == 0) remove(id);
    }
  }

  void remove(std::uint32_t id) {
    const Resting& order = orders_[id];
    live_[order.place] = live_.back();
    orders_[live_.back()].place = order.place;
    live_.pop_back();
    const auto level = levels_[order.side].find(rank(order.side, order.price));
    level->second.erase(order.in_queue);
    if (level->second.empty()) levels_[order.side].erase(level);
  }

  void record(Act act, std::uint32_t id, std::int32_t lots) {
    const Resting& order = orders_[id];
    rows_.push_back({act, side_of(order.side), 0, id, order.price, lots});
  }

  Random random_{20240601};
  Rows rows_;
  std::array<Levels, 2> levels_;
  std::vector<Resting> orders_{1}; // by id
  std::vector<std::uint32_t> live_;
  std::uint32_t next_id_ = 1;
};

inline Rows w1() { return ActiveBook().run(2'000'000); }

inline Rows w2() {
  constexpr std::uint32_t orders = 1'000'000;
  Random random{777};
  Rows rows;
  rows.reserve(2 * orders);
  std::vector<std::uint32_t> ids;
  for (std::uint32_t id = 1; id <= orders; ++id) {
    const auto level = static_cast<std::int32_t>(random.below(10'000));
    const bool sell = level >= 5'000;
    const std::int32_t price = sell ? 100'001 + (level - 5'000) : 99'999 - level;
    rows.push_back({Act::add, sell ? lob::Side::sell : lob::Side::buy, 0, id, price, random.lots(200)});
    ids.push_back(id);
  }
  for (std::uint32_t i = orders - 1; i > 0; --i) std::swap(ids[i], ids[random.below(i + 1)]);
  for (const std::uint32_t id : ids) {
    rows.push_back(rows[id - 1]);
    rows.back().act = Act::cancel;
  }
  return rows;
}

struct Fill { // 16 bytes, as a row
  std::uint32_t event; // its index in the stream, from 0
  std::uint32_t maker;
  std::int32_t price;
  std::int32_t lots;
};

// FNV-1a over the bytes of rows or fills, as a little-endian machine keeps them.
template <class Record> std::uint64_t fingerprint(const std::vector<Record>& records) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  const auto* bytes = reinterpret_cast<const unsigned char*>(records.data());
  for (std::size_t i = 0; i < records.size() * sizeof(Record); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ull;
  return hash;
}

inline std::vector<lob::Command> commands(const Rows& rows) {
  std::vector<lob::Command> all;
  all.reserve(rows.size());
  for (const Row& row : rows) {
    const lob::CommandKind kind = row.act == Act::cancel   ? lob::CommandKind::cancel
                                  : row.act == Act::reduce ? lob::CommandKind::reduce
                                                           : lob::CommandKind::submit;
    all.push_back({row.id, row.price, row.lots, 0, kind, row.side, lob::TimeInForce::rest, 0});
  }
  return all;
}

} // namespace workload

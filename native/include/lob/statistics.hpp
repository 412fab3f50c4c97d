// Running statistics of one market: without our own orders and prints, and with them. O(1) an event.
//
// Prices of trades are points (see VenueConfig), touches are ticks. Everything is whole numbers but for the logarithms of volatility, so
// the numbers do not depend on when somebody looks. Trades are those of continuous trading: no auction, none while trading is halted.
// A mid exists while both sides are there, do not lock or cross, and trading is not halted. Sums that are shown stop at the ends of an
// int64; means are of exact sums.
//
//   volume, vwap        sum of lots; sum of lots x points / volume, both exact, whatever they come to
//   order-flow imbalance (Cont, Kukanov & Stoikov 2014), summed over the changes n of the touch (P price, q lots, b bid, a ask; an empty
//                       side has no lots and the worst price of all):
//                         e_n = q^b_n [P^b_n >= P^b_n-1] - q^b_n-1 [P^b_n <= P^b_n-1] - q^a_n [P^a_n <= P^a_n-1] + q^a_n-1 [P^a_n >= P^a_n-1]
//                       changes while halted do not count
//   microprice          (bid x ask lots + ask x bid lots) / (bid lots + ask lots)
//   realised variance   the mid is sampled just before each whole second after the open; of r(k) = ln(mid at k / mid at k - span)
//                         span 1: mean r(1)^2;  span 60: mean r(60)^2 / 60 over overlapping spans (subsampled: less of the bounce)
//                       both are variances a second; a return with an end where there was no mid is left out
//   time-weighted spread    integral of ask - bid over the time with a mid / that time
//   quoted, effective spread   means over lots traded while there was a mid: ask - bid, and 2 |price - mid|, of the touch just before the
//                       event that caused the trade
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lob/record.hpp"
#include "lob/touch.hpp"

namespace lob {

enum class View : std::uint8_t { others = 0, whole = 1 }; // the market without us, and with us
constexpr std::size_t views = 2;

struct Statistic { // what a view comes to; where there is nothing to divide by, a double is NaN
  Touch touch;
  double microprice;               // ticks
  std::int64_t last_points;        // of the last trade; meaningful where last_lots > 0
  Lots last_lots;
  Nanos last_ts;
  Lots volume;
  std::int64_t notional, trades;   // lots x points; prints
  double vwap;                     // points
  Lots imbalance;                  // order-flow imbalance, since the open
  Nanos quoted_ns;                 // time with a mid
  double spread;                   // time-weighted, points
  Lots spread_lots;                // what the next two are means over
  double quoted_spread, effective_spread; // points
  double variance_1, variance_60;  // a second
  std::int64_t returns_1, returns_60;
};

struct Candle { // of what traded in one second; prices are 0 where nothing did
  std::int64_t open, high, low, close; // points
  Lots lots;
  std::int64_t notional, trades; // lots x points; prints
};

constexpr std::int64_t no_mid = INT64_MIN;
struct Second { // [ts, ts + 1 s)
  Nanos ts;
  Candle others, whole;
  Lots others_imbalance, whole_imbalance;       // of this second
  std::int64_t others_mid2, whole_mid2;         // bid + ask at its end, ticks; no_mid where there was none
};

// The last seconds of a view. Sums run over the seconds that are over, at most so many, and the one that is not.
struct Recent {
  Lots imbalance, gross; // sum of the order-flow imbalance of each second, and of its size
  Lots volume;
  std::int64_t mid2;     // bid + ask before the first of them; no_mid where there was none
  double squares;        // of the log returns of the mid from second to second, where both ends have one
  std::int64_t returns;  // how many
};

// What has traded, exact: a trade is worth an int64 (worth_rule), and no day has 2^64 of them.
struct Turnover {
  __int128 lots, notional; // lots x points
};

class Statistics {
public:
  Statistics(Nanos open, std::int64_t points_per_tick) : now_(open), second_end_(open + second), per_tick_(points_per_tick) {}

  void advance(Nanos now) { // time passes; never runs back
    if (now >= second_end_) close_seconds(now);
    if (now > now_) now_ = now;
  }
  void quote(Nanos now, const Touch& others, const Touch& whole) { // the touches from now on
    advance(now);
    if (!(others == state_[0].touch)) move(state_[0], others);
    if (!(whole == state_[1].touch)) move(state_[1], whole);
    begun_ = true;
  }
  void halt(Nanos now, bool halted);
  void trade(const Print& print, const Touch& others, const Touch& whole); // the touches just before its cause

  Statistic of(View view) const;                     // up to the time of the last call
  Recent recent(View view, std::size_t seconds) const;
  const std::vector<Second>& seconds() const { return seconds_; } // those that are over, from the open on
  Second running() const;                            // the one that is not
  Turnover turnover(std::size_t first) const;        // others', from this second after the open on; at least the one that is not over

private:
  using Wide = __int128; // sums of products of two int64
  static constexpr Nanos second = 1'000'000'000;
  static constexpr std::size_t span = 60;

  struct State {
    Touch touch;
    bool mid = false;  // there is one
    Nanos since = 0;   // the touch's spread is in `spread_ns` up to here
    Nanos quoted_ns = 0;
    Wide spread_ns = 0;               // ticks x ns
    Lots last_lots = 0, spread_lots = 0;
    std::int64_t last_points = 0;
    Nanos last_ts = 0;
    Candle sum{}, bar{};              // since the open, in this second
    Turnover exact{};                 // since the open
    Lots imbalance = 0, imbalance_before = 0; // since the open, and what of it came before this second
    Wide quoted = 0, effective = 0;   // points x lots
    double squares_1 = 0, squares_60 = 0;
    std::int64_t returns_1 = 0, returns_60 = 0;
    std::array<double, span> logs;    // of twice the mid, by second modulo span; NaN where there was none

    State();
  };

  void move(State& state, const Touch& touch);
  void count(State& state, const Print& print, const Touch& before) const;
  void hold(State& state) const; // bring the integral of the spread up to now
  void close_seconds(Nanos now);
  void sample(State& state) const;
  Second row() const;

  Nanos now_, second_end_;
  std::int64_t per_tick_;
  bool begun_ = false, halted_ = false;
  State state_[views];
  std::vector<Second> seconds_;
  std::vector<Turnover> before_{Turnover{}}; // others', up to the beginning of each second, the running one too
};

} // namespace lob

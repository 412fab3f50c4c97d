// Finds the cheapest split: enumerate coarsely, then exchange parcels. All sums run in four lanes in a fixed order.
#include "lob/split.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "lob/detail/lanes.hpp"

namespace lob {
namespace {

using namespace lanes;

constexpr std::size_t COARSE = 64;    // scenarios of the enumeration
constexpr std::size_t MIDDLE = 128;   // scenarios of the first descents
constexpr std::size_t LEAVES = 1024;  // splits of the enumeration, times those of the market order
constexpr std::size_t STARTS = 3;     // valleys that are gone down into
constexpr std::size_t DEEP = 8;       // and to the floor
constexpr std::size_t MANY = 16;      // of them where there are few scenarios
constexpr double FINEST = 1.0 / 512;  // of the order: the smallest parcel
constexpr double EXACT = 1e-6;        // of the order: where few scenarios leave the time for it
constexpr double SLIGHT = 1e-12;      // of the order's penalty: no improvement at all
constexpr double PATTERNS = 10'000;   // scenarios times directions, for all directions to be tried
constexpr int TRIALS = 160;            // exchanges tried over all scenarios, where they are many
constexpr int NOBODY = -2, MARKET = -1;

inline double least(double a, double b) { return a < b ? a : b; }
inline double most(double a, double b) { return a > b ? a : b; }

// Scenarios by venue, padded with weightless ones to full lanes.
struct Sample {
  std::size_t size{};  // a multiple of LANES
  std::vector<double> room, weights;
  const double* of(std::size_t venue) const { return room.data() + venue * size; }
};

Sample thinned(const std::vector<double>& room, const std::vector<double>& weights, std::size_t venues, std::size_t wanted) {
  const std::size_t all = weights.size(), kept = std::min(all, wanted);
  Sample sample;
  sample.size = (kept + LANES - 1) / LANES * LANES;
  sample.room.assign(venues * sample.size, 0.0);
  sample.weights.assign(sample.size, 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    const std::size_t from = i * all / kept;
    sample.weights[i] = weights[from];
    sum += weights[from];
    for (std::size_t k = 0; k < venues; ++k) sample.room[k * sample.size + i] = room[k * all + from];
  }
  if (kept < all) {
    for (double& weight : sample.weights) weight = sum > 0 ? weight / sum : 0;
    if (sum <= 0) std::fill_n(sample.weights.begin(), kept, 1.0 / static_cast<double>(kept));
  }
  return sample;
}

// Mean fill of a limit at a venue.
double mean_fill(const Sample& sample, std::size_t venue, double limit) {
  const double *room = sample.of(venue), *weights = sample.weights.data();
  Four fill{};
  for (std::size_t i = 0; i < sample.size; i += LANES) add(fill, four(weights + i) * least(four(room + i), all(limit)));
  return sum(fill);
}

// Mean shortfall after `taken` more are taken.
double mean_short(const Sample& sample, const std::vector<double>& lack, double taken) {
  const double* weights = sample.weights.data();
  Four lacking{};
  for (std::size_t i = 0; i < sample.size; i += LANES) add(lacking, four(weights + i) * positive(four(lack.data() + i) - all(taken)));
  return sum(lacking);
}

// What is lacked when a venue's limit goes from one to another.
void relimit(const Sample& sample, std::size_t venue, double before, double now, std::vector<double>& lack) {
  const double* room = sample.of(venue);
  for (std::size_t i = 0; i < sample.size; i += LANES) {
    const Four after = four(lack.data() + i) - (least(four(room + i), all(now)) - least(four(room + i), all(before)));
    store(lack.data() + i, after);
  }
}

using Start = Split;

// One split and what each scenario then lacks; parcels move from place to place.
class Walk {
 public:
  Walk(const SplitTerms& terms, const Sample& sample, double market, std::vector<double> limits)
      : terms_(terms), sample_(sample), market_(market), limits_(std::move(limits)), fills_(limits_.size()), lack_(sample.size) {
    place();
  }

  Split here() const { return {market_, limits_, cost_}; }

  // Exchanges parcels of ever smaller size, from `first` down to `last`, as long as one makes the split cheaper and trials are left.
  void descend(double first, double last, int trials) {
    const int places = static_cast<int>(limits_.size()) + 2, pairs = places * places;  // nobody and the market among them
    int next = 0;
    trials_ = 0;
    for (double step = first; step >= last; step /= 2) {
      for (int idle = 0; idle < pairs && trials_ < trials;) {  // once round in vain
        const int to = next / places + NOBODY, from = next % places + NOBODY;
        idle = to != from && move(to, from, step) ? 0 : idle + 1;
        next = (next + 1) % pairs;
        if (idle == pairs && together(step)) idle = 0;
      }
    }
    place();
  }

 private:
  double at(int place) const { return place == MARKET ? market_ : limits_[static_cast<std::size_t>(place)]; }

  // What a place would hold after a parcel, inside [0, S].
  double after(int place, double parcel) const {
    return place == NOBODY ? 0 : least(most(at(place) + parcel, 0), terms_.shares);
  }

  // Whether a whole split is cheaper than this one; if so it is taken.
  bool jump(double market, const std::vector<double>& limits) {
    const std::size_t venues = limits.size();
    const double* weights = sample_.weights.data();
    Four lacking{};
    double cost = terms_.taking * market;
    for (std::size_t i = 0; i < sample_.size; i += LANES) {
      Four lack = all(terms_.shares - market);
      for (std::size_t k = 0; k < venues; ++k) lack = lack - least(four(sample_.of(k) + i), all(limits[k]));
      add(lacking, four(weights + i) * positive(lack));
    }
    cost += terms_.missing * sum(lacking);
    for (std::size_t k = 0; k < venues; ++k) {
      const double fill = limits[k] == limits_[k] ? fills_[k] : mean_fill(sample_, k, limits[k]);
      cost += terms_.fees[k] * fill + terms_.impact * limits[k];
    }
    if (!(cost < cost_ - SLIGHT * terms_.missing * terms_.shares)) return false;
    market_ = market;
    limits_ = limits;
    place();
    return true;
  }

  // The market order against several venues at once, in full or in part: along the edges where one, two or three fills make up the
  // order, which no exchange of two follows. Where that is little work, every direction there is.
  bool together(double parcel) {
    const std::size_t places = limits_.size() + 1;
    const double patterns = std::pow(3.0, static_cast<double>(places));
    if (patterns * static_cast<double>(sample_.size) <= PATTERNS) return anywhere(parcel, static_cast<std::size_t>(patterns));
    for (const double sign : {1.0, -1.0})
      for (int shared = 0; shared <= 3; ++shared) {
        std::vector<double> tried = limits_;
        int moved = 0;
        for (double& limit : tried) {
          const bool alone = std::abs(market_ + limit - terms_.shares) < parcel / 2;
          if (shared == 0 ? !alone : limit <= 0) continue;
          limit = least(most(limit + sign * parcel / most(shared, 1), 0), terms_.shares);
          ++moved;
        }
        if (moved > 1 && jump(least(most(market_ - sign * parcel, 0), terms_.shares), tried)) return true;
      }
    return false;
  }

  bool anywhere(double parcel, std::size_t patterns) {
    for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
      std::size_t rest = pattern;
      const auto moved = [&](double from) {
        const double to = from + parcel * (static_cast<double>(rest % 3) - 1);
        rest /= 3;
        return least(most(to, 0), terms_.shares);
      };
      const double market = moved(market_);
      std::vector<double> tried = limits_;
      for (double& limit : tried) limit = moved(limit);
      if (jump(market, tried)) return true;
    }
    return false;
  }

  void place() {
    const std::size_t venues = limits_.size();
    std::fill(lack_.begin(), lack_.end(), terms_.shares - market_);
    for (std::size_t k = 0; k < venues; ++k) {
      relimit(sample_, k, 0, limits_[k], lack_);
      fills_[k] = mean_fill(sample_, k, limits_[k]);
    }
    short_ = mean_short(sample_, lack_, 0);
    cost_ = terms_.taking * market_ + terms_.missing * short_;
    for (std::size_t k = 0; k < venues; ++k) cost_ += terms_.fees[k] * fills_[k] + terms_.impact * limits_[k];
  }

  // Moves a parcel and goes on as long as that helps; whether it did.
  bool move(int to, int from, double parcel) {
    bool moved = false;
    while (once(to, from, parcel)) {
      moved = true;
      parcel *= 2;
    }
    return moved;
  }

  bool once(int to, int from, double parcel) {
    const double high = after(to, parcel), low = after(from, -parcel);
    const double more = to == NOBODY ? 0 : high - at(to), less = from == NOBODY ? 0 : at(from) - low;
    if ((to != NOBODY && more <= 0) || (from != NOBODY && less <= 0)) return false;
    const double taken = (to == MARKET ? more : 0) - (from == MARKET ? less : 0);
    const double shown = (to >= 0 ? more : 0) - (from >= 0 ? less : 0);
    ++trials_;
    double gained = 0, lost = 0, lacking = 0;
    const double *lack = lack_.data(), *weights = sample_.weights.data();
    if (to >= 0 && from >= 0) {
      const double *a = sample_.of(index(to)), *b = sample_.of(index(from));
      const Four a0 = all(at(to)), b0 = all(at(from)), a1 = all(high), b1 = all(low);
      Four one{}, two{}, three{};
      for (std::size_t i = 0; i < sample_.size; i += LANES) {
        const Four weight = four(weights + i), here = four(a + i), there = four(b + i);
        const Four fill = least(here, a1), other = least(there, b1);
        add(one, weight * positive(four(lack + i) - (fill - least(here, a0)) + (least(there, b0) - other)));
        add(two, weight * fill);
        add(three, weight * other);
      }
      lacking = sum(one), gained = sum(two), lost = sum(three);
    } else if (to >= 0 || from >= 0) {
      const double* room = sample_.of(index(to >= 0 ? to : from));
      const Four before = all(at(to >= 0 ? to : from)), now = all(to >= 0 ? high : low), more_taken = all(taken);
      Four one{}, two{};
      for (std::size_t i = 0; i < sample_.size; i += LANES) {
        const Four weight = four(weights + i), here = four(room + i), fill = least(here, now);
        add(one, weight * positive(four(lack + i) - more_taken - (fill - least(here, before))));
        add(two, weight * fill);
      }
      lacking = sum(one), gained = lost = sum(two);
    } else {
      lacking = mean_short(sample_, lack_, taken);
    }
    double change = terms_.taking * taken + terms_.missing * (lacking - short_) + terms_.impact * shown;
    if (to >= 0) change += terms_.fees[index(to)] * (gained - fills_[index(to)]);
    if (from >= 0) change += terms_.fees[index(from)] * (lost - fills_[index(from)]);
    if (!(change < -SLIGHT * terms_.missing * terms_.shares)) return false;
    shift(to, high, gained);
    shift(from, low, lost);
    market_ = to == MARKET ? high : from == MARKET ? low : market_;
    if (taken != 0)
      for (double& each : lack_) each -= taken;
    short_ = lacking;
    cost_ += change;
    return true;
  }

  void shift(int venue, double limit, double fill) {
    if (venue < 0) return;
    relimit(sample_, index(venue), at(venue), limit, lack_);
    limits_[index(venue)] = limit;
    fills_[index(venue)] = fill;
  }

  static std::size_t index(int venue) { return static_cast<std::size_t>(venue); }

  const SplitTerms& terms_;
  const Sample& sample_;
  double market_;
  std::vector<double> limits_, fills_, lack_;
  double short_{}, cost_{};
  int trials_{};
};

// All splits on a coarse grid, the cheapest market order beside each, and of them the cheapest that are no neighbours.
class Enumeration {
 public:
  Enumeration(const SplitTerms& terms, const Sample& sample)
      : terms_(terms), sample_(sample), venues_(terms.fees.size()), steps_(steps(venues_)), limits_(venues_), lack_(venues_ + 1) {
    for (auto& each : lack_) each.assign(sample.size, terms.shares);
    visit(0, 0);
    std::stable_sort(found_.begin(), found_.end(), [](const Start& a, const Start& b) { return a.cost < b.cost; });
  }

  std::vector<Start> starts(std::size_t count) const {
    std::vector<Start> kept;
    const double apart = 1.01 * terms_.shares / static_cast<double>(steps_);
    for (const Start& each : found_) {
      const bool near = std::any_of(kept.begin(), kept.end(), [&](const Start& other) {
        double far = 0;
        for (std::size_t k = 0; k < venues_; ++k) far = most(far, std::abs(each.limits[k] - other.limits[k]));
        return far < apart;
      });
      if (!near) kept.push_back(each);
      if (kept.size() == count) break;
    }
    return kept;
  }

 private:
  static std::size_t steps(std::size_t venues) {
    std::size_t steps = 1;
    const auto leaves = [&](std::size_t each) { return std::pow(static_cast<double>(each), static_cast<double>(venues)); };
    while (steps < 16 && leaves(steps + 2) <= LEAVES) ++steps;
    return steps;
  }

  void visit(std::size_t venue, double spent) {
    if (venue == venues_) return leaf(spent);
    // Beyond ten venues even two levels each are too many: the later ones then start empty.
    const std::size_t levels = venue < 10 ? steps_ : 0;
    for (std::size_t level = 0; level <= levels; ++level) {
      const double limit = terms_.shares * static_cast<double>(level) / static_cast<double>(steps_);
      limits_[venue] = limit;
      lack_[venue + 1] = lack_[venue];
      relimit(sample_, venue, 0, limit, lack_[venue + 1]);
      const double fill = mean_fill(sample_, venue, limit);
      visit(venue + 1, spent + terms_.fees[venue] * fill + terms_.impact * limit);
    }
  }

  void leaf(double spent) {
    double market = 0, cost = 0;
    constexpr int PARTS = 4;
    for (int part = 0; part <= PARTS; ++part) {
      const double tried = terms_.shares * part / PARTS;
      const double price = terms_.taking * tried + terms_.missing * mean_short(sample_, lack_[venues_], tried);
      if (part > 0 && price >= cost) break;  // convex in the market order
      market = tried;
      cost = price;
    }
    found_.push_back({market, limits_, spent + cost});
  }

  const SplitTerms& terms_;
  const Sample& sample_;
  std::size_t venues_, steps_;
  std::vector<double> limits_;
  std::vector<std::vector<double>> lack_;
  std::vector<Start> found_;
};

// The cheapest split in which what rests at every venue, or at every two of them, makes up for what is not taken.
Start ridge(const SplitTerms& terms, const Sample& sample) {
  Start best;
  for (int part = 0; part < 5; ++part)
    for (const double together : {1.0, 2.0}) {
      const double market = terms.shares * part / 5;
      const std::vector<double> limits(terms.fees.size(), (terms.shares - market) / together);
      const double cost = Walk(terms, sample, market, limits).here().cost;
      if (best.limits.empty() || cost < best.cost) best = {market, limits, cost};
    }
  return best;
}

void check(const SplitTerms& terms, const std::vector<double>& room, const std::vector<double>& weights) {
  if (terms.fees.empty()) throw std::invalid_argument("fees must be of at least one venue");
  if (weights.empty()) throw std::invalid_argument("weights must be of at least one scenario");
  if (room.size() != terms.fees.size() * weights.size()) throw std::invalid_argument("room must be venues times scenarios long");
  if (!(terms.shares > 0) || !std::isfinite(terms.shares)) throw std::invalid_argument("shares must be above 0");
}

}  // namespace

Split cheapest_split(const SplitTerms& terms, const std::vector<double>& room, const std::vector<double>& weights) {
  check(terms, room, weights);
  const std::size_t venues = terms.fees.size(), all = weights.size();
  const Sample few = thinned(room, weights, venues, COARSE), some = thinned(room, weights, venues, MIDDLE);
  const Sample every = thinned(room, weights, venues, all);
  const bool exact = all <= MIDDLE;
  std::vector<Start> down;
  const double step = terms.shares / 8;
  std::vector<Start> starts = Enumeration(terms, few).starts(exact ? MANY : STARTS);
  starts.push_back(ridge(terms, some));
  for (const Start& start : starts) {
    Walk walk(terms, some, start.market, start.limits);
    walk.descend(step, terms.shares / 64, TRIALS);
    down.push_back(walk.here());
  }
  std::stable_sort(down.begin(), down.end(), [](const Start& a, const Start& b) { return a.cost < b.cost; });
  Split best;
  const double finest = terms.shares * (exact ? EXACT : FINEST);
  for (std::size_t i = 0; i < down.size() && i < (exact ? DEEP : 1); ++i) {
    Walk walk(terms, every, down[i].market, down[i].limits);
    walk.descend(terms.shares / 64, finest, exact ? 100 * TRIALS : TRIALS);
    if (i == 0 || walk.here().cost < best.cost) best = walk.here();
  }
  // What is obvious is never worse: all at the market, and all at one venue.
  for (std::size_t k = 0; k <= venues; ++k) {
    std::vector<double> limits(venues);
    if (k < venues) limits[k] = terms.shares;
    Walk walk(terms, every, k < venues ? 0 : terms.shares, limits);
    if (walk.here().cost >= best.cost) continue;
    walk.descend(terms.shares / 8, finest, exact ? 100 * TRIALS : TRIALS);
    best = walk.here();
  }
  return best;
}

double split_cost(const SplitTerms& terms, const std::vector<double>& room, const std::vector<double>& weights, double market,
                  const std::vector<double>& limits) {
  check(terms, room, weights);
  const Sample every = thinned(room, weights, terms.fees.size(), weights.size());
  return Walk(terms, every, market, limits).here().cost;
}

}  // namespace lob

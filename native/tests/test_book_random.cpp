// Random commands to the book and to the slow one: every event, and regularly the whole state, must be the same.
//
// usage: test_book_random [count] [seed] [profile]     count: commands in all, or of the one profile
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "forge.hpp"
#include "random_flow.hpp"

namespace {

using lob::Book;
using lob::Command;
using lob::Event;
using lob::Events;
using lob::Side;

struct Difference : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void same(bool holds, const char* what) {
  if (!holds) throw Difference(what);
}

Book::Config config_of(const Profile& profile, std::size_t window) {
  return {.min_price = profile.min_price, .max_price = profile.max_price, .window = window, .max_orders = profile.max_orders};
}

// One book under test, its oracle, and a twin with another window that gets the same commands in batches.
class Trial {
public:
  Trial(const Profile& profile, std::uint64_t seed)
      : flow_(profile, seed), dice_(~seed), book_(config_of(profile, profile.window)), slow_(config_of(profile, profile.window)),
        twin_(config_of(profile, dice_.one_of<std::size_t>({64, 128, 1024, 1 << 14, 1 << 18}))) {}

  void run(std::uint64_t commands) {
    for (std::uint64_t i = 0; i < commands; ++i) {
      step();
      if (dice_.below(16) == 0) compare_some();
      if (dice_.below(64) == 0) compare_twin();
      if (dice_.below(2'048) == 0) compare_everything();
      if (dice_.below(8'192) == 0) continue_from_snapshot();
    }
    compare_everything();
    compare_twin();
    continue_from_snapshot();
  }

  const Command& last() const { return last_; }
  std::uint64_t fills() const { return fills_; }
  std::uint64_t refused() const { return refused_; }

private:
  void step() {
    last_ = flow_.next(slow_);
    const bool watch_hash = dice_.below(64) == 0;
    const std::uint64_t before = watch_hash ? book_.hash() : 0;
    events_.clear();
    const bool taken = call();
    const Events expected = slow_.apply(last_);
    same(events_ == expected, "events");
    same(std::memcmp(events_.data(), expected.data(), events_.size() * sizeof(Event)) == 0, "bytes of the events");
    same(taken == (expected.front().kind != lob::EventKind::rejected), "answer of the call");
    same(book_.size() == slow_.size(), "size");
    same(book_.best(Side::buy) == slow_.best(Side::buy) && book_.best(Side::sell) == slow_.best(Side::sell), "touch");
    if (watch_hash && !taken) same(book_.hash() == before, "hash after a refusal");
    for (const Event& event : events_) fills_ += event.kind == lob::EventKind::fill;
    refused_ += !taken;
    waiting_.push_back(last_);
    expected_of_twin_.insert(expected_of_twin_.end(), expected.begin(), expected.end());
    if (events_.front().id != 0) seen_ = events_.front().id;
  }

  // By name or by kind: both entries are one.
  bool call() {
    if (dice_.chance(50)) return book_.apply(last_, events_);
    switch (last_.kind) {
    case lob::CommandKind::submit: return book_.submit(last_, events_);
    case lob::CommandKind::cancel: return book_.cancel(last_.id, events_);
    case lob::CommandKind::reduce: return book_.reduce(last_.id, last_.lots, events_);
    case lob::CommandKind::replace: return book_.replace(last_.id, last_.price, last_.lots, events_);
    default: return book_.apply(last_, events_);
    }
  }

  void compare_some() {
    const auto order = slow_.order(seen_);
    same(book_.order(seen_) == order, "order");
    same(book_.lots(seen_) == (order ? order->lots : 0), "lots of an order");
    same(book_.ahead(seen_).has_value() == order.has_value(), "whether an order has a place in a queue");
    if (order) same(book_.ahead(seen_) == slow_.ahead(seen_), "place in the queue");
    for (const Side side : {Side::buy, Side::sell}) {
      const lob::Ticks price = order ? order->price : last_.price;
      same(book_.lots_within(side, price) == slow_.lots_within(side, price), "lots within a limit");
    }
  }

  void compare_twin() {
    events_.clear();
    twin_.apply(waiting_.data(), waiting_.size(), events_);
    same(events_ == expected_of_twin_, "events of the batch");
    same(twin_.hash() == book_.hash(), "hash of the twin");
    waiting_.clear();
    expected_of_twin_.clear();
  }

  void compare_everything() {
    std::vector<lob::Order> orders, queue, queues;
    std::vector<lob::Level> levels;
    for (const Side side : {Side::buy, Side::sell}) {
      book_.orders(side, orders);
      same(orders == slow_.orders(side), "L3");
      book_.levels(side, orders.size(), levels);
      same(levels == slow_.levels(side), "L2");
      queues.clear();
      for (const lob::Level& level : levels) {
        same(book_.level(side, level.price) == level, "level");
        same(book_.level(opposite(side), level.price) == lob::Level{level.price, 0, 0}, "level of the other side");
        book_.queue(side, level.price, queue);
        queues.insert(queues.end(), queue.begin(), queue.end());
      }
      same(queues == orders, "queues");
      for (const lob::Order& order : orders) same(book_.ahead(order.id) == slow_.ahead(order.id), "place in the queue");
    }
    same(book_.hash() == book_.hash(), "hash of one state");
  }

  // The restored book takes the place of the one that it came from.
  void continue_from_snapshot() {
    const std::string bytes = book_.snapshot();
    Book restored = Book::restore(bytes);
    same(restored.snapshot() == bytes, "bytes of a restored book");
    same(restored.hash() == book_.hash(), "hash of a restored book");
    for (int i = 0; i < 8; ++i) damage(bytes);
    book_ = std::move(restored);
  }

  // A flipped bit or a cut is refused. With a checksum made right again the contents decide: refused, or the same bytes back.
  void damage(std::string bytes) {
    const std::size_t at = dice_.below(bytes.size());
    if (dice_.chance(30)) {
      bytes.resize(at);
    } else {
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice_.below(8)));
    }
    same(!restored(bytes), "a damaged snapshot was taken");
    if (bytes.size() < 16 || bytes.size() % 8 != 0) return;
    if (dice_.chance(30)) bytes[at - at % 8] = static_cast<char>(dice_.word());
    forge::sign(bytes);
    const auto book = restored(bytes);
    if (book) same(book->snapshot() == bytes, "a snapshot changed when it was restored");
  }

  static std::optional<Book> restored(const std::string& bytes) {
    try {
      return Book::restore(bytes);
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
  }

  Flow flow_;
  Dice dice_;
  Book book_;
  SlowBook slow_;
  Book twin_;
  Command last_{};
  lob::OrderId seen_ = 0;
  Events events_;
  std::vector<Command> waiting_;
  Events expected_of_twin_;
  std::uint64_t fills_ = 0, refused_ = 0;
};

// Each book lives for some ten thousand commands, so that empty books and first orders are tried often too.
void run_profile(const Profile& profile, std::uint64_t count, std::uint64_t seed) {
  std::uint64_t fills = 0, refused = 0;
  std::uint64_t done = 0;
  for (std::uint64_t trial = 0; done < count; ++trial) {
    const std::uint64_t commands = std::min<std::uint64_t>(count - done, 500 + Dice(seed + trial).below(40'000));
    Trial each(profile, Dice(seed * 1'000'003 + trial).word());
    try {
      each.run(commands);
    } catch (const std::exception& failure) {
      const Command& last = each.last();
      std::fprintf(stderr,
                   "DIFFERENT: %s, in book %" PRIu64 " of profile %s\n"
                   "  last command: kind %d id %" PRIu64 " side %d price %" PRId64 " lots %" PRId64 " tif %d flags %d\n"
                   "  again: test_book_random %" PRIu64 " %" PRIu64 " %s\n",
                   failure.what(), trial, profile.name, static_cast<int>(last.kind), last.id, static_cast<int>(last.side), last.price,
                   last.lots, static_cast<int>(last.tif), static_cast<int>(last.flags), count, seed, profile.name);
      std::exit(1);
    }
    done += commands;
    fills += each.fills();
    refused += each.refused();
  }
  std::printf("%-10s %10" PRIu64 " commands %10" PRIu64 " fills %9" PRIu64 " refused\n", profile.name, done, fills, refused);
}

} // namespace

int main(int count, char** words) {
  const std::uint64_t commands = count > 1 ? std::strtoull(words[1], nullptr, 10) : 200'000;
  const std::uint64_t seed = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1;
  const std::string only = count > 3 ? words[3] : "";
  std::printf("seed %" PRIu64 "\n", seed);
  for (const Profile& profile : profiles()) {
    if (only == profile.name) {
      run_profile(profile, commands, seed);
      return 0;
    }
    if (only.empty()) run_profile(profile, commands / profiles().size(), seed);
  }
  if (only.empty()) return 0;
  std::fprintf(stderr, "no profile is called %s\n", only.c_str());
  return 2;
}

// Books and sessions in several threads share nothing but what never changes: each lives as it would alone, and an interrupt may come from
// anywhere. Under ThreadSanitizer a shared word would show.
#include <atomic>
#include <thread>
#include <vector>

#include "check.hpp"
#include "day.hpp"
#include "types_flow.hpp"
#include "types_trial.hpp"

namespace {

std::uint64_t life_of(const TypesProfile& profile) {
  TypesFlow flow(profile, 5);
  TypesTrial trial({.window = 64});
  for (int i = 0; i < 3'000; ++i) trial.step(flow.next(trial.slow()), false);
  trial.continue_from_snapshot();
  return trial.book().hash();
}

void books_in_other_threads_change_nothing() {
  const auto& profiles = types_profiles();
  std::vector<std::uint64_t> together(profiles.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    threads.emplace_back([&together, &profiles, i] { together[i] = life_of(profiles[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < profiles.size(); ++i) CHECK_EQUAL(together[i], life_of(profiles[i]));
}

std::shared_ptr<const Tape> some_tape() {
  Day day = three_levels();
  for (int i = 0; i < 400; ++i) {
    const int id = 10 + i;
    day.at(10 * (i + 1)).add(id, i % 2 == 0 ? Side::buy : Side::sell, i % 2 == 0 ? 100 : 102, 10 + i % 7);
    if (i % 3 == 0) day.execute(id, 5);
  }
  return std::make_shared<const Tape>(tape_of(day.messages(), day.books(), day.levels()));
}

std::uint64_t day_of(const std::shared_ptr<const Tape>& tape, Ticks price, const std::atomic<bool>* interrupt) {
  Session session({day_open, day_close, millisecond, {per_tick, true, {}}});
  session.attach(std::make_unique<Replay>(tape, Replay::Config{}, session.venue()));
  session.submit({0, 1, 1, 1, Side::buy, false, price, 50, day_close});
  while (session.advance({day_close}, interrupt) != StopKind::closed) session.reports().clear();
  return session.hash();
}

void sessions_in_other_threads_share_a_tape_and_change_nothing() {
  const auto tape = some_tape();
  std::vector<std::uint64_t> together(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < together.size(); ++i) {
    threads.emplace_back([&together, &tape, i] { together[i] = day_of(tape, 99 + static_cast<Ticks>(i), nullptr); });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < together.size(); ++i) CHECK_EQUAL(together[i], day_of(tape, 99 + static_cast<Ticks>(i), nullptr));
}

void an_interrupt_from_another_thread_changes_nothing_but_where_an_advance_stops() {
  const auto tape = some_tape();
  std::atomic<bool> interrupt{false}, over{false};
  std::thread knocks([&] {
    while (!over.load()) interrupt.store(!interrupt.load());
  });
  const std::uint64_t interrupted = day_of(tape, 101, &interrupt);
  over.store(true);
  knocks.join();
  CHECK_EQUAL(interrupted, day_of(tape, 101, nullptr));
}

} // namespace

int main() {
  return check::run({CLAIM(books_in_other_threads_change_nothing), CLAIM(sessions_in_other_threads_share_a_tape_and_change_nothing),
                     CLAIM(an_interrupt_from_another_thread_changes_nothing_but_where_an_advance_stops)});
}

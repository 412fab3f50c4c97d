// Books in several threads share nothing: each lives as it would alone. Under ThreadSanitizer a shared word would show.
#include <thread>
#include <vector>

#include "check.hpp"
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

} // namespace

int main() { return check::run({CLAIM(books_in_other_threads_change_nothing)}); }

// Times the book beside the naive one on W1 and W2, in turns within one run, and prints one JSON object.
//
// usage: bench_book [repetitions]                 all of it, checked first: both books give the same events
//        bench_book only w1|w2 scalar|batch       one pass of our book alone, for a profiler that counts instructions
//        bench_book write w1|w2 FILE              the commands as rows, for another language to time
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>

#include "naive_book.hpp"
#include "workload.hpp"

namespace {

using lob::Command;
using lob::Events;
using Commands = std::vector<Command>;

constexpr std::size_t batch = 256;
constexpr std::size_t expected_fills = 105'849;
constexpr lob::Lots expected_lots = 4'595'729;

double thread_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Functions of their own, so that a profiler can count them alone.
[[gnu::noinline]] void run_scalar(lob::Book& book, const Commands& commands, Events& out) {
  for (const Command& command : commands) {
    out.clear();
    switch (command.kind) {
    case lob::CommandKind::submit: book.submit(command, out); break;
    case lob::CommandKind::cancel: book.cancel(command.id, out); break;
    default: book.reduce(command.id, command.lots, out);
    }
  }
}

[[gnu::noinline]] void run_batch(lob::Book& book, const Commands& commands, Events& out) {
  for (std::size_t i = 0; i < commands.size(); i += batch) {
    out.clear();
    book.apply(commands.data() + i, std::min(batch, commands.size() - i), out);
  }
}

[[gnu::noinline]] void run_naive(naive::Book& book, const Commands& commands, Events& out) {
  for (const Command& command : commands) {
    out.clear();
    book.apply(command, out);
  }
}

template <class Book, class Run> double ns_per_event(Run run, const Commands& commands) {
  Events out;
  out.reserve(4 * batch);
  Book book;
  const double start = thread_ns();
  run(book, commands, out);
  return (thread_ns() - start) / static_cast<double>(commands.size());
}

struct Totals {
  std::size_t fills = 0;
  lob::Lots lots = 0;
};

// Both books must say the same, event by event; a figure of a book that matches wrongly is worth nothing.
Totals check(const Commands& commands) {
  lob::Book book;
  naive::Book naive_book;
  Events ours, theirs;
  Totals totals;
  for (const Command& command : commands) {
    ours.clear();
    theirs.clear();
    book.apply(command, ours);
    naive_book.apply(command, theirs);
    if (ours.size() != theirs.size() || std::memcmp(ours.data(), theirs.data(), ours.size() * sizeof(lob::Event)) != 0) {
      std::fprintf(stderr, "bench_book: the books differ at id %" PRIu64 "\n", command.id);
      std::exit(1);
    }
    for (const lob::Event& event : ours) {
      if (event.kind != lob::EventKind::fill) continue;
      ++totals.fills;
      totals.lots += event.lots;
    }
  }
  return totals;
}

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

struct Latency {
  double p50, p99; // reading the clock is a part of both
};

template <class Book> Latency latency(const Commands& commands) {
  Book book;
  Events out;
  std::vector<double> taken;
  taken.reserve(commands.size());
  for (const Command& command : commands) {
    out.clear();
    const auto start = Clock::now();
    book.apply(command, out);
    taken.push_back(since(start));
  }
  std::sort(taken.begin(), taken.end());
  return {taken[taken.size() / 2], taken[taken.size() * 99 / 100]};
}

double clock_ns() {
  std::vector<double> taken;
  for (int i = 0; i < 10'000; ++i) taken.push_back(since(Clock::now()));
  return median(taken);
}

Commands commands_of(const std::string& name) { return workload::commands(name == "w2" ? workload::w2() : workload::w1()); }

int write(const std::string& name, const char* path) {
  const Commands commands = commands_of(name);
  std::FILE* file = std::fopen(path, "wb");
  const bool opened = file != nullptr;
  const bool written = opened && std::fwrite(commands.data(), sizeof(Command), commands.size(), file) == commands.size();
  const bool closed = opened && std::fclose(file) == 0;
  if (!written || !closed) std::fprintf(stderr, "bench_book: cannot write %s\n", path);
  return written && closed ? 0 : 1;
}

int run_once(const std::string& name, const std::string& entry) {
  const Commands commands = commands_of(name);
  Events out;
  lob::Book book;
  const double start = thread_ns();
  if (entry == "scalar") {
    run_scalar(book, commands, out);
  } else {
    run_batch(book, commands, out);
  }
  std::printf("%.1f\n", (thread_ns() - start) / static_cast<double>(commands.size()));
  return 0;
}

int run_all(int repetitions) {
  const Commands w1 = commands_of("w1");
  const Commands w2 = commands_of("w2");
  const Totals totals = check(w1);
  check(w2);
  if (totals.fills != expected_fills || totals.lots != expected_lots) {
    std::fprintf(stderr, "bench_book: W1 has other fills than its recipe says\n");
    return 1;
  }

  std::map<std::string, std::vector<double>> taken;
  for (int i = 0; i < repetitions; ++i) {
    taken["w1_scalar"].push_back(ns_per_event<lob::Book>(run_scalar, w1));
    taken["w1_batch"].push_back(ns_per_event<lob::Book>(run_batch, w1));
    taken["w1_naive"].push_back(ns_per_event<naive::Book>(run_naive, w1));
    taken["w2_scalar"].push_back(ns_per_event<lob::Book>(run_scalar, w2));
    taken["w2_batch"].push_back(ns_per_event<lob::Book>(run_batch, w2));
    taken["w2_naive"].push_back(ns_per_event<naive::Book>(run_naive, w2));
    const Latency ours = latency<lob::Book>(w1);
    const Latency theirs = latency<naive::Book>(w1);
    taken["w1_p50"].push_back(ours.p50);
    taken["w1_p99"].push_back(ours.p99);
    taken["w1_naive_p50"].push_back(theirs.p50);
    taken["w1_naive_p99"].push_back(theirs.p99);
    taken["clock"].push_back(clock_ns());
  }
  std::printf("{\"repetitions\": %d, \"batch\": %zu, \"fills\": %zu, \"lots\": %" PRId64, repetitions, batch, totals.fills,
              totals.lots);
  for (const auto& [name, values] : taken) std::printf(", \"%s_ns\": %.2f", name.c_str(), median(values));
  const double w1_ratio = median(taken["w1_scalar"]) / median(taken["w1_naive"]);
  const double w2_ratio = median(taken["w2_batch"]) / median(taken["w2_naive"]);
  std::printf(", \"w1_ratio\": %.4f, \"w2_ratio\": %.4f}\n", w1_ratio, w2_ratio);
  return 0;
}

} // namespace

int main(int count, char** words) {
  if (count == 4 && std::string(words[1]) == "only") return run_once(words[2], words[3]);
  if (count == 4 && std::string(words[1]) == "write") return write(words[2], words[3]);
  const int repetitions = count > 1 ? std::atoi(words[1]) : 7;
  if (repetitions < 1) {
    std::fprintf(stderr, "usage: bench_book [repetitions] | only w1|w2 scalar|batch | write w1|w2 FILE\n");
    return 2;
  }
  return run_all(repetitions);
}

// Counts the instructions that an event of W1 takes, by stepping through them: exact, and needs no tool but the kernel.
//
// usage: count_instructions scalar|batch|naive
//
// A child runs the workload up to a mark, then some thousand events more, each of its instructions one stop of the parent. The
// first part warms up: memory that grows is not counted. Prints the instructions of an event.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "naive_book.hpp"
#include "workload.hpp"

namespace {

constexpr std::size_t warm_up = 100'000, counted = 512, batch = 256;

void mark() { raise(SIGUSR1); }

template <class Run> void in_parts(const std::vector<lob::Command>& commands, Run run) {
  run(commands.data(), commands.data() + warm_up);
  mark();
  run(commands.data() + warm_up, commands.data() + warm_up + counted);
  mark();
}

int child(const std::string& how) {
  const std::vector<lob::Command> commands = workload::commands(workload::w1());
  lob::Events out;
  out.reserve(8 * batch);
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return 3;
  lob::Book book;
  naive::Book naive_book;
  in_parts(commands, [&](const lob::Command* from, const lob::Command* to) {
    if (how == "batch") {
      for (; from < to; from += batch) {
        out.clear();
        book.apply(from, std::min(batch, static_cast<std::size_t>(to - from)), out);
      }
      return;
    }
    for (; from < to; ++from) {
      out.clear();
      if (how == "naive") {
        naive_book.apply(*from, out);
      } else if (from->kind == lob::CommandKind::submit) {
        book.submit(*from, out);
      } else if (from->kind == lob::CommandKind::cancel) {
        book.cancel(from->id, out);
      } else {
        book.reduce(from->id, from->lots, out);
      }
    }
  });
  return 0;
}

// The child's next stop by `signal`; false if it ended.
bool stops(pid_t pid, int signal) {
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == signal;
}

} // namespace

int main(int count, char** words) {
  const std::string how = count == 2 ? words[1] : "";
  if (how != "scalar" && how != "batch" && how != "naive") {
    std::fprintf(stderr, "usage: count_instructions scalar|batch|naive\n");
    return 2;
  }
  const pid_t pid = fork();
  if (pid == 0) _exit(child(how));
  if (pid < 0 || !stops(pid, SIGUSR1)) {
    std::fprintf(stderr, "count_instructions: the kernel does not let a process trace its child\n");
    return 3;
  }
  std::uint64_t steps = 0;
  for (;; ++steps) {
    if (ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr) != 0) return 1;
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFSTOPPED(status)) return 1;
    if (WSTOPSIG(status) == SIGUSR1) break; // the second mark
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  std::printf("%.2f\n", static_cast<double>(steps) / static_cast<double>(counted));
  return 0;
}

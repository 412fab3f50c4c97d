// Claims and a runner for them, since the core has no test library: CHECK, CHECK_EQUAL, CHECK_THROWS, and run().
#pragma once

#include <cstdio>
#include <exception>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>

namespace check {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const char* file, int line, const std::string& claim) {
  if (!holds) throw Failure(std::string(file) + ":" + std::to_string(line) + ": " + claim);
}

template <class Left, class Right>
void require_equal(const Left& left, const Right& right, const char* file, int line, const char* claim) {
  if (left == right) return;
  std::ostringstream text;
  text << claim << ", but " << left << " and " << right;
  require(false, file, line, text.str());
}

struct Test {
  const char* claim;
  void (*body)();
};

// Runs every test, whatever the ones before it did; the exit code of main.
inline int run(std::initializer_list<Test> tests) {
  int failures = 0;
  for (const Test& test : tests) {
    try {
      test.body();
    } catch (const std::exception& failure) {
      ++failures;
      std::fprintf(stderr, "FAILED %s\n  %s\n", test.claim, failure.what());
    }
  }
  std::printf("%zu tests, %d failed\n", tests.size(), failures);
  return failures == 0 ? 0 : 1;
}

} // namespace check

#define CHECK(condition) check::require(static_cast<bool>(condition), __FILE__, __LINE__, #condition)
#define CHECK_EQUAL(left, right) check::require_equal(left, right, __FILE__, __LINE__, #left " == " #right)
#define CHECK_THROWS(type, ...)                                               \
  do {                                                                        \
    bool thrown = false;                                                      \
    try {                                                                     \
      static_cast<void>(__VA_ARGS__);                                         \
    } catch (const type&) {                                                   \
      thrown = true;                                                          \
    }                                                                         \
    check::require(thrown, __FILE__, __LINE__, #__VA_ARGS__ " throws " #type); \
  } while (false)
// An entry for run(): the function's name is the claim. A test left out of the list is an unused function, which does not compile.
#define CLAIM(name) check::Test { #name, name }

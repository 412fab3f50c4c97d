// The market's own exp, log, pow and tanh against the library's, and its draws against what they claim to be.
#include <algorithm>
#include <cmath>

#include "check.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/maths.hpp"

using namespace lob;

namespace {

constexpr int many = 200'000;

double apart(double ours, double theirs) { return std::fabs(ours - theirs) / std::fabs(theirs); } // relative

void exponentials_and_logarithms_are_the_librarys() {
  const sim::Draws draws(1, sim::Stream::marks, 1);
  double worst_exp = 0, worst_log = 0, worst_pow = 0, worst_tanh = 0;
  for (std::uint64_t i = 0; i < many; ++i) {
    const double u = draws.uniform(2 * i), v = draws.uniform(2 * i + 1);
    const double x = (u - 0.5) * 1'390, small = (v - 0.5) * 4;
    worst_exp = std::max({worst_exp, apart(sim::exp(x), std::exp(x)), apart(sim::exp(small), std::exp(small))});
    const double y = std::exp(x);
    if (std::fabs(x) > 0.1) worst_log = std::max(worst_log, apart(sim::log(y), std::log(y)));
    worst_log = std::max(worst_log, apart(sim::log(v), std::log(v)));
    worst_pow = std::max(worst_pow, apart(sim::pow(v, 0.6 * u), std::pow(v, 0.6 * u)));
    worst_tanh = std::max(worst_tanh, std::fabs(sim::tanh(small) - std::tanh(small)));
  }
  CHECK(worst_exp < 4e-16);
  CHECK(worst_log < 4e-16);
  CHECK(worst_pow < 4e-15);
  CHECK(worst_tanh < 1e-15);
}

void the_ends_are_said() {
  CHECK_EQUAL(sim::exp(0.0), 1.0);
  CHECK_EQUAL(sim::exp(-1e9), 0.0);
  CHECK_EQUAL(sim::log(1.0), 0.0);
  CHECK_EQUAL(sim::pow(0.0, 0.6), 0.0);
  CHECK_EQUAL(sim::tanh(1e6), 1.0);
  CHECK(std::isfinite(sim::exp(1e9)));
}

void normals_are_normal_but_for_their_tails() {
  double sum = 0, squares = 0, fourth = 0, largest = 0;
  for (std::uint64_t i = 0; i < many; ++i) {
    const double z = sim::Draws(7, sim::Stream::value, i).normal(3);
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
    largest = std::max(largest, std::fabs(z));
  }
  CHECK(std::fabs(sum / many) < 0.01);
  CHECK(std::fabs(squares / many - 1) < 0.02);
  CHECK(std::fabs(fourth / many - 2.85) < 0.1); // 3 - 1.2 / 8
  CHECK(largest < 4.9);
}

void streams_counters_and_seeds_do_not_share_draws() {
  const sim::Draws a(1, sim::Stream::marks, 5);
  CHECK(a.bits(0) == sim::Draws(1, sim::Stream::marks, 5).bits(0));
  CHECK(a.bits(0) != sim::Draws(2, sim::Stream::marks, 5).bits(0));
  CHECK(a.bits(0) != sim::Draws(1, sim::Stream::arrival, 5).bits(0));
  CHECK(a.bits(0) != sim::Draws(1, sim::Stream::marks, 6).bits(0));
  CHECK(a.bits(0) != a.bits(1));
}

} // namespace

int main() {
  return check::run({CLAIM(exponentials_and_logarithms_are_the_librarys),
                     CLAIM(the_ends_are_said),
                     CLAIM(normals_are_normal_but_for_their_tails),
                     CLAIM(streams_counters_and_seeds_do_not_share_draws)});
}

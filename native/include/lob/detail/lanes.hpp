// Four doubles at once: the same sums in the same order on every machine, whatever it can do in one instruction.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lob::lanes {

constexpr std::size_t LANES = 4;

#if defined(__SSE2__)
struct Four {
  __m128d low{}, high{};
};
inline Four four(const double* from) { return {_mm_loadu_pd(from), _mm_loadu_pd(from + 2)}; }
inline void store(double* to, Four a) { _mm_storeu_pd(to, a.low), _mm_storeu_pd(to + 2, a.high); }
inline Four all(double value) { return {_mm_set1_pd(value), _mm_set1_pd(value)}; }
inline Four operator+(Four a, Four b) { return {_mm_add_pd(a.low, b.low), _mm_add_pd(a.high, b.high)}; }
inline Four operator-(Four a, Four b) { return {_mm_sub_pd(a.low, b.low), _mm_sub_pd(a.high, b.high)}; }
inline Four operator*(Four a, Four b) { return {_mm_mul_pd(a.low, b.low), _mm_mul_pd(a.high, b.high)}; }
inline Four least(Four a, Four b) { return {_mm_min_pd(a.low, b.low), _mm_min_pd(a.high, b.high)}; }
inline Four positive(Four a) { return {_mm_max_pd(a.low, _mm_setzero_pd()), _mm_max_pd(a.high, _mm_setzero_pd())}; }
inline double sum(Four a) {
  std::array<double, LANES> lanes;
  store(lanes.data(), a);
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}
#else
struct Four {
  std::array<double, LANES> lane{};
};
template <class Part> inline Four each_lane(Part part) {
  Four made;
  for (std::size_t i = 0; i < LANES; ++i) made.lane[i] = part(i);
  return made;
}
inline Four four(const double* from) { return each_lane([&](std::size_t i) { return from[i]; }); }
inline void store(double* to, Four a) { std::copy_n(a.lane.begin(), LANES, to); }
inline Four all(double value) { return each_lane([&](std::size_t) { return value; }); }
inline Four operator+(Four a, Four b) { return each_lane([&](std::size_t i) { return a.lane[i] + b.lane[i]; }); }
inline Four operator-(Four a, Four b) { return each_lane([&](std::size_t i) { return a.lane[i] - b.lane[i]; }); }
inline Four operator*(Four a, Four b) { return each_lane([&](std::size_t i) { return a.lane[i] * b.lane[i]; }); }
inline Four least(Four a, Four b) { return each_lane([&](std::size_t i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; }); }
inline Four positive(Four a) { return each_lane([&](std::size_t i) { return a.lane[i] > 0 ? a.lane[i] : 0; }); }
inline double sum(Four a) { return (a.lane[0] + a.lane[1]) + (a.lane[2] + a.lane[3]); }
#endif
inline void add(Four& to, Four value) { to = to + value; }
}  // namespace lob::lanes

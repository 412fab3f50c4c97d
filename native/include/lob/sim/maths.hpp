// exp, log, pow and tanh of our own: the same bits from every compiler, library and level of optimisation.
//
// Within 2 units in the last place over the range that the market uses. Additions, products, quotients and roots are exact to the
// last bit by IEEE 754 everywhere; what differs between machines is the library, and a fused multiply-add, which the build forbids.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace lob::sim {

// Two numbers at once: each gets the bits that it would get alone.
using Two = double __attribute__((vector_size(16)));
using TwoBits = std::uint64_t __attribute__((vector_size(16)));

// e to the x for |x| <= 700. Coefficients: fdlibm.
template <class Real, class Bits> [[gnu::always_inline]] inline Real small_exp(Real x) {
  constexpr double shift = 0x1.8p52; // adding it rounds to a whole number, halves to even, which then stands in the lowest bits
  const Real whole = x * 1.44269504088896338700e+00 + shift;
  const Real k = whole - shift;
  const Real high = x - k * 6.93147180369123816490e-01, low = k * 1.90821492927058770002e-10;
  const Real r = high - low, z = r * r;
  const Real c =
      r - z * (1.66666666666666019037e-01 +
               z * (-2.77777777770155933842e-03 +
                    z * (6.61375632143793436117e-05 + z * (-1.65339022054652515390e-06 + z * 4.13813679705723846039e-08))));
  const Real y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  const Bits scale = (std::bit_cast<Bits>(whole) + 1023) << 52;
  return y * std::bit_cast<Real>(scale);
}

// e to the x; 0 for x <= -700, and e to the 700 above that.
inline double exp(double x) {
  if (!(x > -700.0)) return 0.0;
  return small_exp<double, std::uint64_t>(x > 700.0 ? 700.0 : x);
}

inline Two exp(Two x) { // for x <= 700
  const Two y = small_exp<Two, TwoBits>(x);
  return std::bit_cast<Two>(std::bit_cast<TwoBits>(y) & std::bit_cast<TwoBits>(x > -700.0));
}

// The natural logarithm of a normal x > 0. Coefficients: fdlibm.
inline double log(double x) {
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  bits += 0x3FF0000000000000ull - 0x3FE6A09E667F3BCDull; // so that the rest lies between the roots of 1/2 and 2
  const auto k = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double f = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFull) + 0x3FE6A09E667F3BCDull) - 1.0;
  const double s = f / (2.0 + f), z = s * s, w = z * z, half = 0.5 * f * f;
  const double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  return k * 6.93147180369123816490e-01 - ((half - (s * (half + even + odd) + k * 1.90821492927058770002e-10)) - f);
}

inline double pow(double x, double power) { return x > 0 ? exp(power * log(x)) : 0.0; }

inline double tanh(double x) {
  const double e = exp(-2.0 * std::fabs(x));
  const double t = (1.0 - e) / (1.0 + e);
  return x < 0 ? -t : t;
}

} // namespace lob::sim

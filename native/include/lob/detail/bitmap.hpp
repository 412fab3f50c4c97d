// Which of up to 2^18 places are taken: a bitmap with two summaries above it, so that the next one is at most five words away.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lob::detail {

class Bitmap {
public:
  static constexpr std::size_t most = std::size_t{1} << 18;
  static constexpr std::size_t none = ~std::size_t{0};

  explicit Bitmap(std::size_t places) : words_(words_for(places)), groups_(words_for(words_.size())) {}

  bool test(std::size_t place) const { return (words_[place >> 6] >> (place & 63) & 1) != 0; }

  void set(std::size_t place) {
    words_[place >> 6] |= bit(place);
    groups_[place >> 12] |= bit(place >> 6);
    top_ |= bit(place >> 12);
  }

  void clear(std::size_t place) {
    if ((words_[place >> 6] &= ~bit(place)) != 0) return;
    if ((groups_[place >> 12] &= ~bit(place >> 6)) != 0) return;
    top_ &= ~bit(place >> 12);
  }

  // The first place taken at `place` or above it; `none` if there is none. `place` may be one past the last.
  std::size_t at_or_above(std::size_t place) const {
    if (place >= words_.size() << 6) return none;
    if (const auto rest = words_[place >> 6] >> (place & 63)) return place + first(rest);
    const std::size_t word = (place >> 6) + 1; // nothing more in this word: the next word that is not empty
    if ((word & 63) != 0) {
      if (const auto rest = groups_[word >> 6] >> (word & 63)) return lowest(word + first(rest));
    }
    const std::size_t group = ((place >> 12) + 1);
    if (group >= 64) return none;
    const auto rest = top_ >> group;
    if (rest == 0) return none;
    const std::size_t found = group + first(rest);
    return lowest((found << 6) + first(groups_[found]));
  }

  // The last place taken below `place`; `none` if there is none.
  std::size_t below(std::size_t place) const {
    if (place == 0) return none;
    --place;
    if (const auto rest = words_[place >> 6] << (63 - (place & 63))) return place - last(rest);
    const std::size_t word = place >> 6; // nothing in this word: the one before it that is not empty
    if ((word & 63) != 0) {
      if (const auto rest = groups_[word >> 6] << (64 - (word & 63))) return highest(word - 1 - last(rest));
    }
    const std::size_t group = place >> 12;
    if (group == 0) return none;
    const auto rest = top_ << (64 - group);
    if (rest == 0) return none;
    const std::size_t found = group - 1 - last(rest);
    return highest((found << 6) + 63 - last(groups_[found]));
  }

private:
  static std::size_t words_for(std::size_t bits) { return (bits + 63) / 64; }
  static std::uint64_t bit(std::size_t place) { return std::uint64_t{1} << (place & 63); }
  static std::size_t first(std::uint64_t word) { return static_cast<std::size_t>(std::countr_zero(word)); }
  static std::size_t last(std::uint64_t word) { return static_cast<std::size_t>(std::countl_zero(word)); } // from above
  std::size_t lowest(std::size_t word) const { return (word << 6) + first(words_[word]); }
  std::size_t highest(std::size_t word) const { return (word << 6) + 63 - last(words_[word]); }

  std::vector<std::uint64_t> words_;  // one bit a place
  std::vector<std::uint64_t> groups_; // one bit a word
  std::uint64_t top_ = 0;             // one bit a group
};

} // namespace lob::detail

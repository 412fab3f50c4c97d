// Snapshots changed by hand and signed again, so that their contents alone decide whether they are refused.
#pragma once

#include <cstdint>
#include <string>

#include "lob/hash.hpp"

namespace forge {

inline std::uint64_t word(const std::string& bytes, std::size_t index) {
  std::uint64_t word = 0;
  for (std::size_t i = 8; i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[8 * index + i]);
  return word;
}

inline void set_word(std::string& bytes, std::size_t index, std::uint64_t word) {
  for (std::size_t i = 0; i < 8; ++i) bytes[8 * index + i] = static_cast<char>(word >> 8 * i & 0xff);
}

// The last word becomes the hash of all the words before it.
inline void sign(std::string& bytes) {
  lob::Hash hash;
  const std::size_t last = bytes.size() / 8 - 1;
  for (std::size_t i = 0; i < last; ++i) hash.add(word(bytes, i));
  set_word(bytes, last, hash.value());
}

} // namespace forge

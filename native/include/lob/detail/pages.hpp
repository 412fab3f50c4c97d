// Memory for the book's large arrays: on huge pages where the system has them, so that a big book's random reads find their page.
#pragma once

#include <cstddef>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace lob::detail {

// An allocator. A small array is any array; one of a huge page or more begins at a page of its own. A hint alone: a system
// that gives no huge pages gives small ones.
template <class T> struct Pages {
  using value_type = T;
  static constexpr std::size_t huge = std::size_t{1} << 21;

  Pages() = default;
  template <class Other> Pages(const Pages<Other>&) noexcept {}

  T* allocate(std::size_t n) {
    const std::size_t bytes = n * sizeof(T);
    if (bytes < huge) return static_cast<T*>(::operator new(bytes));
    void* memory = ::operator new(bytes, std::align_val_t{huge});
#ifdef __linux__
    ::madvise(memory, bytes / huge * huge, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(memory);
  }

  void deallocate(T* memory, std::size_t n) noexcept {
    if (n * sizeof(T) < huge) return ::operator delete(memory);
    ::operator delete(memory, std::align_val_t{huge});
  }

  friend bool operator==(const Pages&, const Pages&) { return true; }
};

} // namespace lob::detail

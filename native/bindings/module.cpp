// The Python module metaorder._native: it names what the core offers and decides nothing.
#include <pybind11/pybind11.h>

#include "bind_book.hpp"
#include "bind_data.hpp"
#include "bind_session.hpp"
#include "bind_split.hpp"

PYBIND11_MODULE(_native, module) {
  module.doc() = "The native core: book, exchange, markets.";
  bind_book(module);
  bind_session(module);
  bind_data(module);
  bind_split(module);
}

// Names the book, its rows and their dtypes for Python.
#pragma once

#include <pybind11/pybind11.h>

void bind_book(pybind11::module_& module);

// Names the split of an order between venues for Python.
#pragma once

#include <pybind11/pybind11.h>

void bind_split(pybind11::module_& module);

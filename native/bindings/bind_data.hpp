// Names the readers of recorded data for Python.
#pragma once

#include <pybind11/pybind11.h>

void bind_data(pybind11::module_& module);

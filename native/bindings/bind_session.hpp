// Names the session, its feeds and its record for Python.
#pragma once

#include <pybind11/pybind11.h>

void bind_session(pybind11::module_& module);
void bind_scenario(pybind11::module_& module);

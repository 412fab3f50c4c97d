// Names the session, its feeds and its record for Python.
#pragma once

#include <pybind11/pybind11.h>

void bind_session(pybind11::module_& module);
struct Live;
void bind_orders(pybind11::class_<Live>& type);
void bind_scenario(pybind11::module_& module);

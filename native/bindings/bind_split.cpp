// The split of an order between venues for Python: arrays in, the split out. What is misshapen is a ValueError.
#include "bind_split.hpp"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "lob/split.hpp"

namespace py = pybind11;
using namespace lob;

namespace {

using Row = py::array_t<double, py::array::c_style>;

std::vector<double> copied(const Row& row) { return {row.data(), row.data() + row.size()}; }

}  // namespace

void bind_split(py::module_& module) {
  module.def(
      "cheapest_split",
      [](double shares, double taking, double missing, double impact, const Row& fees, const Row& room, const Row& weights) {
        const SplitTerms terms{shares, taking, missing, impact, copied(fees)};
        const std::vector<double> rooms = copied(room), scenarios = copied(weights);
        py::gil_scoped_release release;
        Split found = cheapest_split(terms, rooms, scenarios);
        py::gil_scoped_acquire acquire;
        return py::make_tuple(found.market, found.limits, found.cost);
      },
      py::kw_only(), py::arg("shares"), py::arg("taking"), py::arg("missing"), py::arg("impact"), py::arg("fees"), py::arg("room"),
      py::arg("weights"));
}

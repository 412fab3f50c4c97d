// Readers of recorded data for Python: bytes in, in pieces; a tape out. What breaks a rule is a DataError.
#include "bind_data.hpp"

#include <memory>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "lob/binance.hpp"
#include "lob/dbn.hpp"

namespace py = pybind11;
using namespace lob;

namespace {

using Column = py::array_t<std::int64_t, py::array::c_style>;

// Feeding happens without the interpreter's lock: the bytes are immutable.
template <class Reader> void feed(Reader& reader, const py::bytes& bytes) {
  const std::string_view view = bytes;
  py::gil_scoped_release release;
  reader.feed(view);
}

DbnDay dbn_day(const std::string& name, std::uint32_t instrument, std::int64_t point_nanos, std::int64_t points_per_tick, Nanos open,
               Nanos close) {
  return {name, instrument, point_nanos, points_per_tick, open, close};
}

template <class Reader, class Output> void bind_dbn(py::module_& module, const char* name) {
  py::class_<Reader>(module, name)
      .def(py::init([](const std::string& file, std::uint32_t instrument, std::int64_t point_nanos, std::int64_t points_per_tick, Nanos open,
                       Nanos close) { return Reader(dbn_day(file, instrument, point_nanos, points_per_tick, open, close)); }),
           py::kw_only(), py::arg("name"), py::arg("instrument"), py::arg("point_nanos"), py::arg("points_per_tick"), py::arg("open"),
           py::arg("close"))
      .def("feed", &feed<Reader>)
      .def("finish", [](Reader& reader) { return std::make_shared<Output>(reader.finish()); });
}

void bind_binance(py::module_& module) {
  py::class_<BinanceReader>(module, "BinanceReader")
      .def(py::init([](const std::string& file, const std::string& symbol, bool futures, std::int64_t point_size,
                       std::int64_t points_per_tick, std::int64_t lot_size) {
             return BinanceReader(BinanceFile{file, symbol, futures, point_size, points_per_tick, lot_size});
           }),
           py::kw_only(), py::arg("name"), py::arg("symbol"), py::arg("futures"), py::arg("point_size"), py::arg("points_per_tick"),
           py::arg("lot_size"))
      .def("feed", &feed<BinanceReader>)
      .def("finish", [](BinanceReader& reader) { return std::make_shared<LevelTape>(reader.finish()); })
      .def_property_readonly("dropped", &BinanceReader::dropped)
      .def_property_readonly("passed_over", &BinanceReader::passed_over);
}

// Rows as columns: a table is read by its own library.
std::shared_ptr<PrintTape> prices(const std::string& name, const Column& start, const Column& end, const Column& open, const Column& high,
                                  const Column& low, const Column& close, const Column& lots, bool bars, std::int64_t points_per_tick,
                                  Nanos opens, Nanos closes) {
  auto tape = std::make_shared<PrintTape>();
  tape->points_per_tick = points_per_tick;
  tape->open = opens;
  tape->close = closes;
  tape->bars = bars;
  for (const Column* column : {&end, &open, &high, &low, &close, &lots}) {
    if (column->size() != start.size()) throw py::value_error("columns are of one length");
  }
  tape->rows.reserve(static_cast<std::size_t>(start.size()));
  for (py::ssize_t i = 0; i < start.size(); ++i) {
    const PriceRow row{start.at(i), end.at(i), open.at(i), high.at(i), low.at(i), close.at(i), lots.at(i)};
    check_price_row(name, static_cast<std::size_t>(i) + 1, row, tape->rows.empty() ? nullptr : &tape->rows.back(), *tape);
    tape->rows.push_back(row);
  }
  return tape;
}

} // namespace

void bind_data(py::module_& module) {
  bind_dbn<MboReader, Tape>(module, "MboReader");
  bind_dbn<MbpReader, LevelTape>(module, "MbpReader");
  bind_dbn<TradesReader, PrintTape>(module, "TradesReader");
  bind_binance(module);
  module.def("price_tape", &prices, py::kw_only(), py::arg("name"), py::arg("start"), py::arg("end"), py::arg("open"), py::arg("high"),
             py::arg("low"), py::arg("close"), py::arg("lots"), py::arg("bars"), py::arg("points_per_tick"), py::arg("opens"),
             py::arg("closes"));
}

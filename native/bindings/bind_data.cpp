// Readers of recorded data for Python: bytes in, in pieces; a tape out. What breaks a rule is a DataError.
#include "bind_data.hpp"

#include <memory>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "lob/binance.hpp"
#include "lob/dbn.hpp"
#include "lob/lobster.hpp"

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

// Rows as columns: a table is read by its own library, batch by batch.
void feed_prices(PriceReader& reader, std::size_t row, const Column& start, const Column& end, const Column& open, const Column& high,
                 const Column& low, const Column& close, const Column& lots) {
  for (const Column* column : {&end, &open, &high, &low, &close, &lots}) {
    if (column->size() != start.size()) throw py::value_error("columns are of one length");
  }
  for (py::ssize_t i = 0; i < start.size(); ++i) {
    reader.feed(row + static_cast<std::size_t>(i), {start.at(i), end.at(i), open.at(i), high.at(i), low.at(i), close.at(i), lots.at(i)});
  }
}

void bind_prices(py::module_& module) {
  py::class_<PriceReader>(module, "PriceReader")
      .def(py::init<std::string, bool, std::int64_t>(), py::kw_only(), py::arg("name"), py::arg("bars"), py::arg("points_per_tick"))
      .def("feed", &feed_prices, py::arg("row"), py::kw_only(), py::arg("start"), py::arg("end"), py::arg("open"), py::arg("high"),
           py::arg("low"), py::arg("close"), py::arg("lots"))
      .def_property_readonly("rows", &PriceReader::rows)
      .def("finish",
           [](PriceReader& reader, Nanos open, Nanos close, Nanos lasts) { return std::make_shared<PrintTape>(reader.finish(open, close, lasts)); },
           py::kw_only(), py::arg("open"), py::arg("close"), py::arg("lasts") = 0);
}

void bind_lobster(py::module_& module) {
  using Feed = void (LobsterReader::*)(std::string_view);
  const auto feed_by = [](Feed feed) {
    return [feed](LobsterReader& reader, const py::bytes& bytes) {
      const std::string_view view = bytes;
      py::gil_scoped_release release;
      (reader.*feed)(view);
    };
  };
  py::class_<LobsterReader>(module, "LobsterReader")
      .def(py::init([](const std::string& message_name, const std::string& book_name, std::uint32_t levels, std::int64_t points_per_tick,
                       Nanos midnight, Nanos open, Nanos close) {
             return LobsterReader({message_name, book_name, levels, points_per_tick, midnight, open, close});
           }),
           py::kw_only(), py::arg("message_name"), py::arg("book_name"), py::arg("levels"), py::arg("points_per_tick"), py::arg("midnight"),
           py::arg("open"), py::arg("close"))
      .def("feed_messages", feed_by(&LobsterReader::feed_messages))
      .def("feed_books", feed_by(&LobsterReader::feed_books))
      .def_property_readonly("wants_messages", &LobsterReader::wants_messages)
      .def_property_readonly("wants_books", &LobsterReader::wants_books)
      .def("finish", [](LobsterReader& reader) { return std::make_shared<Tape>(reader.finish()); });
}

} // namespace

void bind_data(py::module_& module) {
  bind_dbn<MboReader, Tape>(module, "MboReader");
  bind_dbn<MbpReader, LevelTape>(module, "MbpReader");
  bind_dbn<TradesReader, PrintTape>(module, "TradesReader");
  bind_binance(module);
  bind_prices(module);
  bind_lobster(module);
}

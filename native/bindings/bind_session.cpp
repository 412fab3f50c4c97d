// Sessions for Python: replayed or simulated, advanced without the interpreter's lock.
#include "bind_session.hpp"

#include <memory>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "lob/levels.hpp"
#include "lob/prints.hpp"
#include "lob/replay.hpp"
#include "lob/sim/market.hpp"
#include "live.hpp"
#include "turnover.hpp"

namespace py = pybind11;
using namespace lob;

namespace {

// One more floor, and its index; it is open as long as the session.
std::size_t add_floor(Live& live, Nanos open, Nanos close, const Latency& latency, VenueConfig venue, std::uint32_t symbol) {
  if (open != live.session.open() || close != live.session.close()) throw py::value_error("floors of one session have its hours");
  venue.symbol = symbol;
  return live.session.add_floor(latency, venue);
}

VenueConfig recorded(std::int64_t points_per_tick) {
  VenueConfig venue;
  venue.points_per_tick = points_per_tick;
  venue.recorded_depth = true;
  return venue;
}

std::size_t add_replay(Live& live, std::shared_ptr<Tape> tape, const Latency& latency, bool claim_hidden, std::uint32_t symbol) {
  const std::size_t floor = add_floor(live, tape->open, tape->close, latency, recorded(tape->points_per_tick), symbol);
  live.session.attach(std::make_unique<Replay>(tape, Replay::Config{claim_hidden}, live.session.venue(floor)), floor, 1);
  return floor;
}

std::size_t add_levels(Live& live, std::shared_ptr<LevelTape> tape, const Latency& latency, int queue, std::uint32_t symbol) {
  if (queue < 0 || queue > static_cast<int>(QueueRule::optimistic)) throw py::value_error("an unknown rule for queues");
  VenueConfig venue = recorded(tape->points_per_tick);
  venue.levels_only = true;
  const std::size_t floor = add_floor(live, tape->open, tape->close, latency, venue, symbol);
  const LevelReplay::Config rules{static_cast<QueueRule>(queue)};
  live.session.attach(std::make_unique<LevelReplay>(tape, rules, live.session.venue(floor)), floor, 1);
  return floor;
}

std::size_t add_prints(Live& live, std::shared_ptr<PrintTape> tape, const Latency& latency, Ticks spread, std::int64_t share_ppm,
                       std::uint32_t symbol) {
  VenueConfig venue = recorded(tape->points_per_tick);
  venue.no_book = true;
  const std::size_t floor = add_floor(live, tape->open, tape->close, latency, venue, symbol);
  const PrintReplay::Config rules{spread, share_ppm};
  live.session.attach(std::make_unique<PrintReplay>(tape, rules, live.session.venue(floor)), floor, 1);
  return floor;
}

std::unique_ptr<Live> make_replay(std::shared_ptr<Tape> tape, const Latency& latency, bool claim_hidden) {
  auto live = std::make_unique<Live>(tape->open, tape->close);
  add_replay(*live, tape, latency, claim_hidden, 0);
  return live;
}

std::unique_ptr<Live> make_levels(std::shared_ptr<LevelTape> tape, const Latency& latency, int queue) {
  auto live = std::make_unique<Live>(tape->open, tape->close);
  add_levels(*live, tape, latency, queue, 0);
  return live;
}

std::unique_ptr<Live> make_prints(std::shared_ptr<PrintTape> tape, const Latency& latency, Ticks spread, std::int64_t share_ppm) {
  auto live = std::make_unique<Live>(tape->open, tape->close);
  add_prints(*live, tape, latency, spread, share_ppm, 0);
  return live;
}

// The floors of a simulated market, its lit venues first and the dark pool last; returns the first one's index.
std::size_t add_simulated(Live& live, const sim::Config& market, const std::vector<Latency>& latencies, std::int64_t points_per_tick,
                          std::uint32_t symbol, bool keep_messages) {
  sim::check(market);
  const std::size_t count = sim::all_floors(market), first = live.session.floors();
  if (latencies.size() != count) throw py::value_error("a simulated market has a latency for each of its venues");
  for (std::size_t i = 0; i < count; ++i) {
    VenueConfig venue;
    venue.points_per_tick = points_per_tick;
    venue.dark = venue.no_book = i >= sim::lit_floors(market);
    const std::size_t floor = add_floor(live, market.open, market.close, latencies[i], venue, symbol);
    live.session.venue(floor).know_arrivals(1, ~OrderId{0});
  }
  auto feed = std::make_unique<sim::Market>(market, Floors(&live.session.venue(first), count), keep_messages);
  if (live.simulated == nullptr) live.simulated = feed.get();
  live.session.attach(std::move(feed), first, count);
  return first;
}

std::unique_ptr<Live> make_simulated(const sim::Config& market, const Latency& latency, std::int64_t points_per_tick, bool keep_messages) {
  sim::check(market);
  auto live = std::make_unique<Live>(market.open, market.close);
  add_simulated(*live, market, std::vector<Latency>(sim::all_floors(market), latency), points_per_tick, 0, keep_messages);
  return live;
}

template <class T> py::array_t<T> rows_from(const std::vector<T>& rows, std::size_t first) {
  const std::size_t from = std::min(first, rows.size());
  return py::array_t<T>(static_cast<py::ssize_t>(rows.size() - from), rows.data() + from);
}

py::object indication(Live& live, std::size_t floor) {
  const auto found = venue(live, floor).indication();
  if (!found) return py::none();
  return py::make_tuple(found->price, found->lots, found->imbalance, found->side == Side::buy);
}

py::list levels(Live& live, std::size_t floor, Side side, std::size_t most, bool recorded) {
  std::vector<Level> found;
  if (recorded) {
    venue(live, floor);
    live.session.feed(floor).recorded_levels(side, most, found);
  } else {
    venue(live, floor).book().levels(side, most, found);
  }
  py::list out;
  for (const Level& level : found) out.append(py::make_tuple(level.price, level.lots, level.orders));
  return out;
}

void bind_tape(py::module_& module) {
  static py::exception<DataError> data_error(module, "DataError", PyExc_ValueError);
  py::register_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const DataError& error) {
      const py::object& type = data_error;
      py::object exception = type(error.what());
      exception.attr("file") = error.file();
      exception.attr("row") = error.row();
      exception.attr("rule") = error.rule();
      PyErr_SetObject(data_error.ptr(), exception.ptr());
    }
  });
  py::class_<Tape, std::shared_ptr<Tape>>(module, "Tape")
      .def_property_readonly("rows", [](const Tape& tape) { return tape.rows.size(); })
      .def_readonly("opening", &Tape::opening)
      .def_property_readonly("ends", [](const Tape& tape) { return rows_from(tape.ends, 0); })
      .def_property_readonly("orders", [](const Tape& tape) { return tape.orders; })
      .def_property_readonly("reveals", [](const Tape& tape) { return tape.reveals.size() - tape.seeds; })
      .def_readonly("levels", &Tape::levels)
      .def_readonly("open", &Tape::open)
      .def_readonly("close", &Tape::close);
  py::class_<LevelTape, std::shared_ptr<LevelTape>>(module, "LevelTape")
      .def_property_readonly("rows", [](const LevelTape& tape) { return tape.rows.size() - tape.opening; })
      .def_readonly("events", &LevelTape::events)
      .def_readonly("open", &LevelTape::open)
      .def_readonly("close", &LevelTape::close);
  py::class_<PrintTape, std::shared_ptr<PrintTape>>(module, "PrintTape")
      .def_property_readonly("rows", [](const PrintTape& tape) { return tape.rows.size(); })
      .def_readonly("bars", &PrintTape::bars)
      .def_readonly("open", &PrintTape::open)
      .def_readonly("close", &PrintTape::close);
}

void bind_latency(py::module_& module) {
  py::class_<Latency>(module, "Latency")
      .def(py::init([](Nanos entry, Nanos entry_jitter, Nanos report, Nanos report_jitter, std::uint64_t seed) {
             return Latency{entry, entry_jitter, report, report_jitter, seed};
           }),
           py::arg("entry"), py::kw_only(), py::arg("entry_jitter") = 0, py::arg("report") = 0, py::arg("report_jitter") = 0,
           py::arg("seed") = 1)
      .def("entry_at", &Latency::entry_at, py::arg("sent"))
      .def("report_at", &Latency::report_at, py::arg("sent"));
  py::implicitly_convertible<Nanos, Latency>();
}

void bind_floors(Class& type) {
  type.def(py::init<Nanos, Nanos>(), py::kw_only(), py::arg("open"), py::arg("close"))
      .def("add_replay", &add_replay, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("claim_hidden"), py::arg("symbol"))
      .def("add_by_level", &add_levels, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("queue"), py::arg("symbol"))
      .def("add_by_price", &add_prints, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("spread"), py::arg("share_ppm"),
           py::arg("symbol"))
      .def("add_simulated", &add_simulated, py::arg("market"), py::kw_only(), py::arg("latencies"), py::arg("points_per_tick"),
           py::arg("symbol"), py::arg("keep_messages") = false)
      .def_static("replay", &make_replay, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("claim_hidden"))
      .def_static("by_level", &make_levels, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("queue"))
      .def_static("by_price", &make_prints, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("spread"), py::arg("share_ppm"))
      .def_static("simulated", &make_simulated, py::arg("market"), py::kw_only(), py::arg("latency"), py::arg("points_per_tick"),
                  py::arg("keep_messages") = false)
      .def_property_readonly("floors", [](const Live& live) { return live.session.floors(); });
}

void bind_clock(Class& type) {
  type.def(
          "advance",
          [](Live& live, Nanos time, std::uint64_t index, Nanos wake, std::uint64_t on_quote, std::uint64_t budget) {
            py::gil_scoped_release release;
            return static_cast<int>(live.session.advance({time, index, wake, on_quote, budget}, &live.interrupt));
          },
          py::arg("time"), py::arg("index"), py::arg("wake"), py::arg("on_quote"), py::arg("budget"))
      .def("interrupt", [](Live& live, bool on) { live.interrupt.store(on, std::memory_order_relaxed); }, py::arg("on"))
      .def("shut", [](Live& live) { live.session.shut(); })
      .def_property_readonly("clock", [](const Live& live) { return live.session.clock(); })
      .def_property_readonly("index", [](const Live& live) { return live.session.index(); })
      .def_property_readonly("closed", [](const Live& live) { return live.session.closed(); })
      .def("hash", [](const Live& live) { return live.session.hash(); })
      .def("counters", [](const Live& live) { return live.session.counters(); });
}

void bind_views(Class& type) {
  type.def("touch", [](Live& live, std::size_t floor) { return as_tuple(venue(live, floor).touch()); }, on_floor())
      .def("reference", [](Live& live, std::size_t floor) { return as_tuple(venue(live, floor).reference()); }, on_floor())
      .def("consolidated", [](const Live& live, std::uint32_t symbol) { return as_tuple(live.session.touch(symbol)); }, py::arg("symbol"))
      .def("consolidated_reference", [](const Live& live, std::uint32_t symbol) { return as_tuple(live.session.reference(symbol)); },
           py::arg("symbol"))
      .def_property_readonly("halted", [](const Live& live) { return live.session.venue().halted(); })
      .def("phase", [](Live& live, std::size_t floor) { return static_cast<int>(venue(live, floor).phase()); }, on_floor())
      .def("indication", &indication, on_floor(), "Price, lots, imbalance and whether of buyers: what the auction would end in now.")
      .def("heard", [](const Live& live, std::size_t floor) { return live.session.heard(floor); }, py::arg("floor"))
      .def("halted_on", [](Live& live, std::size_t floor) { return venue(live, floor).halted(); }, py::arg("floor"))
      .def(
          "levels",
          [](Live& live, bool buy, std::size_t most, std::size_t floor) {
            return levels(live, floor, buy ? Side::buy : Side::sell, most, false);
          },
          py::arg("buy"), py::arg("most"), on_floor())
      .def(
          "recorded_levels",
          [](Live& live, bool buy, std::size_t most, std::size_t floor) {
            return levels(live, floor, buy ? Side::buy : Side::sell, most, true);
          },
          py::arg("buy"), py::arg("most"), on_floor())
      .def(
          "depth",
          [](Live& live, bool whole, bool buy, Ticks ticks, std::size_t floor) {
            return venue(live, floor).depth(whole ? View::whole : View::others, buy ? Side::buy : Side::sell, ticks);
          },
          py::kw_only(), py::arg("whole"), py::arg("buy"), py::arg("ticks"), on_floor());
}

void bind_rows(Class& type) {
  type.def(
          "statistics",
          [](Live& live, std::size_t floor) {
            venue(live, floor);
            const Statistics& statistics = live.session.statistics(floor);
            return rows_from(std::vector<Statistic>{statistics.of(View::others), statistics.of(View::whole)}, 0);
          },
          on_floor())
      .def(
          "others",
          [](Live& live, std::size_t floor) {
            venue(live, floor);
            const Statistic now = live.session.statistics(floor).of(View::others);
            return py::make_tuple(now.volume, now.spread, now.variance_1, now.variance_60, now.returns_1, now.returns_60);
          },
          on_floor())
      .def(
          "recent",
          [](Live& live, std::size_t seconds, std::size_t floor) {
            venue(live, floor);
            const Recent found = live.session.statistics(floor).recent(View::others, seconds);
            return py::make_tuple(found.imbalance, found.gross, found.volume, found.mid2, found.squares, found.returns);
          },
          py::arg("seconds"), on_floor())
      .def(
          "seconds",
          [](Live& live, std::size_t first, std::size_t floor) {
            venue(live, floor);
            return rows_from(live.session.statistics(floor).seconds(), first);
          },
          py::arg("first"), on_floor())
      .def(
          "running_second",
          [](Live& live, std::size_t floor) {
            venue(live, floor);
            return rows_from(std::vector<Second>{live.session.statistics(floor).running()}, 0);
          },
          on_floor())
      .def(
          "turnover",
          [](Live& live, std::size_t first, std::size_t floor) {
            venue(live, floor);
            return turnover(live.session.statistics(floor), first);
          },
          py::arg("first"), on_floor())
      .def("messages",
           [](const Live& live, std::size_t venue) {
             return rows_from(live.simulated == nullptr ? std::vector<sim::Message>() : live.simulated->messages(venue), 0);
           },
           py::arg("venue") = 0)
      .def("quotes", [](Live& live, std::size_t first, std::size_t floor) { return rows_from(venue(live, floor).record().quotes, first); },
           py::arg("first"), on_floor())
      .def("prints", [](Live& live, std::size_t first, std::size_t floor) { return rows_from(venue(live, floor).record().prints, first); },
           py::arg("first"), on_floor())
      .def(
          "reference_prints",
          [](Live& live, std::size_t first, std::size_t floor) { return rows_from(venue(live, floor).record().reference, first); },
          py::arg("first"), on_floor());
}

} // namespace

void bind_session(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(Touch, bid, ask, bid_lots, ask_lots);
  PYBIND11_NUMPY_DTYPE(QuoteRow, ts, live, reference, halted);
  PYBIND11_NUMPY_DTYPE(Print, ts, points, lots, parent, counterparty, flags, pad);
  PYBIND11_NUMPY_DTYPE(Statistic, touch, microprice, last_points, last_lots, last_ts, volume, notional, trades, vwap, imbalance, quoted_ns,
                       spread, spread_lots, quoted_spread, effective_spread, variance_1, variance_60, returns_1, returns_60);
  PYBIND11_NUMPY_DTYPE(Candle, open, high, low, close, lots, notional, trades);
  PYBIND11_NUMPY_DTYPE(Second, ts, others, whole, others_imbalance, whole_imbalance, others_mid2, whole_mid2);
  bind_latency(module);
  PYBIND11_NUMPY_DTYPE(sim::Message, ts, id, price, lots, after, side, kind, level);
  bind_tape(module);
  bind_scenario(module);
  Class type(module, "Session");
  bind_floors(type);
  bind_clock(type);
  bind_orders(type);
  bind_views(type);
  bind_rows(type);
}

// Sessions for Python: replayed or simulated, advanced without the interpreter's lock.
#include "bind_session.hpp"

#include <atomic>
#include <memory>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "lob/levels.hpp"
#include "lob/prints.hpp"
#include "lob/replay.hpp"
#include "lob/session.hpp"
#include "lob/sim/market.hpp"

namespace py = pybind11;
using namespace lob;

namespace {

// A session and the flag that makes it pause at the next look.
struct Live {
  explicit Live(const Session::Config& config) : session(config) {}
  Session session;
  std::atomic<bool> interrupt{false};
  const sim::Market* simulated = nullptr; // the session's feed, where that is one
};

std::unique_ptr<Live> make_replay(std::shared_ptr<Tape> tape, const Latency& latency, bool claim_hidden) {
  Session::Config config{tape->open, tape->close, latency, {}};
  config.venue.points_per_tick = tape->points_per_tick;
  config.venue.recorded_depth = true;
  auto live = std::make_unique<Live>(config);
  live->session.attach(std::make_unique<Replay>(tape, Replay::Config{claim_hidden}, live->session.venue()));
  return live;
}

std::unique_ptr<Live> make_levels(std::shared_ptr<LevelTape> tape, const Latency& latency, int queue) {
  if (queue < 0 || queue > static_cast<int>(QueueRule::optimistic)) throw py::value_error("an unknown rule for queues");
  Session::Config config{tape->open, tape->close, latency, {}};
  config.venue.points_per_tick = tape->points_per_tick;
  config.venue.recorded_depth = true;
  auto live = std::make_unique<Live>(config);
  live->session.attach(std::make_unique<LevelReplay>(tape, LevelReplay::Config{static_cast<QueueRule>(queue)}, live->session.venue()));
  return live;
}

std::unique_ptr<Live> make_prints(std::shared_ptr<PrintTape> tape, const Latency& latency, Ticks spread, std::int64_t share_ppm) {
  Session::Config config{tape->open, tape->close, latency, {}};
  config.venue.points_per_tick = tape->points_per_tick;
  config.venue.recorded_depth = config.venue.no_book = true;
  auto live = std::make_unique<Live>(config);
  live->session.attach(std::make_unique<PrintReplay>(tape, PrintReplay::Config{spread, share_ppm}, live->session.venue()));
  return live;
}

std::unique_ptr<Live> make_simulated(const sim::Config& market, const Latency& latency, std::int64_t points_per_tick, bool keep_messages) {
  Session::Config config{market.open, market.close, latency, {}};
  config.venue.points_per_tick = points_per_tick;
  auto live = std::make_unique<Live>(config);
  live->session.venue().know_arrivals(1, ~OrderId{0});
  auto feed = std::make_unique<sim::Market>(market, live->session.venue(), keep_messages);
  live->simulated = feed.get();
  live->session.attach(std::move(feed));
  return live;
}

py::tuple as_tuple(const Touch& touch) { return py::make_tuple(touch.bid, touch.ask, touch.bid_lots, touch.ask_lots); }

py::list take_reports(Live& live) {
  py::list out;
  for (const Report& r : live.session.venue().reports()) {
    out.append(py::make_tuple(static_cast<int>(r.kind), static_cast<int>(r.reason), r.parent, r.number, r.ts, r.lots, r.price, r.maker,
                              r.certain, r.execution, as_tuple(r.quote), as_tuple(r.reference), r.queue_ahead, r.queue_known));
  }
  live.session.venue().reports().clear();
  return out;
}

template <class T> py::array_t<T> rows_from(const std::vector<T>& rows, std::size_t first) {
  const std::size_t from = std::min(first, rows.size());
  return py::array_t<T>(static_cast<py::ssize_t>(rows.size() - from), rows.data() + from);
}

py::list levels(const Live& live, Side side, std::size_t most, bool recorded) {
  std::vector<Level> found;
  if (recorded) {
    live.session.feed().recorded_levels(side, most, found);
  } else {
    live.session.venue().book().levels(side, most, found);
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
  module.def(
      "read_lobster",
      [](const py::bytes& messages, const py::bytes& books, const std::string& message_name, const std::string& book_name,
         std::uint32_t depth, std::int64_t points_per_tick, Nanos midnight, Nanos open, Nanos close) {
        const LobsterDay day{messages, books, message_name, book_name, depth, points_per_tick, midnight, open, close};
        py::gil_scoped_release release;
        return std::make_shared<Tape>(read_lobster(day));
      },
      py::kw_only(), py::arg("messages"), py::arg("books"), py::arg("message_name"), py::arg("book_name"), py::arg("levels"),
      py::arg("points_per_tick"), py::arg("midnight"), py::arg("open"), py::arg("close"));
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

void bind_live(py::module_& module) {
  py::class_<Live>(module, "Session")
      .def_static("replay", &make_replay, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("claim_hidden"))
      .def_static("by_level", &make_levels, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("queue"))
      .def_static("by_price", &make_prints, py::arg("tape"), py::kw_only(), py::arg("latency"), py::arg("spread"), py::arg("share_ppm"))
      .def_static("simulated", &make_simulated, py::arg("market"), py::kw_only(), py::arg("latency"), py::arg("points_per_tick"),
                  py::arg("keep_messages") = false)
      .def(
          "advance",
          [](Live& live, Nanos time, std::uint64_t index, Nanos wake, bool on_quote, std::uint64_t budget) {
            py::gil_scoped_release release;
            return static_cast<int>(live.session.advance({time, index, wake, on_quote, budget}, &live.interrupt));
          },
          py::arg("time"), py::arg("index"), py::arg("wake"), py::arg("on_quote"), py::arg("budget"))
      .def("interrupt", [](Live& live, bool on) { live.interrupt.store(on, std::memory_order_relaxed); }, py::arg("on"))
      .def(
          "submit",
          [](Live& live, ParentKey parent, std::uint32_t number, Owner account, bool buy, bool ioc, Ticks price, Lots lots, Nanos good_till) {
            live.session.submit({0, parent, number, account, buy ? Side::buy : Side::sell, ioc, price, lots, good_till});
          },
          py::arg("parent"), py::arg("number"), py::arg("account"), py::arg("buy"), py::arg("ioc"), py::arg("price"), py::arg("lots"),
          py::arg("good_till"))
      .def("cancel", [](Live& live, ParentKey parent, std::uint32_t number) { live.session.cancel(parent, number); }, py::arg("parent"),
           py::arg("number"))
      .def("shut", [](Live& live) { live.session.shut(); })
      .def("take_reports", &take_reports)
      .def(
          "open_meter",
          [](Live& live, ParentKey parent, bool buy, bool limited, std::int64_t limit_points) {
            live.session.venue().meters().emplace_back(parent, buy ? Side::buy : Side::sell, limited, limit_points);
          },
          py::arg("parent"), py::arg("buy"), py::arg("limited"), py::arg("limit_points"))
      .def(
          "set_meter",
          [](Live& live, ParentKey parent, bool active, bool limited, std::int64_t limit_points) {
            Meter* meter = live.session.venue().meter(parent);
            if (meter == nullptr) throw py::key_error("no meter of that parent is open");
            meter->set_active(active);
            meter->set_limit(limited, limit_points);
          },
          py::arg("parent"), py::arg("active"), py::arg("limited"), py::arg("limit_points"))
      .def("close_meter",
           [](Live& live, ParentKey parent) {
             std::erase_if(live.session.venue().meters(), [parent](const Meter& meter) { return meter.parent() == parent; });
           },
           py::arg("parent"))
      .def("metered",
           [](Live& live, ParentKey parent, Nanos since) {
             const Meter* meter = live.session.venue().meter(parent);
             return meter == nullptr ? Lots{0} : meter->since(since);
           },
           py::arg("parent"), py::arg("since"))
      .def("touch", [](const Live& live) { return as_tuple(live.session.venue().touch()); })
      .def("reference", [](const Live& live) { return as_tuple(live.session.venue().reference()); })
      .def_property_readonly("halted", [](const Live& live) { return live.session.venue().halted(); })
      .def_property_readonly("clock", [](const Live& live) { return live.session.clock(); })
      .def_property_readonly("index", [](const Live& live) { return live.session.index(); })
      .def_property_readonly("closed", [](const Live& live) { return live.session.closed(); })
      .def("hash", [](const Live& live) { return live.session.hash(); })
      .def("counters", [](const Live& live) { return live.session.counters(); })
      .def("levels", [](const Live& live, bool buy, std::size_t most) { return levels(live, buy ? Side::buy : Side::sell, most, false); },
           py::arg("buy"), py::arg("most"))
      .def("recorded_levels",
           [](const Live& live, bool buy, std::size_t most) { return levels(live, buy ? Side::buy : Side::sell, most, true); },
           py::arg("buy"), py::arg("most"))
      .def("statistics",
           [](Live& live) {
             const Statistics& statistics = live.session.statistics();
             return rows_from(std::vector<Statistic>{statistics.of(View::others), statistics.of(View::whole)}, 0);
           })
      .def(
          "depth",
          [](const Live& live, bool whole, bool buy, Ticks ticks) {
            return live.session.venue().depth(whole ? View::whole : View::others, buy ? Side::buy : Side::sell, ticks);
          },
          py::kw_only(), py::arg("whole"), py::arg("buy"), py::arg("ticks"))
      .def("seconds",
           [](Live& live, std::size_t first) {
             const Statistics& statistics = live.session.statistics();
             return rows_from(statistics.seconds(), first);
           },
           py::arg("first"))
      .def("running_second", [](Live& live) { return rows_from(std::vector<Second>{live.session.statistics().running()}, 0); })
      .def("messages",
           [](const Live& live) {
             return rows_from(live.simulated == nullptr ? std::vector<sim::Message>() : live.simulated->messages(), 0);
           })
      .def("quotes", [](const Live& live, std::size_t first) { return rows_from(live.session.venue().record().quotes, first); },
           py::arg("first"))
      .def("prints", [](const Live& live, std::size_t first) { return rows_from(live.session.venue().record().prints, first); },
           py::arg("first"))
      .def("reference_prints", [](const Live& live, std::size_t first) { return rows_from(live.session.venue().record().reference, first); },
           py::arg("first"));
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
  PYBIND11_NUMPY_DTYPE(sim::Message, ts, id, price, lots, after, side, kind);
  bind_tape(module);
  bind_scenario(module);
  bind_live(module);
}

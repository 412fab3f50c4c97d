// Orders of ours and what a session says of them, for Python.
#include "bind_session.hpp"
#include "live.hpp"

namespace py = pybind11;
using namespace lob;

namespace {

py::list take_reports(Live& live) {
  py::list out;
  for (const Report& r : live.session.reports()) {
    out.append(py::make_tuple(static_cast<int>(r.kind), static_cast<int>(r.reason), r.parent, r.number, r.ts, r.lots, r.price, r.maker,
                              r.certain, r.execution, as_tuple(r.quote), as_tuple(r.reference), r.queue_ahead, r.queue_known, r.floor,
                              as_tuple(r.market_quote), as_tuple(r.market_reference), r.half));
  }
  live.session.reports().clear();
  return out;
}

} // namespace

void bind_orders(Class& type) {
  type.def(
          "submit",
          [](Live& live, ParentKey parent, std::uint32_t number, Owner account, bool buy, bool ioc, Ticks price, Lots lots, Nanos good_till,
             std::uint32_t floor, int auction, Lots least, bool post_only, bool hidden, int peg, std::uint32_t display) {
            venue(live, floor);
            if (auction < 0 || auction > static_cast<int>(Auction::at_close)) throw py::value_error("an unknown auction");
            if (peg < 0 || peg > static_cast<int>(Peg::midpoint)) throw py::value_error("an unknown peg");
            OwnOrder order{0, parent, number, account, buy ? Side::buy : Side::sell, ioc, price, lots, good_till, floor};
            order.auction = static_cast<Auction>(auction);
            order.least = least;
            order.post_only = post_only;
            order.hidden = hidden;
            order.peg = static_cast<Peg>(peg);
            order.peak = display;
            live.session.submit(order);
          },
          py::arg("parent"), py::arg("number"), py::arg("account"), py::arg("buy"), py::arg("ioc"), py::arg("price"), py::arg("lots"),
          py::arg("good_till"), on_floor(), py::arg("auction") = 0, py::arg("least") = 0, py::kw_only(), py::arg("post_only") = false,
          py::arg("hidden") = false, py::arg("peg") = 0, py::arg("display") = 0)
      .def(
          "cancel",
          [](Live& live, ParentKey parent, std::uint32_t number, std::uint32_t floor) {
            venue(live, floor);
            live.session.cancel(parent, number, floor);
          },
          py::arg("parent"), py::arg("number"), on_floor())
      .def(
          "replace",
          [](Live& live, ParentKey parent, std::uint32_t number, Ticks price, Lots lots, std::uint32_t floor) {
            venue(live, floor);
            live.session.replace({parent, number, price, lots}, floor);
          },
          py::arg("parent"), py::arg("number"), py::kw_only(), py::arg("price"), py::arg("lots"), on_floor())
      .def("take_reports", &take_reports)
      .def(
          "open_meter",
          [](Live& live, ParentKey parent, bool buy, bool limited, std::int64_t limit_points, std::size_t floor) {
            venue(live, floor).meters().emplace_back(parent, buy ? Side::buy : Side::sell, limited, limit_points);
          },
          py::arg("parent"), py::arg("buy"), py::arg("limited"), py::arg("limit_points"), on_floor())
      .def(
          "set_meter",
          [](Live& live, ParentKey parent, bool active, bool limited, std::int64_t limit_points, std::size_t floor) {
            Meter* meter = venue(live, floor).meter(parent);
            if (meter == nullptr) throw py::key_error("no meter of that parent is open");
            meter->set_active(active);
            meter->set_limit(limited, limit_points);
          },
          py::arg("parent"), py::arg("active"), py::arg("limited"), py::arg("limit_points"), on_floor())
      .def(
          "close_meter",
          [](Live& live, ParentKey parent, std::size_t floor) {
            std::erase_if(venue(live, floor).meters(), [parent](const Meter& meter) { return meter.parent() == parent; });
          },
          py::arg("parent"), on_floor())
      .def(
          "metered",
          [](Live& live, ParentKey parent, Nanos since, std::size_t floor) {
            const Meter* meter = venue(live, floor).meter(parent);
            return meter == nullptr ? Lots{0} : meter->since(since);
          },
          py::arg("parent"), py::arg("since"), on_floor());
}

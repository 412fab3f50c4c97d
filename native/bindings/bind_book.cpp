// The book for Python: scalar calls, batches as structured arrays without a copy, queries, snapshots.
#include "bind_book.hpp"

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>

#include "lob/book.hpp"

namespace py = pybind11;
using namespace lob;

namespace {

// A book, the events of its last scalar call, and whether a batch runs in it without the interpreter's lock.
struct Handle {
  explicit Handle(Book&& from) : book(std::move(from)) {}
  Book book;
  Events events;
  std::atomic<bool> busy{false};
};

Handle& idle(Handle& handle) {
  if (handle.busy.load(std::memory_order_relaxed)) throw std::runtime_error("the book works on a batch in another thread");
  return handle;
}

[[noreturn]] void refuse(PyObject* type, const std::string& text) {
  PyErr_SetString(type, text.c_str());
  throw py::error_already_set();
}

[[noreturn]] void refuse_range(const char* name, py::handle value, bool is_signed, std::size_t bits) {
  refuse(PyExc_OverflowError, std::string(name) + " must fit " + (is_signed ? "a signed" : "an unsigned") + " integer of " +
                                  std::to_string(bits) + " bits, was " + py::str(value).cast<std::string>());
}

// The integer that Python gave, exactly: no float, no wrapping. pybind11's own conversion would name neither value nor argument.
template <class Int> Int whole(py::handle value, const char* name) {
  using Limits = std::numeric_limits<Int>;
  py::object index;
  if (!PyLong_Check(value.ptr())) {
    index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (!index) {
      PyErr_Clear();
      refuse(PyExc_TypeError, std::string(name) + " must be an int, was " + py::repr(value).cast<std::string>());
    }
    value = index;
  }
  if constexpr (std::is_same_v<Int, std::uint64_t>) {
    const unsigned long long word = PyLong_AsUnsignedLongLong(value.ptr());
    if (word == ~0ull && PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      refuse_range(name, value, false, 64);
    }
    return word;
  } else {
    int overflow = 0;
    const long long word = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
    if (overflow != 0 || word < Limits::min() || word > Limits::max()) {
      refuse_range(name, value, Limits::is_signed, 8 * sizeof(Int));
    }
    return static_cast<Int>(word);
  }
}

Side side_of(py::handle value) {
  const auto side = whole<std::uint8_t>(value, "side");
  if (side > 1) refuse(PyExc_ValueError, "side must be 0 (buy) or 1 (sell), was " + std::to_string(side));
  return static_cast<Side>(side);
}

// The rows become the memory of the array: no copy.
template <class Row> py::array_t<Row> array_of(std::vector<Row>&& rows) {
  auto* kept = new std::vector<Row>(std::move(rows));
  const py::capsule owner(kept, [](void* memory) { delete static_cast<std::vector<Row>*>(memory); });
  return py::array_t<Row>(static_cast<py::ssize_t>(kept->size()), kept->data(), owner);
}

bool submit(Handle& self, py::handle id, py::handle side, py::handle price, py::handle lots, py::handle tif, py::handle flags,
            py::handle owner, py::handle stp, py::handle peg, py::handle peak, py::handle good_till) {
  const Command command{whole<OrderId>(id, "order_id"),
                        whole<Ticks>(price, "price"),
                        whole<Lots>(lots, "lots"),
                        whole<Owner>(owner, "owner"),
                        CommandKind::submit,
                        static_cast<Side>(whole<std::uint8_t>(side, "side")),
                        static_cast<TimeInForce>(whole<std::uint8_t>(tif, "tif")),
                        whole<std::uint8_t>(flags, "flags"),
                        static_cast<SelfTrade>(whole<std::uint8_t>(stp, "stp")),
                        static_cast<Peg>(whole<std::uint8_t>(peg, "peg")),
                        {},
                        whole<std::uint32_t>(peak, "peak"),
                        whole<Nanos>(good_till, "good_till")};
  idle(self).events.clear();
  return self.book.submit(command, self.events);
}

bool cancel(Handle& self, py::handle id) {
  const auto named = whole<OrderId>(id, "order_id");
  idle(self).events.clear();
  return self.book.cancel(named, self.events);
}

bool reduce(Handle& self, py::handle id, py::handle lots) {
  const auto named = whole<OrderId>(id, "order_id");
  const auto left = whole<Lots>(lots, "lots");
  idle(self).events.clear();
  return self.book.reduce(named, left, self.events);
}

bool replace(Handle& self, py::handle id, py::handle price, py::handle lots, py::handle stp) {
  const auto named = whole<OrderId>(id, "order_id");
  const auto limit = whole<Ticks>(price, "price");
  const auto left = whole<Lots>(lots, "lots");
  const auto mode = static_cast<SelfTrade>(whole<std::uint8_t>(stp, "stp"));
  idle(self).events.clear();
  return self.book.replace(named, limit, left, self.events, mode);
}

bool apply_one(Handle& self, const Command& command) {
  idle(self).events.clear();
  return self.book.apply(command, self.events);
}

bool cancel_all(Handle& self, py::handle owner, py::handle side) {
  Command command{};
  command.kind = owner.is_none() ? CommandKind::cancel_side : CommandKind::cancel_owner;
  if (!owner.is_none()) command.owner = whole<Owner>(owner, "owner");
  command.side = side.is_none() ? both_sides : side_of(side);
  return apply_one(self, command);
}

bool expire(Handle& self, py::handle time) {
  Command command{};
  command.kind = CommandKind::expire;
  command.good_till = whole<Nanos>(time, "time");
  return apply_one(self, command);
}

bool start_auction(Handle& self) {
  Command command{};
  command.kind = CommandKind::start_auction;
  return apply_one(self, command);
}

bool uncross(Handle& self, py::handle reference) {
  Command command{};
  command.kind = CommandKind::uncross;
  command.price = whole<Ticks>(reference, "reference");
  return apply_one(self, command);
}

py::array_t<Event> events(Handle& self) { return array_of(Events(idle(self).events)); }

py::array_t<Event> apply(Handle& self, const py::array& commands) {
  const py::dtype expected = py::dtype::of<Command>();
  if (!commands.dtype().is(expected) && !commands.dtype().equal(expected)) {
    refuse(PyExc_TypeError, "commands must have the dtype COMMAND, was " + py::str(commands.dtype()).cast<std::string>());
  }
  const bool packed = commands.ndim() == 1 && (commands.size() <= 1 || commands.strides(0) == sizeof(Command));
  if (!packed || reinterpret_cast<std::uintptr_t>(commands.data()) % alignof(Command) != 0) {
    refuse(PyExc_ValueError, "commands must be one contiguous, aligned dimension");
  }
  idle(self).busy.store(true, std::memory_order_relaxed);
  const std::unique_ptr<Handle, void (*)(Handle*)> release_at_end(&self, [](Handle* handle) { handle->busy = false; });
  const auto n = static_cast<std::size_t>(commands.size());
  Events out;
  {
    const py::gil_scoped_release release;
    out.reserve(n + n / 4 + 4);
    self.book.apply(static_cast<const Command*>(commands.data()), n, out);
  }
  return array_of(std::move(out));
}

py::object best(Handle& self, py::handle side) {
  const auto price = idle(self).book.best(side_of(side));
  if (!price) return py::none();
  return py::int_(*price);
}

py::tuple level(Handle& self, py::handle side, py::handle price) {
  const Level found = idle(self).book.level(side_of(side), whole<Ticks>(price, "price"));
  return py::make_tuple(found.lots, found.orders);
}

py::array_t<Level> levels(Handle& self, py::handle side, py::handle most) {
  std::vector<Level> out;
  idle(self).book.levels(side_of(side), whole<std::uint64_t>(most, "most"), out);
  return array_of(std::move(out));
}

py::array_t<Order> orders(Handle& self, py::handle side) {
  std::vector<Order> out;
  idle(self).book.orders(side_of(side), out);
  return array_of(std::move(out));
}

py::array_t<Order> queue(Handle& self, py::handle side, py::handle price) {
  std::vector<Order> out;
  idle(self).book.queue(side_of(side), whole<Ticks>(price, "price"), out);
  return array_of(std::move(out));
}

py::object order(Handle& self, py::handle id) {
  const auto found = idle(self).book.order(whole<OrderId>(id, "order_id"));
  if (!found) return py::none();
  return py::make_tuple(static_cast<int>(found->side), found->price, found->lots, found->owner);
}

py::object ahead(Handle& self, py::handle id) {
  const auto found = idle(self).book.ahead(whole<OrderId>(id, "order_id"));
  if (!found) return py::none();
  return py::make_tuple(found->lots, found->orders);
}

py::object terms(Handle& self, py::handle id) {
  const auto found = idle(self).book.terms(whole<OrderId>(id, "order_id"));
  if (!found) return py::none();
  return py::make_tuple(found->shown, found->good_till, found->peak, static_cast<int>(found->stp), static_cast<int>(found->peg),
                        found->hidden != 0, found->collected != 0);
}

py::array_t<HiddenOrder> hidden(Handle& self, py::handle side) {
  std::vector<HiddenOrder> out;
  idle(self).book.hidden(side_of(side), out);
  return array_of(std::move(out));
}

py::array_t<Order> collected(Handle& self, py::handle side) {
  std::vector<Order> out;
  idle(self).book.collected(side_of(side), out);
  return array_of(std::move(out));
}

py::object indicative(Handle& self, py::handle reference) {
  const auto found = idle(self).book.indicative(whole<Ticks>(reference, "reference"));
  if (!found) return py::none();
  return py::make_tuple(found->price, found->lots, found->imbalance, static_cast<int>(found->side));
}

Lots lots_within(Handle& self, py::handle side, py::handle limit) {
  return idle(self).book.lots_within(side_of(side), whole<Ticks>(limit, "limit"));
}

std::unique_ptr<Handle> make(py::handle min_price, py::handle max_price, py::handle window, py::handle max_orders) {
  Book::Config config;
  if (!min_price.is_none()) config.min_price = whole<Ticks>(min_price, "min_price");
  if (!max_price.is_none()) config.max_price = whole<Ticks>(max_price, "max_price");
  if (!window.is_none()) config.window = whole<std::uint64_t>(window, "window");
  if (!max_orders.is_none()) config.max_orders = whole<std::uint64_t>(max_orders, "max_orders");
  return std::make_unique<Handle>(Book(config));
}

py::tuple config_of(const Handle& self) {
  const Book::Config& config = self.book.config();
  return py::make_tuple(config.min_price, config.max_price, config.window, config.max_orders);
}

void bind_rows(py::module_& module) {
  PYBIND11_NUMPY_DTYPE(Command, id, price, lots, owner, kind, side, tif, flags, stp, peg, peak, good_till);
  PYBIND11_NUMPY_DTYPE(Event, id, maker, price, lots, remaining, maker_remaining, owner, maker_owner, kind, side, reason, half);
  PYBIND11_NUMPY_DTYPE(Level, price, lots, orders);
  PYBIND11_NUMPY_DTYPE(Order, id, price, lots, owner, side);
  PYBIND11_NUMPY_DTYPE(HiddenOrder, id, limit, lots, price, owner, side, peg, half, priced);
  module.attr("COMMAND") = py::dtype::of<Command>();
  module.attr("EVENT") = py::dtype::of<Event>();
  module.attr("LEVEL") = py::dtype::of<Level>();
  module.attr("ORDER") = py::dtype::of<Order>();
  module.attr("HIDDEN") = py::dtype::of<HiddenOrder>();
}

} // namespace

void bind_book(py::module_& module) {
  bind_rows(module);
  using py::arg;
  py::class_<Handle>(module, "Book", "A limit order book with price-time priority. One thread at a time; a second one is refused.")
      .def(py::init(&make), py::kw_only(), arg("min_price") = py::none(), arg("max_price") = py::none(), arg("window") = py::none(),
           arg("max_orders") = py::none())
      .def("submit", &submit, "Enter an order; whether it was accepted.",
           arg("order_id"), arg("side"), arg("price"), arg("lots"), arg("tif") = 0,
           arg("flags") = 0, arg("owner") = 0, arg("stp") = 0, arg("peg") = 0, arg("peak") = 0, arg("good_till") = 0)
      .def("cancel", &cancel, "Take an order out; whether it rested.", arg("order_id"))
      .def("reduce", &reduce, "Leave fewer lots of an order, in its place; whether it was accepted.", arg("order_id"), arg("lots"))
      .def("replace", &replace, "Give an order another price or quantity; whether it was accepted.",
           arg("order_id"), arg("price"), arg("lots"), arg("stp") = 0)
      .def("cancel_all", &cancel_all, "Take out every order of an owner (None: of all) on a side (None: on both).",
           arg("owner") = py::none(), arg("side") = py::none())
      .def("expire", &expire, "Take out the orders whose good_till is at or before a time.", arg("time"))
      .def("start_auction", &start_auction, "Collect orders, crossing or not, from now on; whether there was no auction yet.")
      .def("uncross", &uncross, "End the auction in trades at one price; whether there was one.", arg("reference"))
      .def("events", &events, "The events of the last scalar call, as rows of EVENT.")
      .def("apply", &apply, "Apply rows of COMMAND in order, without the interpreter's lock; their events, as rows of EVENT.",
           arg("commands"))
      .def("best", &best, "The best price of a side, or None.", arg("side"))
      .def("level", &level, "(lots, orders) at a price.", arg("side"), arg("price"))
      .def("levels", &levels, "Levels of a side, best first, as rows of LEVEL.", arg("side"), arg("most"))
      .def("orders", &orders, "Orders of a side, best price first, then first come, as rows of ORDER.", arg("side"))
      .def("queue", &queue, "Orders at a price, first come first, as rows of ORDER.", arg("side"), arg("price"))
      .def("hidden", &hidden, "Hidden orders and pegs of a side by priority, those without a price last, as rows of HIDDEN.",
           arg("side"))
      .def("collected", &collected, "What the auction collected on a side, by priority, as rows of ORDER.", arg("side"))
      .def("indicative", &indicative, "(price, lots, imbalance, side of it) if the auction ended now, or None.", arg("reference"))
      .def_property_readonly("in_auction", [](Handle& self) { return idle(self).book.in_auction(); }, "Whether one is under way.")
      .def("order", &order, "(side, price, lots, owner) of a resting order, or None.", arg("order_id"))
      .def("terms", &terms, "(shown, good_till, peak, stp, peg, hidden, collected) of a resting order, or None.", arg("order_id"))
      .def("ahead", &ahead, "(lots, orders) with priority over a resting order at its own price, or None.", arg("order_id"))
      .def("lots_within", &lots_within, "Lots of a side at a limit or better; at most 2**63 - 1.", arg("side"), arg("limit"))
      .def("snapshot", [](Handle& self) { return py::bytes(idle(self).book.snapshot()); }, "The state as bytes.")
      .def_static("restore", [](const py::bytes& bytes) { return std::make_unique<Handle>(Book::restore(std::string_view(bytes))); },
                  "The book of a snapshot. ValueError: cut, damaged or inconsistent bytes.", arg("snapshot"))
      .def("hash", [](Handle& self) { return idle(self).book.hash(); }, "A hash of the state, the same for the same state.")
      .def_property_readonly("config", &config_of, "(min_price, max_price, window, max_orders).")
      .def("__len__", [](Handle& self) { return idle(self).book.size(); });
}

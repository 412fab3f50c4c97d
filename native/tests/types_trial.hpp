// A book under test beside the slow one that knows every order type: any difference is thrown.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "slow_types.hpp"

struct Difference : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class TypesTrial {
public:
  explicit TypesTrial(const lob::Book::Config& config) : book_(config), slow_(config) {}

  // The command to both: equal events, byte by byte, and an answer that fits them. Returns the events.
  const lob::Events& step(const lob::Command& command, bool watch_hash) {
    const std::uint64_t before = watch_hash ? book_.hash() : 0;
    events_.clear();
    const bool taken = book_.apply(command, events_);
    const lob::Events expected = slow_.apply(command);
    same(events_ == expected, "events");
    same(events_.empty() || std::memcmp(events_.data(), expected.data(), events_.size() * sizeof(lob::Event)) == 0, "bytes of events");
    const bool refused = !expected.empty() && expected[0].kind == lob::EventKind::rejected;
    same(taken == !refused, "answer of the call");
    same(book_.size() == slow_.state().orders.size(), "size");
    if (watch_hash && refused) same(book_.hash() == before, "hash after a refusal");
    return events_;
  }

  void compare() const {
    std::vector<lob::Order> orders;
    std::vector<lob::Level> levels;
    std::size_t count = 0;
    for (const lob::Side side : {lob::Side::buy, lob::Side::sell}) {
      const auto shown = slow_.state().shown(side);
      book_.orders(side, orders);
      same(orders.size() == shown.size(), "number of orders shown");
      for (std::size_t i = 0; i < shown.size(); ++i) same(orders[i] == row(shown[i], shown[i].shown), "order shown");
      std::vector<lob::Level> expected;
      for (const auto& order : shown) {
        if (expected.empty() || expected.back().price != order.terms.price) expected.push_back({order.terms.price, 0, 0});
        expected.back().lots += order.shown;
        ++expected.back().orders;
      }
      book_.levels(side, ~std::size_t{0}, levels);
      same(levels == expected, "levels");
      same(book_.best(side) == (expected.empty() ? std::nullopt : std::optional(expected[0].price)), "best price");
      const lob::Touch touch = book_.touch();
      const lob::Level best = expected.empty() ? lob::Level{} : expected[0];
      same((side == lob::Side::buy ? touch.bid : touch.ask) == best.price, "price of the touch");
      same((side == lob::Side::buy ? touch.bid_lots : touch.ask_lots) == best.lots, "lots of the touch");
      const auto gathered = slow_.state().collected(side);
      book_.collected(side, orders);
      same(orders.size() == gathered.size(), "number of orders collected");
      for (std::size_t i = 0; i < gathered.size(); ++i) same(orders[i] == row(gathered[i], gathered[i].terms.lots), "order collected");
      count += shown.size() + gathered.size() + compare_hidden(side);
    }
    same(count == slow_.state().orders.size(), "every order is in one place");
    for (const auto& order : slow_.state().orders) compare_order(order);
  }

  void compare_indication(lob::Ticks reference) const {
    const bool asked = slow_.state().in_auction && book_.config().min_price <= reference && reference <= book_.config().max_price;
    same(book_.in_auction() == slow_.state().in_auction, "phase");
    same(book_.indicative(reference) == (asked ? slow_.state().indicative(reference) : std::nullopt), "indication");
  }

  void continue_from_snapshot() { // the restored book takes the place of the one that it came from
    const std::string bytes = book_.snapshot();
    lob::Book restored = lob::Book::restore(bytes);
    same(restored.snapshot() == bytes, "bytes of a restored book");
    same(restored.hash() == book_.hash(), "hash of a restored book");
    book_ = std::move(restored);
  }

  const lob::Book& book() const { return book_; }
  const SlowTypes& slow() const { return slow_; }

  static void same(bool holds, const char* what) {
    if (!holds) throw Difference(what);
  }

private:
  static lob::Order row(const SlowTypes::Resting& order, lob::Lots lots) {
    return {order.terms.id, order.terms.price, lots, order.terms.owner, order.terms.side};
  }

  std::size_t compare_hidden(lob::Side side) const {
    std::vector<lob::HiddenOrder> rows;
    book_.hidden(side, rows);
    std::optional<SlowTypes::Wide> last;
    std::uint64_t since = 0;
    bool priced = true;
    for (const lob::HiddenOrder& each : rows) {
      const SlowTypes::Resting* order = slow_.state().find(each.id);
      same(order != nullptr && order->hidden && !order->collected && order->terms.side == side, "a hidden order");
      same(each.limit == order->terms.price && each.lots == order->terms.lots && each.owner == order->terms.owner &&
               each.peg == order->terms.peg && each.side == side, "fields of a hidden order");
      const auto price = slow_.state().price(*order);
      same(price.has_value() == (each.priced == 1), "whether a peg has a price");
      if (price) same(2 * SlowTypes::Wide{each.price} + each.half == *price, "price of a hidden order");
      if (!price) same(each.price == 0 && each.half == 0, "a peg without a price");
      const bool behind = price && last && (side == lob::Side::buy ? *price < *last : *price > *last);
      const bool next = !price ? priced || order->since > since : priced && (!last || behind || (*price == *last && order->since > since));
      same(next, "priority of hidden orders");
      last = price;
      priced = price.has_value();
      since = order->since;
    }
    return rows.size();
  }

  void compare_order(const SlowTypes::Resting& order) const {
    const lob::OrderId id = order.terms.id;
    same(book_.order(id) == row(order, order.terms.lots), "order");
    same(book_.lots(id) == order.terms.lots, "lots of an order");
    const lob::OrderTerms expected{order.shown, order.terms.good_till, order.terms.peak, order.terms.stp, order.terms.peg,
                              order.hidden, order.collected};
    same(book_.terms(id) == expected, "terms");
    same(book_.ahead(id) == slow_.state().ahead(id), "place in the queue");
  }

  lob::Book book_;
  SlowTypes slow_;
  lob::Events events_;
};

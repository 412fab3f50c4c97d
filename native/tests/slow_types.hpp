// The book with all its order types, as the header words it and nothing else: the oracle of the random tests of order types.
#pragma once

#include "slow_orders.hpp"

class SlowTypes {
public:
  using Wide = SlowOrders::Wide;
  using Resting = SlowOrders::Resting;

  explicit SlowTypes(const lob::Book::Config& config) : book_{.config = config, .orders = {}, .in_auction = false, .bid = {}, .ask = {}} {}

  const SlowOrders& state() const { return book_; }

  lob::Events apply(const lob::Command& c) {
    events_.clear();
    book_.look();
    switch (c.kind) {
    case lob::CommandKind::submit: submit(c); break;
    case lob::CommandKind::cancel: cancel(c.id); break;
    case lob::CommandKind::reduce: reduce(c.id, c.lots); break;
    case lob::CommandKind::replace: replace(c); break;
    case lob::CommandKind::cancel_owner:
    case lob::CommandKind::cancel_side: cancel_all(c); break;
    case lob::CommandKind::expire: expire(c.good_till); break;
    case lob::CommandKind::start_auction:
      if (book_.in_auction) reject(lob::Reason::wrong_phase, {.id = c.id, .price = 0, .lots = 0});
      book_.in_auction = true;
      break;
    case lob::CommandKind::uncross: uncross(c.price); break;
    default: reject(lob::Reason::invalid_flags, {.id = c.id, .price = 0, .lots = 0});
    }
    const bool refused = !events_.empty() && events_[0].kind == lob::EventKind::rejected;
    if (!refused) settle();
    return events_;
  }

private:
  static lob::Ticks named(const Resting& order) { return order.market ? 0 : order.terms.price; }

  void say(lob::EventKind kind, lob::Reason reason, const Resting& order, lob::Lots lots) {
    lob::Event event{};
    event.id = order.terms.id;
    event.price = named(order);
    event.lots = lots;
    event.owner = order.terms.owner;
    event.kind = kind;
    event.side = order.terms.side;
    event.reason = reason;
    events_.push_back(event);
  }
  struct Asked {
    lob::OrderId id;
    lob::Ticks price;
    lob::Lots lots;
    lob::Owner owner = 0;
    lob::Side side = lob::Side::buy;
  };
  void reject(lob::Reason reason, const Asked& asked) {
    Resting order{};
    order.terms.id = asked.id;
    order.terms.price = asked.price;
    order.terms.owner = asked.owner;
    order.terms.side = asked.side;
    say(lob::EventKind::rejected, reason, order, asked.lots);
  }

  static bool makes_sense(const lob::Command& c) {
    if (static_cast<int>(c.side) > 1 || static_cast<int>(c.tif) > 2 || c.flags > 15) return false;
    if (static_cast<int>(c.stp) > 4 || static_cast<int>(c.peg) > 2 || c.good_till < 0) return false;
    const bool market = (c.flags & 1) != 0, post = (c.flags & 2) != 0, reprice = (c.flags & 4) != 0, hidden = (c.flags & 8) != 0;
    const bool peg = c.peg != lob::Peg::none, iceberg = c.peak > 0, timed = c.good_till > 0;
    const bool rests = c.tif == lob::TimeInForce::rest && !market;
    if (market && peg) return false;
    if (!rests && (post || reprice || hidden || iceberg || timed)) return false;
    if (reprice && (post || peg)) return false;
    return !(iceberg && (hidden || peg));
  }


  void submit(const lob::Command& c) {
    Resting order{c, 0, 0, (c.flags & lob::flag_hidden) != 0 || c.peg != lob::Peg::none, (c.flags & lob::flag_market) != 0, false};
    const bool sense = makes_sense(c);
    const Asked asked{c.id, order.market ? 0 : c.price, c.lots, c.owner, static_cast<int>(c.side) > 1 ? lob::Side::buy : c.side};
    const bool post = (c.flags & lob::flag_post_only) != 0, reprice = (c.flags & lob::flag_reprice) != 0;
    if (!sense) return reject(lob::Reason::invalid_flags, asked);
    if (c.id == 0) return reject(lob::Reason::invalid_id, asked);
    if (book_.find(c.id) != nullptr) return reject(lob::Reason::duplicate_id, asked);
    if (const auto reason = book_.limits(c, order.market); reason != lob::Reason::none) return reject(reason, asked);
    const bool may_collect = c.tif == lob::TimeInForce::rest && !post && !reprice && c.peg == lob::Peg::none;
    if (book_.in_auction && !may_collect) return reject(lob::Reason::wrong_phase, asked);
    if (order.market) order.terms.price = c.side == lob::Side::buy ? book_.config.max_price : book_.config.min_price;
    bool meets = first_maker(order) != nullptr;
    if (reprice && meets) {
      const Wide against = *book_.price(*first_maker(order)); // the last doubled tick before it
      order.terms.price = static_cast<lob::Ticks>(c.side == lob::Side::buy ? floor_half(against - 1) : -floor_half(-against - 1));
      if (!book_.allows(order.terms.price)) return reject(lob::Reason::would_cross, asked);
      if (!SlowOrders::fits(Wide{order.terms.price} * c.lots)) return reject(lob::Reason::overflow, asked);
      meets = false;
    }
    if (post && meets) return reject(lob::Reason::would_cross, asked);
    if (c.tif == lob::TimeInForce::fok && !would_fill(order)) return reject(lob::Reason::not_fillable, asked);
    const bool rests = c.tif == lob::TimeInForce::rest && (!order.market || book_.in_auction);
    if (rests && !meets && (book_.orders.size() >= book_.config.max_orders || !book_.has_room(order))) return reject(lob::Reason::overflow, asked);
    say(lob::EventKind::accepted, lob::Reason::none, order, c.lots);
    enter(order, rests);
  }
  static Wide floor_half(Wide doubled) { return doubled >= 0 ? doubled / 2 : -((-doubled + 1) / 2); }

  // The maker that a taker meets next; nothing if none is in its reach.
  Resting* first_maker(const Resting& taker) {
    const auto reach = book_.price(taker);
    Resting* best = nullptr;
    if (book_.in_auction || !reach) return best;
    const lob::Side side = lob::opposite(taker.terms.side);
    const auto key = [&](const Resting& order) { return std::tuple(SlowOrders::cost(side, *book_.price(order)), order.hidden, order.since); };
    for (Resting& order : book_.orders) {
      if (order.terms.side != side || !book_.price(order)) continue;
      if (SlowOrders::cost(side, *book_.price(order)) > SlowOrders::cost(side, *reach)) continue;
      if (best == nullptr || key(order) < key(*best)) best = &order;
    }
    return best;
  }

  bool would_fill(Resting order) const { // on a copy of the book
    SlowTypes copy = *this;
    return copy.match(order) && order.terms.lots == 0;
  }

  void enter(Resting order, bool rests) {
    const bool may_rest = match(order);
    if (order.terms.lots > 0 && rests && may_rest) return put(order);
    const auto reason = !may_rest ? lob::Reason::self_trade : order.terms.lots > 0 ? lob::Reason::expired : lob::Reason::filled;
    say(lob::EventKind::done, reason, order, order.terms.lots);
  }
  void put(Resting order) {
    order.collected = book_.in_auction && order.terms.peg == lob::Peg::none;
    order.since = ++clock_;
    order.shown = order.hidden || book_.in_auction ? 0 : peak_of(order);
    if (order.market) order.terms.price = 0;
    if (order.terms.peg == lob::Peg::none) order.terms.stp = lob::SelfTrade::allow;
    book_.orders.push_back(order);
  }
  static lob::Lots peak_of(const Resting& order) {
    return order.terms.peak == 0 ? order.terms.lots : std::min(order.terms.lots, lob::Lots{order.terms.peak});
  }
  void remove(lob::OrderId id) {
    book_.orders.erase(std::find_if(book_.orders.begin(), book_.orders.end(), [&](const Resting& order) { return order.terms.id == id; }));
  }
  void end(const Resting order, lob::Reason reason) { // by value: the order itself goes
    remove(order.terms.id);
    say(lob::EventKind::done, reason, order, order.terms.lots);
  }

  bool match(Resting& taker) { // whether what is left may rest
    bool may_rest = true;
    while (taker.terms.lots > 0) {
      Resting* maker = first_maker(taker);
      if (maker == nullptr) break;
      const auto stp = taker.terms.stp;
      const bool own = stp != lob::SelfTrade::allow && taker.terms.owner != 0 && maker->terms.owner == taker.terms.owner;
      if (own && stp == lob::SelfTrade::decrement) may_rest = false;
      if (!own || stp == lob::SelfTrade::decrement) {
        trade(taker, *maker, own ? lob::EventKind::prevented : lob::EventKind::fill, *book_.price(*maker));
        continue;
      }
      if (stp != lob::SelfTrade::cancel_taker) end(*maker, lob::Reason::self_trade);
      if (stp != lob::SelfTrade::cancel_maker) return false;
    }
    return may_rest;
  }
  void trade(Resting& taker, Resting& maker, lob::EventKind kind, Wide doubled) {
    const bool away = maker.hidden;
    const lob::Lots lots = std::min(taker.terms.lots, away ? maker.terms.lots : maker.shown);
    taker.terms.lots -= lots;
    maker.terms.lots -= lots;
    if (!away) maker.shown -= lots;
    lob::Event event{};
    event.id = taker.terms.id;
    event.maker = maker.terms.id;
    event.price = static_cast<lob::Ticks>(floor_half(doubled));
    event.half = static_cast<std::uint8_t>(doubled - 2 * floor_half(doubled));
    event.lots = lots;
    event.remaining = taker.terms.lots;
    event.maker_remaining = maker.terms.lots;
    event.owner = taker.terms.owner;
    event.maker_owner = maker.terms.owner;
    event.kind = kind;
    event.side = taker.terms.side;
    events_.push_back(event);
    if (maker.terms.lots == 0) return remove(maker.terms.id);
    if (away || maker.shown > 0) return;
    maker.shown = peak_of(maker);
    maker.since = ++clock_;
    say(lob::EventKind::refreshed, lob::Reason::none, maker, maker.shown);
    events_.back().remaining = maker.terms.lots;
  }

  void settle() {
    book_.look();
    std::vector<Resting> pegs;
    for (const Resting& order : book_.orders) {
      if (order.terms.peg != lob::Peg::none) pegs.push_back(order);
    }
    std::sort(pegs.begin(), pegs.end(), [](const Resting& a, const Resting& b) { return a.since < b.since; });
    for (const Resting& before : pegs) {
      const Resting* found = book_.find(before.terms.id);
      if (found == nullptr || first_maker(*found) == nullptr) continue;
      Resting peg = *found;
      const bool may_rest = match(peg);
      if (peg.terms.lots > 0 && may_rest) {
        const_cast<Resting*>(book_.find(peg.terms.id))->terms.lots = peg.terms.lots;
      } else {
        remove(peg.terms.id);
        say(lob::EventKind::done, may_rest ? lob::Reason::filled : lob::Reason::self_trade, peg, peg.terms.lots);
      }
    }
  }

  Resting* known(lob::OrderId id, lob::Ticks price, lob::Lots lots) {
    for (Resting& order : book_.orders) {
      if (order.terms.id == id) return &order;
    }
    reject(id == 0 ? lob::Reason::invalid_id : lob::Reason::unknown_id, {id, price, lots});
    return nullptr;
  }
  void cancel(lob::OrderId id) {
    if (Resting* order = known(id, 0, 0)) end(*order, lob::Reason::canceled);
  }
  static void shrink(Resting& order, lob::Lots lots) { // what is not shown goes first
    order.terms.lots = lots;
    if (!order.hidden && !order.collected) order.shown = std::min(order.shown, lots);
  }
  void reduce(lob::OrderId id, lob::Lots lots) {
    Resting* order = known(id, 0, lots);
    if (order == nullptr) return;
    if (lots <= 0 || lots >= order->terms.lots) {
      return reject(lob::Reason::invalid_lots, {id, 0, lots, order->terms.owner, order->terms.side});
    }
    shrink(*order, lots);
    say(lob::EventKind::reduced, lob::Reason::none, *order, lots);
  }
  void replace(const lob::Command& c) {
    Resting* old = known(c.id, c.price, c.lots);
    if (old == nullptr) return;
    Resting order = *old;
    order.terms.price = c.price;
    order.terms.lots = c.lots;
    order.terms.stp = c.stp;
    lob::Reason reason = book_.limits(order.terms, false);
    if (static_cast<int>(c.stp) > 4 || old->market) reason = lob::Reason::invalid_flags;
    if (reason == lob::Reason::none && first_maker(order) == nullptr && !book_.has_room(order)) reason = lob::Reason::overflow;
    if (reason != lob::Reason::none) return reject(reason, {c.id, c.price, c.lots, order.terms.owner, order.terms.side});
    say(lob::EventKind::replaced, lob::Reason::none, order, c.lots);
    if (c.price == old->terms.price && c.lots <= old->terms.lots) {
      shrink(*old, c.lots);
      if (old->terms.peg != lob::Peg::none) old->terms.stp = c.stp;
      return;
    }
    remove(c.id);
    enter(order, true);
  }

  void cancel_all(const lob::Command& c) {
    const bool by_owner = c.kind == lob::CommandKind::cancel_owner;
    const int wanted = static_cast<int>(c.side);
    if (wanted > 2) return reject(lob::Reason::invalid_flags, {c.id, 0, 0, by_owner ? c.owner : 0});
    std::vector<Resting> all;
    for (const lob::Side side : {lob::Side::buy, lob::Side::sell}) {
      if (wanted != 2 && side != c.side) continue;
      std::vector<Resting> away;
      for (const Resting& order : book_.orders) {
        if (order.terms.side == side && (order.hidden || order.collected)) away.push_back(order);
      }
      std::sort(away.begin(), away.end(), [](const Resting& a, const Resting& b) { return a.since < b.since; });
      for (const Resting& order : book_.shown(side)) all.push_back(order);
      all.insert(all.end(), away.begin(), away.end());
    }
    for (const Resting& order : all) {
      if (!by_owner || order.terms.owner == c.owner) end(order, lob::Reason::canceled);
    }
  }
  void expire(lob::Nanos time) {
    std::vector<std::tuple<lob::Nanos, lob::OrderId>> due;
    for (const Resting& order : book_.orders) {
      if (order.terms.good_till != 0 && order.terms.good_till <= time) due.push_back({order.terms.good_till, order.terms.id});
    }
    std::sort(due.begin(), due.end());
    for (const auto& [when, id] : due) end(*book_.find(id), lob::Reason::expired);
  }

  void uncross(lob::Ticks reference) {
    if (!book_.in_auction) return reject(lob::Reason::wrong_phase, {0, reference, 0});
    if (!book_.allows(reference)) return reject(lob::Reason::invalid_price, {0, reference, 0});
    const auto found = book_.indicative(reference);
    lob::Event event{};
    event.kind = lob::EventKind::uncrossed;
    if (found) {
      event.price = found->price;
      event.lots = found->lots;
      event.remaining = found->imbalance;
      event.side = found->side;
    }
    events_.push_back(event);
    while (found) { // one fill at a time, the first of each side
      const auto buys = book_.in_auction_order(lob::Side::buy, false), sells = book_.in_auction_order(lob::Side::sell, false);
      if (buys.empty() || sells.empty() || !SlowOrders::trades_at(buys[0], found->price) || !SlowOrders::trades_at(sells[0], found->price)) break;
      trade_in_auction(buys[0], sells[0], found->price);
    }
    book_.in_auction = false;
    std::vector<Resting> gathered;
    for (const Resting& order : book_.orders) {
      if (order.collected) gathered.push_back(order);
    }
    std::sort(gathered.begin(), gathered.end(), [](const Resting& a, const Resting& b) { return a.since < b.since; });
    for (const Resting& order : gathered) {
      if (order.market) end(order, lob::Reason::expired);
    }
    for (const Resting& order : gathered) {
      if (order.market) continue;
      remove(order.terms.id);
      put(order);
    }
  }
  void trade_in_auction(const Resting& buy, const Resting& sell, lob::Ticks price) {
    const lob::Lots lots = std::min(buy.terms.lots, sell.terms.lots);
    lob::Event event{};
    event.id = buy.terms.id;
    event.maker = sell.terms.id;
    event.price = price;
    event.lots = lots;
    event.remaining = buy.terms.lots - lots;
    event.maker_remaining = sell.terms.lots - lots;
    event.owner = buy.terms.owner;
    event.maker_owner = sell.terms.owner;
    event.kind = lob::EventKind::fill;
    events_.push_back(event);
    for (const lob::OrderId id : {buy.terms.id, sell.terms.id}) {
      Resting& order = *const_cast<Resting*>(book_.find(id));
      order.terms.lots -= lots;
      if (!order.hidden && !order.collected) order.shown = peak_of(order);
      if (order.terms.lots == 0) remove(id);
    }
  }

  SlowOrders book_;
  std::uint64_t clock_ = 0;
  lob::Events events_;
};

// Auctions: orders are collected, crossing or not, and then trade at one price.
#include <algorithm>

#include "lob/detail/book_impl.hpp"

namespace lob {

using detail::Full;
using detail::Place;
using detail::Slot;
using detail::append;
using detail::most_lots;
using detail::no_level;
using detail::reject;

namespace {

__extension__ using Wide = __int128; // sums of lots do not always fit an int64

Lots capped(Wide lots) { return static_cast<Lots>(std::min(lots, Wide{most_lots})); }

} // namespace

bool Book::Impl::start_auction(const Command& command, Events& out) {
  if (special.auction) return reject(out, Reason::wrong_phase, command.id, 0, Side::buy, 0, 0);
  special.auction = is_special = true;
  return true;
}

// The orders that take part: all but the pegs, in order of priority.
std::vector<Book::Impl::Part> Book::Impl::parts(Side side) const {
  std::vector<Part> all;
  std::uint64_t since = 0;
  for (Slot level = ladder.first(side); level != no_level; level = ladder.after(side, slab[level].price())) {
    for (Slot slot = slab[level].next; slot != level; slot = slab[slot].next) {
      const Full order = *whole(slab[slot].id());
      Place place = Place::of(order);
      place.since = ++since;
      all.push_back({place, order.id, order.limit, order.lots, order.owner});
    }
  }
  const std::uint64_t in_ladder = since; // they came before what was collected
  for (const auto* queue : {&special.hidden(side), &special.collected(side)}) {
    for (const auto& [place, id] : *queue) {
      const Full& order = *special.find(id);
      Place later = place;
      later.since += in_ladder;
      all.push_back({later, id, order.limit, order.lots, order.owner});
    }
  }
  std::sort(all.begin(), all.end(), [](const Part& a, const Part& b) { return a.place < b.place; });
  return all;
}

// Demand and supply are constant between the prices at which an order joins supply or leaves demand. What trades rises and then
// falls with the price, and the surplus only falls: so the best prices are neighbours, and the one nearest to the reference is
// a clamp.
std::optional<Indication> Book::Impl::indication(const std::vector<Part>& buys, const std::vector<Part>& sells,
                                                 Ticks reference) const {
  std::vector<Ticks> starts{config.min_price};
  for (const Part& sell : sells) {
    if (sell.place.limited) starts.push_back(sell.limit);
  }
  for (const Part& buy : buys) {
    if (buy.place.limited && buy.limit < config.max_price) starts.push_back(buy.limit + 1);
  }
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());

  Wide demand = 0, supply = 0, most = 0, least = 0;
  for (const Part& buy : buys) demand += buy.lots;
  auto leaving = buys.rbegin(); // the lowest limit first
  auto joining = sells.begin();
  Ticks low = 0, high = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    for (; leaving != buys.rend() && leaving->place.limited && leaving->limit < starts[i]; ++leaving) demand -= leaving->lots;
    for (; joining != sells.end() && (!joining->place.limited || joining->limit <= starts[i]); ++joining) supply += joining->lots;
    const Wide traded = std::min(demand, supply);
    const Wide imbalance = demand > supply ? demand - supply : supply - demand;
    const Ticks last = i + 1 < starts.size() ? starts[i + 1] - 1 : config.max_price;
    if (traded > most || (traded == most && imbalance < least)) {
      low = starts[i];
      most = traded;
      least = imbalance;
    } else if (traded < most || imbalance > least) {
      continue;
    }
    high = last;
  }
  if (most == 0) return std::nullopt;
  const Ticks price = std::clamp(reference, low, high);
  Wide wanted = 0; // at that price: the sides of the imbalance may differ between prices as good as each other
  for (const Part& buy : buys) wanted += !buy.place.limited || buy.limit >= price ? buy.lots : 0;
  return Indication{price, capped(most), capped(least), wanted == most && least > 0 ? Side::sell : Side::buy};
}

bool Book::Impl::uncross(Ticks reference, Events& out) {
  const Reason reason = !special.auction ? Reason::wrong_phase : !allows(reference) ? Reason::invalid_price : Reason::none;
  if (reason != Reason::none) return reject(out, reason, 0, 0, Side::buy, reference, 0);
  std::vector<Part> buys = parts(Side::buy), sells = parts(Side::sell);
  const auto found = indication(buys, sells, reference);
  append(out, EventKind::uncrossed, Reason::none, 0, 0, found ? found->side : Side::buy, found ? found->price : 0,
         found ? found->lots : 0);
  if (found) {
    out.back().remaining = found->imbalance;
    trade_at(found->price, buys, sells, out);
  }
  release(out);
  settle(out);
  return true;
}

void Book::Impl::trade_at(Ticks price, std::vector<Part>& buys, std::vector<Part>& sells, Events& out) {
  auto buy = buys.begin(), sell = sells.begin();
  const auto trades = [&] {
    return buy != buys.end() && sell != sells.end() && (!buy->place.limited || buy->limit >= price) &&
           (!sell->place.limited || sell->limit <= price);
  };
  const auto update = [&](const Part& part) {
    if (part.lots == 0) return take_out(part.id);
    set_lots(*whole(part.id), part.lots);
  };
  while (trades()) {
    const Lots lots = std::min(buy->lots, sell->lots);
    buy->lots -= lots;
    sell->lots -= lots;
    Event& fill = out.emplace_back();
    fill.id = buy->id;
    fill.maker = sell->id;
    fill.price = price;
    fill.lots = lots;
    fill.remaining = buy->lots;
    fill.maker_remaining = sell->lots;
    fill.owner = buy->owner;
    fill.maker_owner = sell->owner;
    fill.kind = EventKind::fill;
    update(*buy);
    update(*sell);
    if (buy->lots == 0) ++buy;
    if (sell->lots == 0) ++sell;
  }
}

// What was collected and did not trade goes where it would rest; market orders go altogether.
void Book::Impl::release(Events& out) {
  special.auction = false;
  std::vector<Full> collected;
  for (const Full& order : special.all()) {
    if (order.collected) collected.push_back(order);
  }
  for (const Full& order : collected) {
    if (order.market) end(order, Reason::expired, out);
  }
  for (const Full& order : collected) {
    if (order.market) continue;
    take_out(order.id);
    put(order);
  }
  is_special = !special.empty();
}

} // namespace lob

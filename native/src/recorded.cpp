// The recorded book: a few sorted levels a side, and the orders that are known to rest there.
#include "lob/recorded.hpp"

#include <algorithm>

namespace lob {

Recorded::Recorded(std::size_t levels, std::uint32_t orders) : window_(levels), entries_(orders + 1u) {}

std::size_t Recorded::find(Side side, Ticks price) const {
  const auto& all = levels(side);
  std::size_t i = 0;
  while (i < all.size() && better(side, all[i].price, price)) ++i;
  return i;
}

const Recorded::Depth* Recorded::level(Side side, Ticks price) const {
  const std::size_t i = find(side, price);
  return i < levels(side).size() && levels(side)[i].price == price ? &levels(side)[i] : nullptr;
}

const char* Recorded::add(std::uint32_t id, Side side_of, Ticks price, Lots lots) {
  Entry& entry = entries_[id];
  if (entry.lots != 0) return "an order is added once while it rests";
  entry = {price, lots, side_of};
  auto& all = side(side_of);
  const std::size_t i = find(side_of, price);
  if (i == all.size() || all[i].price != price) {
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(i), Depth{price, 0, 0, 0, {}});
  }
  all[i].known += lots;
  all[i].orders.push_back(id);
  return nullptr;
}

const char* Recorded::reduce(std::uint32_t id, Side side_of, Ticks price, Lots lots, bool whole) {
  const std::size_t i = find(side_of, price);
  auto& all = side(side_of);
  if (i == all.size() || all[i].price != price) return "the price is a level of the book";
  Entry& entry = entries_[id];
  if (entry.lots != 0) {
    if (entry.price != price || entry.side != side_of) return "an order keeps its side and price";
    if (entry.lots < lots) return "an order has at least the lots that leave it";
    if (whole && entry.lots != lots) return "a deletion takes all that is left of the order";
    entry.lots -= lots;
    all[i].known -= lots;
  } else {
    if (all[i].anonymous < lots) return "an order whose arrival was not seen is part of the depth that was";
    all[i].anonymous -= lots;
  }
  if (all[i].lots() == 0) all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
  return nullptr;
}

bool Recorded::truncate(Depth& dropped, Side& side_of) {
  for (const Side each : {Side::buy, Side::sell}) {
    auto& all = side(each);
    if (all.size() <= window_) continue;
    dropped = std::move(all.back());
    all.pop_back();
    side_of = each;
    std::erase_if(dropped.orders, [&](std::uint32_t id) {
      return entries_[id].lots == 0 || entries_[id].price != dropped.price || entries_[id].side != each;
    });
    for (const std::uint32_t id : dropped.orders) entries_[id].lots = 0; // out of sight: it may change before it comes back
    return true;
  }
  return false;
}

void Recorded::reveal(Side side_of, Ticks price, Lots lots, OrderId anonymous_id) {
  side(side_of).push_back(Depth{price, 0, lots, anonymous_id, {}});
}

std::int64_t Recorded::orders(Side side_of, const Depth& level) const {
  if (level.anonymous > 0) return -1;
  std::vector<std::uint32_t> there;
  for (const std::uint32_t id : level.orders) {
    const Entry& entry = entries_[id];
    if (entry.lots != 0 && entry.price == level.price && entry.side == side_of) there.push_back(id);
  }
  std::sort(there.begin(), there.end()); // one that left and came back is named twice
  return std::unique(there.begin(), there.end()) - there.begin();
}

Touch Recorded::touch() const {
  Touch touch;
  if (!sides_[0].empty()) {
    touch.bid = sides_[0].front().price;
    touch.bid_lots = sides_[0].front().lots();
  }
  if (!sides_[1].empty()) {
    touch.ask = sides_[1].front().price;
    touch.ask_lots = sides_[1].front().lots();
  }
  return touch;
}

} // namespace lob

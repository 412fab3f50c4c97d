// DBN records: cut, checked, and an order's messages made into rows.
#include "lob/dbn.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace lob {
namespace {

constexpr std::size_t header = 16;
constexpr std::uint8_t type_mbo = 0xA0, first_note = 0x12, last_note = 0x19; // status, definitions, gateway errors, mappings: no book
constexpr std::uint8_t flag_last = 128, flag_snapshot = 32;
constexpr std::size_t mbo_length = 56;
constexpr Lots most_lots = 1'000'000'000;

template <class T> T at(std::string_view bytes, std::size_t offset) { // little-endian, as the encoding and our machines are
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

} // namespace

void DbnReader::feed(std::string_view bytes) {
  if (!rest_.empty()) {
    while (!bytes.empty() && rest_.size() < header) {
      rest_.push_back(bytes.front());
      bytes.remove_prefix(1);
    }
    if (rest_.size() < header) return;
    const std::size_t length = std::size_t{4} * static_cast<std::uint8_t>(rest_[0]);
    const std::size_t more = std::min(bytes.size(), length > rest_.size() ? length - rest_.size() : 0);
    rest_.append(bytes.substr(0, more));
    bytes.remove_prefix(more);
    if (rest_.size() < length) return;
    const std::string whole = std::move(rest_);
    rest_.clear();
    std::string_view view = whole;
    cut(view);
  }
  cut(bytes);
  rest_ = bytes;
}

void DbnReader::cut(std::string_view& bytes) {
  while (bytes.size() >= header) {
    const std::size_t length = std::size_t{4} * static_cast<std::uint8_t>(bytes[0]);
    if (length < header) {
      ++row_;
      fail("a record is at least as long as its header");
    }
    if (bytes.size() < length) return;
    ++row_;
    const DbnRecord found{at<std::uint8_t>(bytes, 1), at<std::uint32_t>(bytes, 4), at<Nanos>(bytes, 8), bytes.substr(0, length)};
    bytes.remove_prefix(length);
    const bool note = found.type >= first_note && found.type <= last_note;
    if (!note && (found.instrument == day_.instrument || found.instrument == 0)) record(found);
  }
}

void DbnReader::check_complete() const {
  if (!rest_.empty()) throw DataError(day_.name, row_ + 1, "the file ends with a complete record");
}

Nanos DbnReader::in_order(Nanos event, Nanos received) {
  if (received < day_.open || received > day_.close) fail("a time is within the span that the file states");
  if (event > received) fail("what is received has happened");
  const Nanos ts = std::max(event, day_.open);
  if (ts < last_) fail("time does not run backwards");
  return last_ = ts;
}

std::int64_t DbnReader::points(std::int64_t price) const {
  if (price == INT64_MAX || price == INT64_MIN) fail("a price is stated");
  if (price % day_.point_nanos != 0) fail("a price is a multiple of the tape's price step");
  return price / day_.point_nanos;
}

Ticks DbnReader::ticks(std::int64_t price) const {
  const std::int64_t exact = points(price);
  if (exact % day_.points_per_tick != 0) fail("the price of a displayed order is a multiple of the tick size");
  return exact / day_.points_per_tick;
}

MboReader::MboReader(const DbnDay& day) : DbnReader(day) {
  tape_.levels = UINT32_MAX;
  tape_.points_per_tick = day.points_per_tick;
  tape_.open = day.open;
  ts_ = day.open;
}

void MboReader::record(const DbnRecord& record) {
  if (record.type != type_mbo || record.body.size() != mbo_length) fail("a record is of the mbo schema");
  const std::uint8_t flags = at<std::uint8_t>(record.body, 36);
  const Message message{at<std::uint64_t>(record.body, 16), at<std::int64_t>(record.body, 24), at<std::uint32_t>(record.body, 32),
                        record.body[38],                    record.body[39],                   (flags & flag_snapshot) != 0,
                        (flags & flag_last) != 0};
  if (opening_ && !message.snapshot) {
    opening_ = false;
    tape_.opening = static_cast<std::uint32_t>(tape_.rows.size());
    halt(HaltState::quoting);
  }
  const Nanos received = at<Nanos>(record.body, 40);
  if (!opening_) ts_ = in_order(message.snapshot ? received : record.event, received);
  open_event_ = true;
  apply(message);
  if (message.last) end_event();
}

void MboReader::apply(const Message& message) {
  switch (message.action) {
  case 'A': return add(message);
  case 'C': return cancel(message);
  case 'M': return modify(message);
  case 'R': return clear();
  case 'F': return fill(message);
  case 'T':
    if (message.lots <= 0 || message.lots > most_lots) fail("a size is from 1 to " + std::to_string(most_lots));
    aggressor_ = message.order;
    traded_ = true;
    auction_ = message.side == 'N';
    if (auction_) write(RowKind::cross, points(message.price), message.lots, 0, Side::buy);
    return;
  case 'N': return;
  default: fail("an action is A, C, M, R, T, F or N");
  }
}

Side MboReader::side_of(const Message& message) const {
  if (message.side != 'B' && message.side != 'A') fail("the side of an order is A or B");
  return message.side == 'B' ? Side::buy : Side::sell;
}

void MboReader::add(const Message& message) {
  if (orders_.contains(message.order)) fail("an order is added once while it rests");
  enter(message.order, side_of(message), ticks(message.price), message.lots);
}

void MboReader::cancel(const Message& message) {
  const auto found = orders_.find(message.order);
  if (filled_.contains(message.order)) { // the fill has said most of it
    if (found != orders_.end()) leave(found, found->second.lots, RowKind::remove);
    return;
  }
  if (found == orders_.end()) fail("an order that leaves is in the book");
  if (message.lots <= 0 || message.lots > found->second.lots) fail("an order has at least the lots that leave it");
  leave(found, message.lots, message.lots == found->second.lots ? RowKind::remove : RowKind::reduce);
}

void MboReader::modify(const Message& message) {
  const Side side = side_of(message);
  const Ticks price = ticks(message.price);
  const auto found = orders_.find(message.order);
  if (found != orders_.end()) {
    const Resting& order = found->second;
    if (order.side != side) fail("an order keeps its side");
    if (order.price == price && order.lots == message.lots) return;
    if (message.lots <= 0) fail("a size is from 1 to " + std::to_string(most_lots));
    if (order.price == price && message.lots < order.lots) return leave(found, order.lots - message.lots, RowKind::reduce);
    leave(found, order.lots, RowKind::remove);
  } else if (!numbers_.contains(message.order)) {
    fail("an order that is modified was there");
  }
  enter(message.order, side, price, message.lots);
}

void MboReader::fill(const Message& message) {
  if (message.lots <= 0 || message.lots > most_lots) fail("a size is from 1 to " + std::to_string(most_lots));
  if (message.order == aggressor_ && !auction_) return;
  const auto found = orders_.find(message.order);
  const Lots shown = found == orders_.end() ? 0 : std::min(message.lots, found->second.lots);
  filled_[message.order] = true;
  if (auction_) {
    if (shown > 0) leave(found, shown, shown == found->second.lots ? RowKind::remove : RowKind::reduce);
    return;
  }
  const Side side = side_of(message);
  if (shown > 0) {
    if (found->second.side != side || found->second.price != ticks(message.price)) fail("an order trades at its side and price");
    leave(found, shown, RowKind::execute);
  }
  if (shown < message.lots) write(RowKind::hidden, points(message.price), message.lots - shown, 0, side);
}

void MboReader::clear() {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> all; // in the order of their arrival, so that equal files give equal tapes
  for (const auto& [id, order] : orders_) all.emplace_back(order.number, id);
  std::sort(all.begin(), all.end());
  for (const auto& each : all) {
    const auto order = orders_.find(each.second);
    leave(order, order->second.lots, RowKind::remove);
  }
}

void MboReader::enter(std::uint64_t id, Side side, Ticks price, Lots lots) {
  if (lots <= 0 || lots > most_lots) fail("a size is from 1 to " + std::to_string(most_lots));
  const std::uint32_t number = numbers_.try_emplace(id, static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
  orders_[id] = {price, lots, number, side};
  depth_[static_cast<std::size_t>(side)][price] += lots;
  write(RowKind::add, price * day_.points_per_tick, lots, number, side);
}

void MboReader::leave(Orders::iterator order, Lots lots, RowKind kind) {
  Resting& rests = order->second;
  write(kind, rests.price * day_.points_per_tick, lots, rests.number, rests.side);
  auto& depth = depth_[static_cast<std::size_t>(rests.side)];
  const auto level = depth.find(rests.price);
  level->second -= lots;
  if (level->second == 0) depth.erase(level);
  rests.lots -= lots;
  if (rests.lots == 0) orders_.erase(order);
}

void MboReader::write(RowKind kind, std::int64_t points, Lots lots, std::uint32_t order, Side side) {
  if (const char* broken = worth_rule(points, lots)) fail(broken);
  tape_.rows.push_back({ts_, points, lots, order, 0, kind, side});
}

void MboReader::halt(HaltState state) {
  trading_ = state == HaltState::trading;
  write(RowKind::halt, static_cast<std::int64_t>(state), 0, 0, Side::buy);
}

bool MboReader::crossed() const {
  const auto& bids = depth_[0];
  const auto& asks = depth_[1];
  return !bids.empty() && !asks.empty() && bids.rbegin()->first >= asks.begin()->first;
}

void MboReader::end_event() {
  if (!opening_) {
    if (trading_ && crossed()) halt(HaltState::quoting);
    if (!trading_ && traded_ && !crossed()) halt(HaltState::trading);
    tape_.ends.push_back(static_cast<std::uint32_t>(tape_.rows.size()));
  }
  filled_.clear();
  aggressor_ = 0;
  traded_ = auction_ = open_event_ = false;
}

Tape MboReader::finish() {
  check_complete();
  if (row_ == 0 || tape_.rows.empty()) throw DataError(day_.name, 0, "the file has records of the instrument");
  if (open_event_) fail("the last event is complete");
  if (opening_) {
    tape_.opening = static_cast<std::uint32_t>(tape_.rows.size());
    halt(HaltState::quoting);
  }
  tape_.orders = static_cast<std::uint32_t>(numbers_.size());
  tape_.close = day_.close == INT64_MAX ? ts_ + 1 : day_.close;
  return std::move(tape_);
}

} // namespace lob

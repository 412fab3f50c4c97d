// Commands made in a few words, and events told in a few, for the claims about order types.
#pragma once

#include <initializer_list>
#include <string>

#include "check.hpp"
#include "lob/book.hpp"

namespace lob {

inline Command order(OrderId id, Side side, Ticks price, Lots lots) {
  return {id, price, lots, 7, CommandKind::submit, side, TimeInForce::rest, 0};
}
inline Command bid(OrderId id, Ticks price, Lots lots) { return order(id, Side::buy, price, lots); }
inline Command offer(OrderId id, Ticks price, Lots lots) { return order(id, Side::sell, price, lots); }
inline Command of(Owner owner, Command command) { return command.owner = owner, command; }
inline Command with(SelfTrade stp, Command command) { return command.stp = stp, command; }
inline Command with(Peg peg, Command command) { return command.peg = peg, command; }
inline Command with(TimeInForce tif, Command command) { return command.tif = tif, command; }
inline Command flagged(int flags, Command command) { return command.flags = static_cast<std::uint8_t>(flags), command; }
inline Command iceberg(std::uint32_t peak, Command command) { return command.peak = peak, command; }
inline Command until(Nanos time, Command command) { return command.good_till = time, command; }
inline Command hidden(Command command) { return flagged(flag_hidden, command); }

inline Events apply(Book& book, const Command& command) {
  Events events;
  book.apply(command, events);
  return events;
}
inline Events apply(Book& book, CommandKind kind, Owner owner, int side, Nanos time = 0) {
  Command command{0, 0, 0, owner, kind, static_cast<Side>(side), TimeInForce::rest, 0};
  command.good_till = time;
  return apply(book, command);
}
inline Book book_of(std::initializer_list<Command> commands) {
  Book book;
  for (const Command& command : commands) CHECK(apply(book, command)[0].kind == EventKind::accepted);
  return book;
}

// Events as words: who, what, and how many lots at which price.
inline std::string told(const Events& events) {
  static const char* names[] = {"accepted", "rejected", "fill", "reduced", "replaced", "done", "refreshed", "prevented", "uncrossed"};
  static const char* reasons[] = {"", "filled", "canceled", "expired", "duplicate_id", "unknown_id", "invalid_id", "invalid_lots",
                                  "invalid_price", "overflow", "would_cross", "not_fillable", "invalid_flags", "invalid_peak",
                                  "self_trade", "wrong_phase"};
  std::string text;
  for (const Event& event : events) {
    if (!text.empty()) text += ", ";
    text += names[static_cast<int>(event.kind)];
    text += ' ' + std::to_string(event.id);
    if (event.maker != 0) text += '-' + std::to_string(event.maker);
    text += ' ' + std::to_string(event.lots);
    if (event.kind != EventKind::done) text += '@' + std::to_string(event.price) + (event.half != 0 ? ".5" : "");
    if (event.reason != Reason::none) text += std::string(" ") + reasons[static_cast<int>(event.reason)];
  }
  return text;
}

} // namespace lob

#define CHECK_TOLD(events, words) CHECK_EQUAL(told(events), std::string(words))

// The same bytes from every build: two simulated hours with own orders in them have one hash, whatever compiled them.
//
// Built by every configuration of the tests, and by tests/golden/test_sim_bytes.py without optimisation. Run with `print` it says its
// hash, which stands in tests/golden/sim_bytes.txt: a change of the model changes it, and nothing else may.
#include <cstdio>
#include <cstring>
#include <memory>

#include "lob/session.hpp"
#include "lob/sim/market.hpp"

using namespace lob;

namespace {

constexpr Nanos second = 1'000'000'000;

void run(Session& session, Nanos until) {
  while (true) {
    const StopKind stop = session.advance({until}, nullptr);
    session.reports().clear();
    if (stop == StopKind::limit || stop == StopKind::closed) return;
  }
}

} // namespace

int main(int argc, char** argv) {
  sim::Config market;
  market.seed = 20'120'621;
  market.open = 34'200 * second;
  market.close = market.open + 7'200 * second;
  Session session({market.open, market.close, 1'000'000, {}});
  session.attach(std::make_unique<sim::Market>(market, session.venue()));
  for (std::uint32_t n = 1; n <= 60; ++n) {
    run(session, market.open + n * 100 * second);
    const Touch touch = session.venue().touch();
    const Side side = n % 3 == 0 ? Side::sell : Side::buy;
    const Ticks price = n % 2 == 0 ? (side == Side::buy ? touch.bid : touch.ask) : 57'000 + 3'000 * sign(side);
    session.submit({0, 1, n, 1 + n % 2, side, n % 2 == 1, price, 150, session.clock() + 60 * second});
  }
  run(session, market.close);
  if (argc > 1 && std::strcmp(argv[1], "print") == 0) std::printf("%016llx\n", static_cast<unsigned long long>(session.hash()));
  return session.closed() && session.venue().own_trades().size() > 40 ? 0 : 1;
}

// The same bytes from every build: two simulated hours with own orders in them have one hash, whatever compiled them,
// and so has half an hour at three venues and a dark pool, with hidden orders and auctions.
//
// usage: test_sim_golden print|FILE
//
// Built by every configuration of the tests, and by tests/golden/test_sim_bytes.py without optimisation. Run with `print` it says its
// hashes; with a file, tests/golden/sim_bytes.txt, it fails unless they stand there: a change of the model changes them, and nothing
// else may.
#include <cinttypes>
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

// A market with our orders in it, one every hundred seconds, on its floors in turn; the hash of all that happened.
bool lived(const sim::Config& market, std::uint32_t orders, std::uint64_t& hash) {
  const auto floors = static_cast<std::uint32_t>(sim::all_floors(market));
  Session session(market.open, market.close);
  for (std::uint32_t floor = 0; floor < floors; ++floor) {
    VenueConfig venue;
    venue.dark = venue.no_book = floor >= sim::lit_floors(market);
    session.add_floor(1'000'000, venue);
  }
  session.attach(std::make_unique<sim::Market>(market, Floors(&session.venue(), floors)), 0, floors);
  for (std::uint32_t n = 1; n <= orders; ++n) {
    run(session, market.open + n * 100 * second);
    const Touch touch = session.venue().touch();
    const Side side = n % 3 == 0 ? Side::sell : Side::buy;
    const Ticks price = n % 2 == 0 ? (side == Side::buy ? touch.bid : touch.ask) : 57'000 + 3'000 * sign(side);
    session.submit({0, 1, n, 1 + n % 2, side, n % 2 == 1, price, 150, session.clock() + 60 * second, n % floors});
  }
  run(session, market.close);
  hash = session.hash();
  return session.closed() && session.venue().own_trades().size() * floors > orders / 2;
}

// Whether a file has these hashes and no others.
bool stand_in(const char* path, std::uint64_t one, std::uint64_t several) {
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) {
    std::fprintf(stderr, "%s cannot be read\n", path);
    return false;
  }
  std::uint64_t known = 0, known_several = 0;
  char more = 0;
  const int found = std::fscanf(file, "%" SCNx64 " %" SCNx64 " %c", &known, &known_several, &more);
  std::fclose(file);
  if (found == 2 && known == one && known_several == several) return true;
  std::fprintf(stderr, "%s has other hashes than %016" PRIx64 " and %016" PRIx64 "\n", path, one, several);
  return false;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: test_sim_golden print|FILE\n");
    return 2;
  }
  sim::Config market;
  market.seed = 20'120'621;
  market.open = 34'200 * second;
  market.close = market.open + 7'200 * second;
  std::uint64_t one = 0, several = 0;
  bool well = lived(market, 60, one);
  market.close = market.open + 1'800 * second;
  market.venue_shares = {.5, .3, .2};
  market.dark_share = .2;
  market.hidden = .15;
  market.auctions = "both";
  well = lived(market, 16, several) && well;
  if (std::strcmp(argv[1], "print") == 0) {
    std::printf("%016" PRIx64 "\n%016" PRIx64 "\n", one, several);
  } else {
    well = stand_in(argv[1], one, several) && well;
  }
  return well ? 0 : 1;
}

// Who takes, and which way: informed traders ahead of the latent price, and traders who work large orders piece by piece.
#pragma once

#include <vector>

#include "lob/sim/config.hpp"
#include "lob/sim/draws.hpp"
#include "lob/sim/latent.hpp"

namespace lob::sim {

// A quantity: often exactly the typical one, otherwise lognormal around it. Two numbers and the draws that it takes.
class Sizes {
public:
  Sizes(double typical, double sd, double typical_share);
  Lots lots(const Draws& draws, std::uint64_t draw) const; // takes `draw` to `draw` + 2

private:
  double typical_, log_, sd_, share_;
};

struct Taker {
  Side side;
  Lots intended;
  bool sweeps;      // takes the whole best level
  bool within_best; // otherwise takes no more than it
};

class Takers {
public:
  explicit Takers(const Config& config);
  Taker next(const Draws& draws, double t, const Latent& latent);

private:
  struct Splitter {
    Side side = Side::buy;
    std::int64_t left = 0;
  };
  Side side(const Draws& draws, double t, const Latent& latent);

  Sizes sizes_;
  double sweep_, within_best_, persistence_, informed_, lookahead_, move_, tail_;
  std::vector<Splitter> splitters_;
  Side last_ = Side::buy;
};

} // namespace lob::sim

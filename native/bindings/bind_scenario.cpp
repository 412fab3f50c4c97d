// The simulated market's parameters for Python, by name.
#include <pybind11/stl.h>

#include "bind_session.hpp"
#include "lob/sim/config.hpp"

namespace py = pybind11;
using lob::sim::Config;

void bind_scenario(py::module_& module) {
  py::class_<Config> config(module, "MarketConfig", "The parameters of one simulated day; their meaning is in the scenario's docstring.");
  config.def(py::init<>()).def("check", &lob::sim::check);
#define FIELD(name) config.def_readwrite(#name, &Config::name)
  FIELD(seed), FIELD(open), FIELD(close), FIELD(start);
  FIELD(value_bps), FIELD(drift_bps), FIELD(volvol), FIELD(jump_chance), FIELD(jump_size), FIELD(variance);
  FIELD(rates), FIELD(self_share), FIELD(branching), FIELD(decay), FIELD(taker_excitation), FIELD(activity), FIELD(taker_activity);
  FIELD(market_size), FIELD(market_size_sd), FIELD(typical_share), FIELD(within_best), FIELD(sweep);
  FIELD(persistence), FIELD(informed), FIELD(lookahead), FIELD(threshold), FIELD(split_tail), FIELD(splitters);
  FIELD(makers), FIELD(levels), FIELD(reacting), FIELD(maker_size), FIELD(maker_size_sd), FIELD(half_spread), FIELD(gap);
  FIELD(tolerance), FIELD(opinion), FIELD(snipe), FIELD(refresh), FIELD(lag), FIELD(width_power), FIELD(crowding);
  FIELD(crowding_chance), FIELD(inventory_limit), FIELD(skew), FIELD(inventory_decay);
  FIELD(slots), FIELD(near_slots), FIELD(limit_size), FIELD(limit_size_sd), FIELD(near_cancels), FIELD(improve);
  FIELD(improve_from), FIELD(improve_by), FIELD(at_best), FIELD(behind), FIELD(hidden);
  FIELD(auctions), FIELD(call), FIELD(auction_share);
  FIELD(venue_shares), FIELD(dark_share), FIELD(patience), FIELD(reaction);
  FIELD(adv), FIELD(impact_bps), FIELD(exponent), FIELD(passive_weight), FIELD(memory), FIELD(background), FIELD(own), FIELD(anonymous);
#undef FIELD
}

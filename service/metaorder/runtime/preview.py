"""What an estimate rests on: an order checked as the engine checks it, and its market as it is now. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metaorder.core.commands import Accept, Refusal
from metaorder.core.events import Happened, ParentAccepted
from metaorder.core.execution import Execution, evolve
from metaorder.domain.errors import Invalid
from metaorder.risk.ladder import Standing, admit
from metaorder.risk.limits import OPEN, Limits
from metaorder.runtime.hosted import MarketSpec
from metaorder.runtime.session import LiveSession
from metaorder.sim.presets import preset
from metaorder.sim.scenario import Scenario
from metaorder.usecases.estimate_facts import Facts
from metaorder.usecases.parameters import MarketSoFar


def previewed(
    live: LiveSession,
    command: Accept,
    scenario: Scenario | None,
    profile: Mapping[str, Any] | None,
    limits: Limits = OPEN,
) -> Facts | Refusal:
    """The facts behind an estimate, or the refusal that the order itself would get here and now."""
    market, now = live.market, live.market.clock
    try:
        order = command.settled(now).order
    except Invalid as wrong:
        return Refusal("window_passed", str(wrong), errors=(("/end_time", f"must be {wrong.rule}"),))
    refusal = live.engine.refusal(order, now)
    if refusal is not None:
        return refusal
    listing, quote = market.listing(order.symbol), market.quote(order.symbol)
    barred = admit(order, listing.instrument, quote, Standing(open_orders=live.engine.open_orders(order.account)), limits)
    if barred is not None:
        return Refusal(barred.code, barred.detail, {"limit": barred.limit, "observed": barred.observed})
    accepted = ParentAccepted(order=order, quote=quote, received_at=command.received_at)
    execution = evolve(None, Happened(order.id, now, accepted))
    return facts_of(live, execution, scenario, profile)


def facts_of(live: LiveSession, execution: Execution, scenario: Scenario | None, profile: Mapping[str, Any] | None) -> Facts:
    """An order and its market as both are now, for what is to be expected of them."""
    market = live.market
    listing = market.listing(execution.order.symbol)
    others, _ = market.statistics(depth_ticks=0, floor=listing.floors[0])
    return Facts(
        execution=execution,
        market=live.view.observe(execution),
        profile=profile,
        so_far=MarketSoFar(
            now=market.clock,
            day=live.day,
            instrument=listing.instrument,
            curve=listing.curve,
            usual_volume=listing.usual_volume,
            others=others,
            volumes=market.volumes(execution.order.symbol),
            scenario=scenario,
        ),
    )


def scenario_of(spec: MarketSpec) -> Scenario | None:
    """The scenario of a simulated market; None for a replay."""
    if spec.kind != "simulated":
        return None
    return preset(spec.options["scenario"], spec.options["parameters"])

"""What an order is expected to cost before it is sent: schedule, parts, risk, frontier, completion; nothing is traded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np

from metaorder.core import closing
from metaorder.core.preview import Points, preview
from metaorder.domain.market import VolumeCurve
from metaorder.domain.order import AtClose
from metaorder.domain.units import SECOND, price_text
from metaorder.models.inputs import Floats
from metaorder.models.order_cost import Law, Parts, PowerLaw, SquareRootLaw, drifted, urgent, variance
from metaorder.sim.usual import own_law
from metaorder.usecases.completing import FOLLOWS, follows, will_complete
from metaorder.usecases.estimate_facts import (
    BPS,
    Doc,
    Facts,
    asked,
    basis,
    curve_of,
    fee_share,
    forecast,
    reference_price,
    schedule,
    shown,
)
from metaorder.usecases.parameters import Known, Stated, coefficients, parameters

LEVELS = (5, 25, 50, 75, 95)
URGENCIES = tuple(i / 40 for i in range(39))
SPEEDLESS = "the square-root law knows of sizes and not of speed: by it every schedule costs the same"

UNMOVED = "where the price will go is not known: the schedule and its cost are those without price_adaptation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the costs are computed from. lots: of each part. price: [ticks]. None: not known; y: of a square-root law alone."""

    lots: Floats
    parts: Parts
    adv: float
    sigma: float
    spread: float | None
    price: float | None
    scenario: bool
    gamma: float = 0.0
    eta: float = 0.0
    beta: float = 1.0
    y: float | None = None
    delta: float = 0.5


def estimate(facts: Facts, model: Stated) -> Doc:
    """The estimate as a document. What cannot be known is null, and `missing` says why."""
    known = parameters(model, facts.profile, facts.so_far)
    curve = curve_of(known["curve"], facts)
    missing = {name: each.why for name, each in known.items() if each.why is not None}
    points = preview(facts.execution, facts.market, forecast(known["adv"], curve, facts))
    drawn = closing.shown(points, facts.execution, facts.market)
    doc: Doc = {"schedule": schedule(drawn, facts), "schedule_basis": basis(facts, points)}
    if not points:
        missing["schedule"] = FOLLOWS
    if facts.order.adaptation is not None:
        missing["price_adaptation"] = UNMOVED
    costs = _Costs(facts, model, known, curve, points)
    doc |= _at_close(facts, missing)
    doc |= costs.expected(missing) | costs.risk(missing) | costs.frontier(missing) | costs.completion(missing)
    doc["model"] = {"law": costs.law_name, "parameters": {name: shown(name, each) for name, each in known.items()}}
    doc["model"] |= {"crossing_share": costs.crossing, "alpha_bps": costs.alpha, "curve_source": curve.source}
    return {**asked(facts), **doc, "missing": missing}


def _at_close(facts: Facts, missing: dict[str, Any]) -> Doc:
    """What is kept for the closing auction, where the order asks for it."""
    if facts.order.at_close is AtClose.NONE:
        return {"auction_quantity": None}
    why = closing.why_not(facts.order, facts.market)
    if why is not None:
        missing["auction_quantity"] = why
    held = closing.would_keep(facts.execution, facts.market) * facts.so_far.instrument.lot_size
    return {"auction_quantity": held if why is None else None}


class _Costs:
    """The costs of one order, as far as its parameters are known."""

    def __init__(self, facts: Facts, model: Stated, known: Mapping[str, Known], curve: VolumeCurve, points: Points) -> None:
        self._facts, self._model, self._known = facts, model, known
        self._curve, self._points = curve, points
        given = model.get("crossing_share")
        self.crossing = 1.0 if given is None else float(given)
        instrument = facts.so_far.instrument
        stated = model.get("alpha_bps")
        stated = facts.order.params.get("alpha_bps") if stated is None else stated
        self.alpha = None if stated is None else float(stated)
        self.price, self._price_source = reference_price(facts)
        self._money = float(instrument.tick_size) * instrument.lot_size * float(instrument.unit_value)
        self._why: str | None = None
        self.law_name: str | None = None
        self._inputs, self._errors = self._read()

    def _read(self) -> tuple[Inputs | None, dict[str, float]]:
        """The inputs, once all that the costs need is known; and the standard errors that are stated."""
        known, lot = self._known, self._facts.so_far.instrument.lot_size
        short = next((name for name in ("adv", "sigma_per_sqrt_day", "impact") if known[name].value is None), None)
        if not self._points or short is not None:
            self._why = FOLLOWS if not self._points else f"{short} is not known: {known[short or ''].why}"
            return None, {}
        adv, sigma = float(known["adv"].value), float(known["sigma_per_sqrt_day"].value)
        stated = known["impact"].value
        found: dict[str, float] = {}
        errors: dict[str, float] = {}
        scenario = stated.get("law") == "scenario"
        if not scenario:
            found, errors, self._why = coefficients(stated, adv)
            if self._why is not None:
                return None, {}
        self.law_name = str(stated.get("law", "power"))
        spread = known["median_spread"].value
        for name, short_name, unit in (("adv", "adv", lot), ("sigma_per_sqrt_day", "sigma", 1), ("median_spread", "spread", 1)):
            if known[name].error is not None:
                errors[short_name] = float(known[name].error or 0) / unit
        parts, lots = self._parts(adv / lot)
        return Inputs(
            lots=lots,
            parts=parts,
            adv=adv / lot,
            sigma=sigma,
            spread=None if spread is None else float(spread),
            price=self.price,
            scenario=scenario,
            **found,
        ), errors

    def _parts(self, adv: float) -> tuple[Parts, Floats]:
        day_s = self._facts.so_far.day_s
        times = [time for time, _ in self._points]
        whole = self._curve.between(self._curve.edges[0], self._curve.edges[-1])
        volume = [adv * self._curve.between(a, b) / whole for a, b in pairwise(times)]
        days = np.diff(np.array(times, dtype=np.float64)) / SECOND / day_s
        done = np.array([lots for _, lots in self._points], dtype=np.float64)
        lots = np.diff(done)
        lots[0] += done[0]
        return Parts(days=days, volume=np.array(volume, dtype=np.float64), adv=adv, day_s=day_s), lots

    def _law(self, inputs: Inputs) -> Law:
        scenario = self._facts.so_far.scenario
        if inputs.scenario and scenario is not None:
            return own_law(scenario, self.crossing)
        if inputs.y is not None:
            return SquareRootLaw(y=inputs.y, delta=inputs.delta, sigma=inputs.sigma)
        return PowerLaw(gamma=inputs.gamma, eta=inputs.eta, beta=inputs.beta, sigma=inputs.sigma)

    def _split(self, inputs: Inputs, lots: Floats) -> dict[str, Floats | None]:
        """The parts of the cost of schedules [bps of the notional of what is ordered]."""
        whole = float(self._facts.order.lots)
        parts = replace(inputs.parts, adv=inputs.adv, volume=inputs.parts.volume * (inputs.adv / inputs.parts.adv))
        temporary, permanent = self._law(inputs).cost(lots, parts)
        share = lots.sum(axis=-1) / whole
        price = None if inputs.price is None else inputs.price * float(self._facts.so_far.instrument.tick_size)
        half = None if inputs.spread is None or price is None else inputs.spread / 2 / price
        return {
            "spread": None if half is None else (2 * self.crossing - 1) * half * share * BPS,
            "temporary": temporary / whole * BPS,
            "permanent": permanent / whole * BPS,
            "timing": drifted(lots, self._moves(parts)) / whole * BPS,
            "fees": None if price is None else fee_share(self._facts.so_far.instrument, price, self.crossing) * share * BPS,
        }

    def _moves(self, parts: Parts) -> Floats:
        """The stated forecast as moves against the order at the edges of the parts [fraction]."""
        alpha = self.alpha
        edges = np.concatenate([[0.0], np.cumsum(parts.days)]) * parts.day_s
        if alpha is None:
            return np.zeros_like(edges)
        horizon = float(self._model.get("alpha_horizon_s") or edges[-1])
        return np.asarray(self._facts.order.side.sign * float(alpha) / BPS * np.minimum(edges / horizon, 1.0))

    def _total(self, inputs: Inputs, lots: Floats) -> Floats | None:
        split = self._split(inputs, lots)
        if any(each is None for each in split.values()):
            return None
        return np.asarray(sum(each for each in split.values() if each is not None))

    def expected(self, missing: dict[str, Any]) -> Doc:
        """Expected cost with its parts, in basis points and in money."""
        names = ("spread", "temporary", "permanent", "timing", "fees")
        empty: Doc = dict.fromkeys(names)
        inputs = self._inputs
        split = empty if inputs is None else self._split(inputs, inputs.lots)
        bps = {name: None if each is None else round(float(each), 6) for name, each in split.items()}
        total = None if None in bps.values() else round(sum(each for each in bps.values() if each is not None), 6)
        if total is None:
            missing["expected_cost_bps"] = self._why or "the spread or the price is not known"
        amounts = {name: self._amount(each) for name, each in bps.items()}
        error = None if inputs is None or total is None else self._model_error(inputs, total)
        if total is not None and error is None:
            missing["expected_cost_error_bps"] = "no parameter has a stated error"
        return {
            "reference_price": None if self.price is None else self._price_text(),
            "reference_price_source": self._price_source,
            "expected_cost_bps": total,
            "expected_cost_amount": self._amount(total),
            "parts_bps": bps,
            "parts_amount": amounts,
            "expected_cost_error_bps": error,
        }

    def _model_error(self, inputs: Inputs, total: float) -> float | None:
        """The standard error of the expected cost from those of the parameters, each moved by one, as independent [bps]."""
        if not self._errors:
            return None
        square = 0.0
        for name, error in self._errors.items():
            value = getattr(inputs, name) + error
            moved = replace(inputs, **{name: min(value, 1.0) if name in {"beta", "delta"} else value})
            cost = self._total(moved, moved.lots)
            square += 0.0 if cost is None else (float(cost) - total) ** 2
        return float(round(square**0.5, 6))

    def risk(self, missing: dict[str, Any]) -> Doc:
        """Standard deviation and quantiles of the cost, normal around the expected one."""
        inputs, sigma = self._inputs, self._known["sigma_per_sqrt_day"].value
        sd = None
        if self._points and sigma is not None:
            parts, lots = self._parts(1.0) if inputs is None else (inputs.parts, inputs.lots)
            sd = round(float(variance(lots, parts, float(sigma))) ** 0.5 / self._facts.order.lots * BPS, 6)
        else:
            missing["sd_bps"] = self._why or "the volatility is not known"
        total = None if inputs is None else self._total(inputs, inputs.lots)
        quantiles: dict[str, float | None] = {str(level): None for level in LEVELS}
        if sd is not None and total is not None:
            quantiles = {str(at): round(float(total) + sd * NormalDist().inv_cdf(at / 100), 6) for at in LEVELS}
        else:
            missing["quantiles_bps"] = missing.get("sd_bps") or missing.get("expected_cost_bps")
        return {
            "sd_bps": sd,
            "sd_amount": self._amount(sd),
            "quantiles_bps": quantiles,
            "quantiles_amount": {level: self._amount(each) for level, each in quantiles.items()},
        }

    def frontier(self, missing: dict[str, Any]) -> Doc:
        """Expected cost and risk by urgency: Almgren and Chriss' paths in volume time, without those that another beats."""
        inputs = self._inputs
        whole = float(self._facts.order.lots)
        paths = kappas = None
        if inputs is not None and inputs.parts.volume.sum() > 0:
            kappas = np.array([3 * u / (1 - u) for u in URGENCIES])
            paths = urgent(whole, inputs.parts.volume, kappas)
        if inputs is not None and inputs.y is not None:
            missing["frontier"] = SPEEDLESS
            return {"frontier": None}
        costs = None if inputs is None or paths is None else self._total(inputs, paths)
        if inputs is None or paths is None or kappas is None or costs is None:
            missing["frontier"] = missing.get("expected_cost_bps") or "no volume is expected in the window"
            return {"frontier": None}
        sds = np.sqrt(variance(paths, inputs.parts, inputs.sigma)) / whole * BPS
        cap = float(self._facts.order.cap)
        share = (paths / np.maximum(paths + inputs.parts.volume, 1e-9)).max(axis=1)
        notional = whole * self._money * (self.price or 0) / BPS
        kept = [i for i in range(len(costs)) if not _beaten(i, costs, sds)]
        slope = np.gradient(costs[kept], np.square(sds[kept])) if len(kept) > 1 else np.zeros(len(kept))
        return {
            "frontier": [
                {
                    "urgency": URGENCIES[i],
                    "kappa_t": round(float(kappas[i]), 6),
                    "expected_cost_bps": round(float(costs[i]), 6),
                    "sd_bps": round(float(sds[i]), 6),
                    "expected_cost_amount": self._amount(float(costs[i])),
                    "sd_amount": self._amount(float(sds[i])),
                    "risk_aversion": max(0.0, -float(slope[k]) / notional),
                    "max_participation": round(float(share[i]), 6),
                    "within_cap": bool(share[i] <= cap),
                }
                for k, i in enumerate(kept)
            ]
        }

    def completion(self, missing: dict[str, Any]) -> Doc:
        """How likely the order is to be done, and what keeps it from it."""
        known = self._known
        doc: Doc = dict.fromkeys(("completion_probability", "completion_error", "binding_constraint", "expected_quantity"))
        lot = self._facts.so_far.instrument.lot_size
        if self._points:
            doc["expected_quantity"] = (self._points[-1][1] + closing.would_keep(self._facts.execution, self._facts.market)) * lot
        found = will_complete(self._facts, known, self._curve, self._points)
        if isinstance(found, str):
            missing["completion_probability"] = found
            return doc
        spread = known["volume_sd"].value
        if found.probability < 1:
            rate = "target" if follows(self._facts) else "max_participation"
            doc["binding_constraint"] = "limit_price" if found.limit > found.cap else rate
        if spread is None:
            missing["completion_probability"] = f"volume_sd is not known: {known['volume_sd'].why}"
        else:
            doc |= {"completion_probability": found.probability, "completion_error": round(found.standard_error, 6)}
        return doc

    def _amount(self, bps: float | None) -> str | None:
        if bps is None or self.price is None:
            return None
        return f"{bps / BPS * self._facts.order.lots * self._money * self.price:.2f}"

    def _price_text(self) -> str:
        assert self.price is not None
        instrument = self._facts.so_far.instrument
        return price_text(round(self.price * instrument.points_per_tick), instrument.point_size)


def _beaten(i: int, costs: Floats, sds: Floats) -> bool:
    """Whether another point is no dearer and no riskier, and better in one of them."""
    no_worse = (costs <= costs[i]) & (sds <= sds[i])
    return bool((no_worse & ((costs < costs[i]) | (sds < sds[i]))).any())

"""How fast an order goes is said once: by an urgency, a price of risk or a half-life; stating another takes its place."""

from __future__ import annotations

from metaorder.algos import ALGOS
from metaorder.algos.params import parameters
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Params

WAYS = ("urgency", "risk_aversion", "half_life_s")


def ways(algo: str) -> tuple[str, ...]:
    """The parameters of an algorithm that say how fast it goes; none where it takes no price of risk.

    A half-life elsewhere is that of impact: it is no way to say how fast.
    """
    names = {each.name for each in parameters(ALGOS[algo])}
    return tuple(way for way in WAYS if way in names) if "risk_aversion" in names else ()


def check_one(algo: str, params: Params, *, urgency: bool) -> None:
    """Refuse a request that says twice how fast. params: as it states them. urgency: whether it states the order's own.

    The parameter `urgency` beside the order's is no contradiction: the schedule goes by the parameter, patience by the order's.

    Raises:
        Invalid: two ways are stated; both are named.
    """
    stated = ["urgency"] if urgency else []
    stated += [way for way in ways(algo) if params.get(way) is not None and way not in stated]
    if len(stated) > 1:
        rule = f"left out where {stated[0]} is stated: they say the same"
        raise Invalid(f"params.{stated[1]}", rule, str(params[stated[1]]))


def changed(algo: str, before: Params, stated: Params, *, urgency: bool) -> Params:
    """An order's parameters with those that an amendment states; a way that it states takes the place of the others.

    urgency: whether it states the order's own: then no price of risk and no half-life speaks for the order any more.
    """
    said = [way for way in ways(algo) if stated.get(way) is not None]
    gone = [way for way in ways(algo) if way not in said] if said else [way for way in ways(algo) if urgency and way != "urgency"]
    return {**before, **dict.fromkeys(gone), **stated}

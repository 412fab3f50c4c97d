"""The modes that are compared by name: an algorithm that says when and how much, over the router that says how and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metaorder.domain.errors import Invalid

MODES: Mapping[str, str] = {"myopic": "myopic:split_s=60", "traditional": "traditional"}
"""Each mode as `--algos` has it."""

SCALED: Mapping[str, str] = {"lambda": "regime_strength", "beta": "regime_decay"}
"""What of the myopic mode's impact may be scaled, and the parameter that does it: as a regime that always holds."""

ALWAYS = "0.000001"
"""Of the day's volatility: the last five minutes are always at or above it."""

BASE = "myopic"

FORESEEN = f"{BASE}@forecast"
"""The myopic mode with a forecast, unscaled: what the scaled ones are held against. Without one lambda has no say."""

FORECAST: Mapping[str, str] = {"alpha_model": "imbalance", "alpha": "1"}
"""Known in every market, recorded ones too: a basis point where the order flow is all one way."""


def algos_of(modes: Sequence[str], factors: Sequence[str] = ()) -> tuple[str, ...]:
    """The algorithms of the modes, the last first: it is the one that the others are held against.

    factors: of lambda and of beta, one at a time: `myopic@lambda*0.5` is the myopic mode with a forecast at half of lambda, and
    `myopic@forecast` is the same at lambda and beta as they are.

    Raises:
        Invalid: no such mode, or a factor that is not a positive number, or factors without the mode that has lambda and beta.
    """
    for mode in modes:
        if mode not in MODES:
            raise Invalid("modes", f"of {', '.join(MODES)}", mode)
    if factors and BASE not in modes:
        raise Invalid("sensitivity", f"with the mode {BASE}: the others have no lambda and no beta", modes)
    for factor in factors:
        if not factor.replace(".", "", 1).isdigit() or not float(factor) > 0:
            raise Invalid("sensitivity", "factors above 0", factor)
    scaled = [f"{BASE}@{what}*{factor}" for what in SCALED for factor in factors if float(factor) != 1]
    return (*(MODES[mode] for mode in reversed(modes)), *([FORESEEN] if scaled else []), *scaled)


def bases_of(algos: Sequence[str]) -> dict[str, str]:
    """Of each scaled mode the unscaled one, where it is worked beside it and is not the first, which all are held against."""
    return {algo: FORESEEN for algo in algos if "*" in algo.partition("@")[2]} if FORESEEN in algos[1:] else {}


def full(algo: str) -> tuple[str, dict[str, Any]]:
    """The algorithm that a scaled mode runs, and the parameters that scale it; of any other name, itself and none."""
    name, at, scale = algo.partition("@")
    if not at:
        return algo, {}
    if algo == FORESEEN:
        return MODES[BASE], dict(FORECAST)
    what, _, factor = scale.partition("*")
    if name != BASE or what not in SCALED:
        raise Invalid("algos", f"{FORESEEN}, {BASE}@lambda*FACTOR or {BASE}@beta*FACTOR, where it has an @", algo)
    by = {parameter: [factor if each == what else "1"] for each, parameter in SCALED.items()}
    return MODES[BASE], {**FORECAST, "regime_above": [ALWAYS], **by}

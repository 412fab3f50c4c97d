"""No model answers with what is no number: every input is made hostile in turn, and is refused by name or gives finite ones.

What refuses is the model itself and not the adapter that asks it.
"""

from __future__ import annotations

import copy
import math
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from golden.adapters import adapters, numbers
from metaorder.domain.errors import Invalid
from support.vectors import VECTORS, cases

ADAPTERS = adapters()
NUMBERS = (math.nan, math.inf, -math.inf, -1.0, 0.0, 1.5, 1e300, -1e300, 1e-300)
ODD = ([], None, "text")
"""In the place of a number or of a list. Some models take no number for a size that is free, and give nothing for no times."""

FIRST = 2
"""Elements of a list that are made hostile."""


OWN = {
    ("ac_lambda_from_halflife", "kind"): "chooses the function",
    ("ck_single", "dist"): "chooses the function",
    ("myopic_ow_discrete", "decay"): "chooses the function",
    ("propagator_optimal", "kernel"): "chooses the function",
    ("ck_cost", "X"): "two arguments: what is taken, and what rests",
    ("impact_models", "Q"): "the model takes any shape",
    ("kyle_regression", "horizons"): "the model takes one at a time",
    ("myopic_recursion", "beta"): "said twice",
    ("myopic_recursion", "half_life"): "said twice",
    ("pov", "half"): "where the case cuts the day",
    ("volume_curve", "m"): "where the case cuts the day",
    ("volume_curve", "today"): "where the case cuts the day",
}
"""Inputs that an adapter may refuse by itself, since the model has no such argument, and why."""


def of_each_kind() -> dict[str, tuple[str, dict[str, Any]]]:
    """A model's name and the inputs of a case of it, one for each set of inputs and of words that its cases have."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for case in cases(VECTORS):
        names = sorted(f"{name}={each}" if isinstance(each, str) else name for name, each in case.inputs.items())
        empty = sorted(name for name, each in case.inputs.items() if each is None)
        found.setdefault(" ".join([case.model, *names, *empty]), (case.model, case.inputs))
    return {f"{model}-{number}": (model, inputs) for number, (model, inputs) in enumerate(found.values())}


CASES = of_each_kind()

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Where numbers, words and lists are, and what is there; of a list the first few."""
    if path and not isinstance(value, dict):
        yield path, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*path, name))
    elif isinstance(value, list):
        for at, each in enumerate(value[:FIRST]):
            yield from places(each, (*path, at))


def changed(inputs: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The inputs with something else at a place."""
    made: Any = copy.deepcopy(inputs)
    at = made
    for step in path[:-1]:
        at = at[step]
    was = at[path[-1]]
    small = isinstance(value, float) and abs(value) < 2 and not value % 1
    at[path[-1]] = int(value) if isinstance(was, int) and small else value  # JSON's whole numbers are counts to Python
    return dict(made)


def wrong_with(kind: str, path: Path, value: Any) -> str | None:
    """What is wrong with the answer to a hostile value; None where it is refused by name, or gives finite numbers."""
    model, inputs = CASES[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = ADAPTERS[model](changed(inputs, path, value))
        except Invalid as refusal:
            if (model, path[0]) not in OWN and by_the_adapter(refusal):
                return "refused by the adapter, not by the model"
            return None if refusal.field and refusal.rule else "refused without a field and a rule"
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, Warning) as error:
            return f"{type(error).__name__}: {error}"
    if value == "text" or (isinstance(value, float) and not math.isfinite(value)):
        return "taken"
    bad = [f"{at} is {each}" for at, each in numbers(found) if not math.isfinite(each)]
    return bad[0] if bad else None


def by_the_adapter(refusal: Invalid) -> bool:
    """Whether an adapter refused: after its last frame comes none of the product, or one of the checks that all models share."""
    files = [each.filename for each in traceback.extract_tb(refusal.__traceback__)]
    last = max(place for place, name in enumerate(files) if "adapters" in name)
    return last + 1 == len(files) or files[last + 1].endswith(("models/inputs.py", "golden/words.py"))


@pytest.mark.parametrize("kind", CASES)
def test_a_hostile_input_is_refused_by_name_or_gives_finite_numbers(kind: str) -> None:
    found = {
        f"{'.'.join(map(str, path))} = {value!r}": wrong_with(kind, path, value)
        for path, was in places(CASES[kind][1])
        for value in ((*NUMBERS, *ODD) if isinstance(was, int | float) else ODD)
    }
    wrong = [f"{place}: {what}" for place, what in found.items() if what]
    assert found
    assert not wrong, "\n".join(wrong)


NEVER_NEGATIVE = (
    *("T", "N", "sigma", "eps", "gamma", "eta", "lam", "k", "phi", "half_life", "rho", "q", "s", "adv", "V", "Theta", "Sigma0"),
    *("sigma_u", "sigma_min", "sigma_max", "delta", "h", "theta", "lu", "lo", "lot", "mu", "alpha", "beta", "bucket_volume", "n"),
    *(
        "window",
        "p",
        "pmin",
        "pmax",
        "R",
        "m",
        "dt",
        "c",
        "lam_p",
        "C",
        "Y",
        "tau0",
        "sigma_dp",
        "fraction",
        "t",
        "depth",
        "mean",
    ),
    *("shape", "scale", "decision", "arrival", "final", "S", "volume", "mid_future", "horizons", "bid_size", "ask_size", "half"),
)
"""Inputs of which a negative number means nothing, by their names in the vector files."""

MEANT = {
    *(("cj_liquidation", "N"), ("cj_target_pov", "N")),  # to buy
    *(("ac_drift", "alpha"), ("myopic_ow_discrete", "alpha")),  # a forecast
    ("lambda_decay_bias", "lam"),  # a number that is measured
    *(("propagator_optimal", "t"), ("lambda_decay_bias", "t")),  # from any moment on
    *((model, "phi") for model in ("myopic_afs", "myopic_ow_continuous", "myopic_ow_fixed_quantity")),  # a forecast that grows
    ("ck_single", "mu"),  # of a logarithm
}
"""Where one of these may be negative, after all."""


@pytest.mark.parametrize("kind", CASES)
def test_a_negative_number_is_refused_where_it_means_nothing(kind: str) -> None:
    model, inputs = CASES[kind]
    for path, was in places(inputs):
        name = path[0]
        if isinstance(was, int | float) and name in NEVER_NEGATIVE and (model, name) not in MEANT:
            with pytest.raises(Invalid):
                ADAPTERS[model](changed(inputs, path, -1.0))


def test_every_adapter_meets_hostile_inputs() -> None:
    assert {model for model, _ in CASES.values()} == ADAPTERS.keys() or not CASES

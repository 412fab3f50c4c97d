"""No model answers with what is no number: every input is made hostile in turn, and is refused by name or gives finite ones."""

from __future__ import annotations

import copy
import math
import warnings
from typing import Any

from golden.adapters import adapters, numbers
from metaorder.domain.errors import Invalid
from support.vectors import VECTORS, cases

ADAPTERS = adapters()
HOSTILE = (math.nan, math.inf, -1.0, 0.0, 1.5)
FIRST = 2
"""Elements of a list that are made hostile."""


def first_cases() -> dict[str, dict[str, Any]]:
    """The inputs of one case of each model."""
    found: dict[str, dict[str, Any]] = {}
    for case in cases(VECTORS):
        found.setdefault(case.model, case.inputs)
    return found


CASES = first_cases()


def places(inputs: dict[str, Any]) -> list[tuple[str, ...]]:
    """Where the numbers are; of a list the first few."""
    return [path for path, _ in numbers(inputs) if all(int(step) < FIRST for step in path if step.isdecimal())]


def changed(inputs: dict[str, Any], path: tuple[str, ...], value: float) -> dict[str, Any]:
    """The inputs with another number at a place."""
    made: Any = copy.deepcopy(inputs)
    at = made
    for step in path[:-1]:
        at = at[int(step)] if isinstance(at, list) else at[step]
    last = int(path[-1]) if isinstance(at, list) else path[-1]
    at[last] = int(value) if isinstance(at[last], int) and not value % 1 else value  # JSON's whole numbers are counts to Python
    return dict(made)


def test_a_hostile_number_is_refused_by_name_or_gives_finite_numbers() -> None:
    wrong = []
    for model, inputs in CASES.items():
        for path in places(inputs):
            for value in HOSTILE:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    try:
                        found = ADAPTERS[model](changed(inputs, path, value))
                    except Invalid as refusal:
                        if not math.isfinite(value) and not refusal.rule:
                            wrong.append(f"{model} {'.'.join(path)} = {value}: refused without a rule")
                        continue
                    except (ArithmeticError, LookupError, TypeError, ValueError, Warning) as error:
                        wrong.append(f"{model} {'.'.join(path)} = {value}: {type(error).__name__}: {error}")
                        continue
                wrong += [
                    f"{model} {'.'.join(path)} = {value}: {at} is {each}"
                    for at, each in numbers(found)
                    if not math.isfinite(each)
                ]
                if not math.isfinite(value):
                    wrong.append(f"{model} {'.'.join(path)} = {value}: taken")
    assert not wrong, "\n".join(wrong)
    assert len(CASES) == len(ADAPTERS) or not CASES

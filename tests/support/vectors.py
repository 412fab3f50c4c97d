"""Test vectors of the mathematics: found through --vectors or METAORDER_VECTORS, never part of the project."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data import ROOT

VECTORS = Path(os.environ.get("METAORDER_VECTORS", ROOT.parent / "shared" / "vectors"))
ZERO = 1e-12
"""Where a vector file says nothing of it: how far from an expected 0, in a list as a share of its largest number."""


@dataclass(frozen=True)
class Case:
    """One case of one model. tol: its tolerances, as the vector file writes them."""

    model: str
    name: str
    inputs: dict[str, Any]
    expected: dict[str, Any]
    tol: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.model}-{self.name}"


def cases(directory: Path) -> list[Case]:
    """Every case of every file of a directory. A file is a model."""
    return [
        Case(path.stem, str(row["id"]), row["inputs"], row["expected"], row["tol"])
        for path in sorted(directory.glob("*.json"))
        for row in json.loads(path.read_text())["cases"]
    ]


def differences(case: Case, found: Mapping[str, Any]) -> list[str]:
    """What of a case did not come out, each named by where it stands; nothing when all did."""
    apart: list[str] = []
    unlike = case.expected.get("mle_degenerate", False)  # no maximum to find: its likelihood alone is compared
    for key, expected in case.expected.items():
        if key == "mle_degenerate" or (key == "mle" and unlike):
            continue
        if key not in found:
            apart.append(f"{key}: missing")
        else:
            apart += _apart(key, expected, found[key], tolerance(case, key))
    return apart


@dataclass(frozen=True)
class Tolerance:
    """rel: of the number itself. to_max: of a list's largest number. exact: of whole numbers. None: the file gives none."""

    rel: float
    absolute: float | None
    to_max: float | None
    exact: bool


def tolerance(case: Case, key: str) -> Tolerance:
    """How far `key` may be from its number: a tolerance of its own first, then those of the whole case."""
    tol = case.tol
    rel, absolute = tol.get("rel"), tol.get("abs")
    if f"rel_{key}" in tol:
        rel = tol[f"rel_{key}"]
    elif key == "Q_T" and case.inputs["alpha"] is None:  # all is sold: an expected 0, with the rounding of whoever summed
        absolute = ZERO * abs(case.inputs["N"])
    elif key == "argmin" and "argmin_abs_frac_S" in tol:
        rel, absolute = 0.0, tol["argmin_abs_frac_S"] * case.inputs["S"]
    elif key == "mle" and "mle_rel" in tol:
        rel = tol["mle_rel"]
    elif key == "mle_loglik" and "mle_loglik_abs" in tol:
        rel, absolute = 0.0, tol["mle_loglik_abs"]
    elif "abs_money" in tol:
        absolute = tol["abs_bps" if "bps" in key else "abs_money"]
    to_max = tol.get("vector_rel_to_max")
    return Tolerance(to_max or 0.0 if rel is None else rel, absolute, to_max, tol.get("exact_ints", False))


def _apart(where: str, expected: Any, found: Any, tol: Tolerance) -> Iterator[str]:
    if isinstance(expected, dict):
        if not isinstance(found, Mapping) or not expected.keys() <= found.keys():
            yield f"{where}: expected the keys {sorted(expected)}, found {found!r}"
            return
        for key, value in expected.items():
            yield from _apart(f"{where}.{key}", value, found[key], tol)
    elif isinstance(expected, list):
        yield from _list_apart(where, expected, found, tol)
    elif isinstance(expected, str | bool) or expected is None:
        if found is not expected and (expected is None or isinstance(expected, bool) or found != expected):
            yield f"{where}: expected {expected!r}, found {found!r}"
    elif not _near(expected, found, tol, 0.0 if expected else ZERO):
        yield f"{where}: expected {expected!r}, found {found!r}"


def _list_apart(where: str, expected: list[Any], found: Any, tol: Tolerance) -> Iterator[str]:
    if not isinstance(found, list | tuple) or len(found) != len(expected):
        yield f"{where}: expected {len(expected)} values, found {found!r}"
        return
    largest = max((abs(each) for each in _numbers(expected)), default=0.0)
    for place, (one, other) in enumerate(zip(expected, found, strict=True)):
        here = f"{where}[{place}]"
        if isinstance(one, list):  # a matrix is one vector: its largest number is that of the whole
            yield from _rows_apart(here, one, other, tol, largest)
        elif isinstance(one, int | float) and not isinstance(one, bool):
            if not _near(one, other, tol, _floor(tol, largest)):
                yield f"{here}: expected {one!r}, found {other!r}"
        else:
            yield from _apart(here, one, other, tol)


def _rows_apart(where: str, expected: list[Any], found: Any, tol: Tolerance, largest: float) -> Iterator[str]:
    if not isinstance(found, list | tuple) or len(found) != len(expected):
        yield f"{where}: expected {len(expected)} values, found {found!r}"
        return
    for place, (one, other) in enumerate(zip(expected, found, strict=True)):
        if not _near(one, other, tol, _floor(tol, largest)):
            yield f"{where}[{place}]: expected {one!r}, found {other!r}"


def _floor(tol: Tolerance, largest: float) -> float:
    return (ZERO if tol.to_max is None else tol.to_max) * largest


def _numbers(values: list[Any]) -> Iterator[float]:
    for value in values:
        if isinstance(value, list):
            yield from _numbers(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield value


def _near(expected: float, found: Any, tol: Tolerance, floor: float) -> bool:
    """A finite number within the tolerance; a whole number exactly so where the file says it."""
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    if tol.exact and isinstance(expected, int):
        return found == expected
    at_most = max(tol.rel * abs(expected), floor if tol.absolute is None else tol.absolute)
    return math.isfinite(found) and abs(found - expected) <= at_most

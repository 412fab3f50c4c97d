"""The numbers of the mathematics: every case of every vector file, through the adapter of its model, within its tolerances."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

from golden.adapters import adapters
from support.vectors import VECTORS, Case, cases, differences

ADAPTERS = adapters()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    found = cases(metafunc.config.getoption("vectors"))
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", found or [None], ids=str)
    if "model" in metafunc.fixturenames:
        models = sorted({case.model for case in found})
        metafunc.parametrize("model", models or [None])


@pytest.fixture(autouse=True)
def present(request: pytest.FixtureRequest) -> None:
    """Without the files a run is skipped; where they were asked for, or CI=true, it fails."""
    directory: Path = request.config.getoption("vectors")
    if {"case", "model"} & set(request.fixturenames) and not any(directory.glob("*.json")):
        message = f"no test vectors in {directory}"
        if os.environ.get("CI") == "true" or directory != VECTORS:
            pytest.fail(message)
        pytest.skip(message)


def test_a_model_has_an_adapter(model: str) -> None:
    assert model in ADAPTERS, f"no adapter for {model} in tests/golden/adapters"


def test_the_numbers_of_a_case_come_out(case: Case) -> None:
    assert case.model in ADAPTERS, f"no adapter for {case.model} in tests/golden/adapters"
    apart = differences(case, ADAPTERS[case.model](copy.deepcopy(case.inputs)))
    assert not apart, "\n".join(apart)


def judged(expected: Any, found: Any, **tol: Any) -> list[str]:
    return differences(Case("m", "p01", {"S": 100.0}, {"y": expected}, tol), {"y": found})


@pytest.mark.parametrize(
    ("expected", "found", "tol"),
    [
        (1.0, 1.0 + 3e-9, {"rel": 1e-9}),
        (0.0, 1e-6, {"rel": 1e-3}),
        (1.0, float("nan"), {"rel": 1e-3}),
        (1.0, None, {"rel": 1e-3}),
        (None, 0.0, {"rel": 1e-3}),
        (True, 1, {"rel": 1e-3}),
        ("mixed", "limit", {"rel": 1e-3}),
        ([1.0, 2.0], [1.0], {"rel": 1e-3}),
        ([1e6, 1.0], [1e6, 1.1], {"rel": 1e-9}),
        ([1e6, 1.0], [1e6, 1.1], {"vector_rel_to_max": 1e-8}),
        ([[1e6, 1.0], [0.0, 0.0]], [[1e6, 1.0], [0.0, 0.1]], {"vector_rel_to_max": 1e-8}),
        ([3, 4], [3, 4.0001], {"exact_ints": True, "rel": 1e-3}),
        ({"a": 1.0, "b": 2.0}, {"a": 1.0}, {"rel": 1e-3}),
        ({"a": 1.0}, {"a": 2.0}, {"rel": 1e-3}),
    ],
)
def test_a_number_out_of_its_tolerance_is_named(expected: Any, found: Any, tol: dict[str, Any]) -> None:
    assert len(judged(expected, found, **tol)) == 1


@pytest.mark.parametrize(
    ("expected", "found", "tol"),
    [
        (1.0, 1.0 + 1e-10, {"rel": 1e-9}),
        (0.0, 1e-9, {"rel": 1e-9, "abs": 1e-8}),
        ([1e6, 0.0], [1e6, 1e-7], {"rel": 1e-9}),
        ([1e6, 1.0], [1e6, 1.001], {"vector_rel_to_max": 1e-8, "rel": 1e-12}),
        ([3, 4], [3, 4], {"exact_ints": True}),
        (None, None, {"rel": 1e-3}),
    ],
)
def test_a_number_within_its_tolerance_passes(expected: Any, found: Any, tol: dict[str, Any]) -> None:
    assert judged(expected, found, **tol) == []


def test_a_tolerance_of_one_quantity_is_for_that_alone() -> None:
    tol = {"rel": 1e-9, "rel_min_cost": 1e-3, "argmin_abs_frac_S": 0.02}
    case = Case("m", "p01", {"S": 100.0}, {"min_cost": 1.0, "argmin": [10.0, 0.0], "other": 1.0}, tol)
    assert differences(case, {"min_cost": 1.0005, "argmin": [11.9, 1.9], "other": 1.0}) == []
    assert len(differences(case, {"min_cost": 1.0, "argmin": [10.0, 2.1], "other": 1.0005})) == 2


def test_of_a_degenerate_fit_the_likelihood_alone_is_compared() -> None:
    expected = {"mle": {"mu": 1.0}, "mle_loglik": -55.0, "mle_degenerate": True}
    case = Case("m", "p01", {}, expected, {"rel": 1e-9, "mle_rel": 1e-3, "mle_loglik_abs": 1e-6})
    assert differences(case, {"mle": {"mu": 2.0}, "mle_loglik": -55.0 + 5e-7}) == []
    assert len(differences(case, {"mle": {"mu": 2.0}, "mle_loglik": -55.0001})) == 1


def test_every_case_of_every_file_is_found(tmp_path: Path) -> None:
    row = {"id": "p01", "inputs": {}, "expected": {}, "tol": {}}
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"cases": [row, {**row, "id": "p02"}]}))
    assert [str(case) for case in cases(tmp_path)] == ["one-p01", "one-p02", "two-p01", "two-p02"]

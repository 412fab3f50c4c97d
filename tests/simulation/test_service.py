"""The whole service in one thread and in virtual time: clients, network, database, venue and server fail; the laws hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.simulation import Outcome, simulate

HERE = Path(__file__)
FIRST, _, LAST = os.environ.get("METAORDER_SEEDS", "1-3").partition("-")
SEEDS = range(int(FIRST), int(LAST or FIRST) + 1)


def run(seed: int) -> Outcome:
    """Run a seed; what fails says how to see it fail again."""
    try:
        return simulate(seed)
    except BaseException as error:
        again = f"METAORDER_SEEDS={seed} {sys.executable} -m pytest -q {HERE} -k laws"
        raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}\nagain: {again}") from error


@pytest.mark.parametrize("seed", SEEDS)
def test_the_laws_hold_whatever_goes_wrong(seed: int) -> None:
    counted = run(seed).counted
    assert counted["streams read to the end"] == 2
    assert counted["boots"] == counted["deaths"] + 1


def test_a_seed_is_the_same_run_each_time() -> None:
    assert run(4) == run(4)


@pytest.mark.gauntlet
def test_a_seed_is_the_same_run_in_another_process() -> None:
    code = "from support.simulation import simulate; print(simulate(5).journal_hash)"
    path = os.pathsep.join([str(HERE.parents[1])])
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {run(5).journal_hash + "\n"}

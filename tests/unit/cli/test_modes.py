"""Modes by name: each is an algorithm over the router, and the last named is the one that the others are held against."""

from __future__ import annotations

import pytest

from metaorder.algos import ALGOS, build
from metaorder.cli.compare import _named
from metaorder.cli.modes import MODES, algos_of
from metaorder.domain.errors import Invalid


def test_the_last_mode_is_held_against() -> None:
    assert algos_of(("myopic", "traditional")) == (MODES["traditional"], MODES["myopic"])
    assert algos_of(()) == ()


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_an_algorithm_that_takes_its_parameters(mode: str) -> None:
    name, params = _named(MODES[mode])
    assert name in ALGOS
    build(name, params)


def test_an_unknown_mode_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="modes"):
        algos_of(("fast",))

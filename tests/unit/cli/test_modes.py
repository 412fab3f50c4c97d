"""Modes by name: each is an algorithm over the router, and the last named is the one that the others are held against."""

from __future__ import annotations

import pytest

from metaorder.algos import ALGOS, build
from metaorder.cli.compare import _named
from metaorder.cli.compare_rows import sensitivity
from metaorder.cli.modes import FORESEEN, MODES, algos_of, bases_of, full
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


def test_each_factor_scales_one_of_lambda_and_beta_and_one_changes_nothing() -> None:
    found = algos_of(("myopic", "traditional"), ("0.5", "1", "2"))
    assert found[2:] == (FORESEEN, "myopic@lambda*0.5", "myopic@lambda*2", "myopic@beta*0.5", "myopic@beta*2")
    name, params = _named("myopic@beta*2")
    assert (name, params["regime_strength"], params["regime_decay"], params["split_s"]) == ("myopic", ["1"], ["2"], 60)
    build(name, params)
    assert algos_of(("myopic",), ("1",)) == (MODES["myopic"],), "nothing is scaled, so nothing to hold it against"


@pytest.mark.parametrize("algo", [FORESEEN, "myopic@lambda*2", "myopic@beta*2"])
def test_every_scaled_mode_has_the_forecast_that_gives_lambda_its_say(algo: str) -> None:
    name, params = _named(algo)
    assert build(name, params).alpha_model != "none"  # type: ignore[attr-defined]


@pytest.mark.parametrize("factors", [("0",), ("-1",), ("x",), ("1e3",), ("",)])
def test_a_factor_that_is_none_is_refused(factors: tuple[str, ...]) -> None:
    with pytest.raises(Invalid, match="sensitivity"):
        algos_of(("myopic",), factors)


def test_only_the_myopic_mode_has_something_to_scale() -> None:
    with pytest.raises(Invalid, match="no lambda"):
        algos_of(("traditional",), ("2",))
    for wrong in ("twap@beta*2", "myopic@gamma*2"):
        with pytest.raises(Invalid, match="algos"):
            full(wrong)


def test_scaled_modes_are_held_against_the_unscaled_one_beside_them() -> None:
    algos = algos_of(("myopic", "traditional"), ("2",))
    assert bases_of(algos) == {"myopic@lambda*2": FORESEEN, "myopic@beta*2": FORESEEN}
    assert bases_of((FORESEEN, "myopic@beta*2")) == {}, "it is held against the first already"
    assert bases_of(("twap", "myopic@beta*2")) == {}, "nothing unscaled is worked"


def test_a_scaled_mode_stands_beside_the_unscaled_one_with_what_it_costs_less() -> None:
    def found(mean: float) -> dict[str, float]:
        return {"mean": mean, "low": mean - 1, "high": mean + 1}

    place = {"market": "thin", "size": None}
    costs = {FORESEEN: 17.0, "myopic@beta*2": 19.5}
    rows = [{**place, "algo": algo, "n": 8, "own_cost_bps": found(each), "is_bps": None} for algo, each in costs.items()]
    pair = {**place, "algo": "myopic@beta*2", "measure": "own_cost_bps", "n": 8}
    differences = [{**pair, "against": FORESEEN, "t": found(2.5)}, {**pair, "against": "traditional", "t": found(9.0)}]
    head, (row,) = sensitivity({"rows": rows, "differences": differences})
    said = dict(zip(head, row, strict=True))
    assert (said["what"], said["factor"], said["IS less"]) == ("beta", "2", "-")
    assert (said["own cost"], said["as it is"]) == ("19.50 [18.50, 20.50]", "17.00 [16.00, 18.00]")
    assert said["less"] == "2.50 [1.50, 3.50]", "not what it costs beside the mode that all are held against"

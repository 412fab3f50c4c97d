"""vwap: lots follow the share of the day's usual volume, from history alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaorder.algos import build
from metaorder.algos.vwap import MAX_PARTS, Vwap, levelled
from metaorder.domain.errors import Invalid
from metaorder.domain.market import VolumeCurve, flat_curve
from metaorder.domain.state import NO_FLOW, Basis, Flow, State
from metaorder.domain.units import Lots, Nanos
from metaorder.models.constrained import Costs, Limits, solve
from support.core import CLOSE, OPEN, at, market_state, state_at

WEIGHTS = st.lists(st.integers(0, 1_000), min_size=1, max_size=12).filter(any).map(tuple)


def usual(*weights: int) -> VolumeCurve:
    """A usual day whose first parts of 300 s hold these weights, and whose rest holds nothing."""
    edges = [OPEN + 300 * 10**9 * i for i in range(len(weights) + 1)]
    return VolumeCurve((*map(Nanos, edges), CLOSE), (*weights, 0), "history")


def seen(seconds: float, curve: VolumeCurve, **changes: object) -> State:
    return state_at(seconds, market=replace(market_state(), curve=curve), **changes)


def test_lots_follow_the_usual_volume_of_the_market() -> None:
    state = seen(0, usual(1, 3))
    assert [Vwap().planned(state, at(s)) for s in (0, 150, 300, 450, 600)] == [0, 125, 250, 625, 1_000]


def test_an_interval_is_placed_when_it_begins() -> None:
    intent = Vwap().on_event(seen(300, usual(1, 3)))
    assert (intent.target, intent.due) == (400, 250)
    assert Vwap().on_event(seen(359.5, usual(1, 3))).target == 400
    assert Vwap().on_event(seen(360, usual(1, 3))).target == 550


def test_a_given_curve_lies_over_the_whole_window_of_the_order() -> None:
    resumed = replace(seen(0, usual(1, 1), window_s=600), start=at(-600))  # half of the window is over
    assert Vwap(curve=(9, 9, 1, 3)).planned(resumed, at(300)) == 250
    assert Vwap(curve=(9, 9, 1, 3)).on_event(resumed).reason["curve"] == "given"


def test_only_the_weights_that_are_left_count_when_the_plan_is_drawn_anew() -> None:
    state = seen(0, usual(1, 3), done=400)
    late = replace(state, plan=replace(state.plan, origin=at(300), window=Nanos(300 * 10**9)))
    assert [Vwap().planned(late, at(s)) for s in (300, 450, 600)] == [400, 700, 1_000]


def test_where_no_volume_is_usual_any_more_what_is_left_goes_evenly() -> None:
    state = seen(0, usual(1, 0))
    late = replace(state, plan=replace(state.plan, origin=at(300), window=Nanos(300 * 10**9)))
    assert [Vwap().planned(late, at(s)) for s in (300, 450, 600)] == [0, 500, 1_000]
    assert Vwap().on_event(replace(late, market=replace(late.market, now=at(300)))).target == 200


@given(st.integers(1, 10**9), WEIGHTS, st.lists(st.integers(0, 600), min_size=2, max_size=8).map(sorted))
def test_the_plan_never_falls_and_ends_at_the_quantity(lots: int, weights: tuple[int, ...], seconds: list[int]) -> None:
    state, algorithm = state_at(0, lots=lots), Vwap(curve=weights)
    points = [algorithm.planned(state, at(s)) for s in seconds]
    assert points == sorted(points)
    assert (algorithm.planned(state, OPEN), algorithm.planned(state, at(600))) == (0, lots)


@given(st.integers(1, 10**9), WEIGHTS, st.integers(1, 400), st.floats(0, 599))
def test_the_target_is_at_least_what_is_due_and_at_most_the_quantity(
    lots: int, weights: tuple[int, ...], interval_s: int, seconds: float
) -> None:
    intent = Vwap(curve=weights, interval_s=interval_s).on_event(state_at(seconds, lots=lots))
    assert intent.due <= intent.target <= lots
    assert at(seconds) < intent.wake <= at(600)


def test_a_window_shorter_than_its_parts_is_worked_evenly() -> None:
    state = state_at(0, lots=10)
    short = replace(state, end=Nanos(OPEN + 5), plan=replace(state.plan, window=Nanos(5)))
    assert Vwap(curve=(1,) * 100).planned(short, Nanos(OPEN + 1)) == Lots(2)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"interval_s": 0}, "interval_s"),
        ({"interval_s": 86_401}, "interval_s"),
        ({"curve": ()}, "curve"),
        ({"curve": (1,) * (MAX_PARTS + 1)}, "curve"),
        ({"curve": (0, 0)}, "curve"),
        ({"curve": (1, -1)}, "curve"),
        ({"curve": (10**12 + 1,)}, "curve"),
    ],
)
def test_a_curve_that_says_nothing_or_too_much_is_refused(params: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        Vwap(**params)
    assert caught.value.field == field


def traded(others: int, *, today: int | None = None, ahead: int | None = None, adv: int | None = None) -> State:
    """Half-way through ten minutes of a day on a flat curve, with what others have traded."""
    market = replace(
        market_state(curve=flat_curve(OPEN, at(600))),
        others_since_plan=Lots(others),
        volume_ahead=None if ahead is None else Lots(ahead),
        basis=Basis(adv=None if adv is None else Lots(adv)),
        flow=NO_FLOW if today is None else Flow(today=Lots(today), open=OPEN),
    )
    return state_at(300, market=market)


def test_a_busy_first_half_is_followed_and_a_quiet_one_waited_out() -> None:
    algo = build("vwap", {"dynamic": True, "allow_deviation": "1"})
    assert algo.on_event(traded(5_000, ahead=5_000)).due == 500
    assert algo.on_event(traded(7_500, ahead=2_500)).due == 750
    assert algo.on_event(traded(2_000, ahead=8_000)).due == 200


def test_today_scales_what_is_expected_yet() -> None:
    algo = build("vwap", {"dynamic": True, "allow_deviation": "1"})
    busy = algo.on_event(traded(6_000, today=6_000, adv=10_000, ahead=5_000))
    assert (busy.reason["ahead"], busy.due) == (6_000, 500)
    assert algo.on_event(traded(3_000, today=6_000)).due == 334


def test_it_stays_within_the_deviation_and_falls_back_without_volume() -> None:
    algo = build("vwap", {"dynamic": True, "allow_deviation": "0.1"})
    assert algo.on_event(traded(9_000, ahead=1_000)).due == 600
    assert algo.on_event(traded(0, ahead=1_000)).due == 400
    lost = algo.on_event(traded(9_000))
    said = "no volume is expected of this market: no interval is capped by it; no volume is known: the static schedule"
    assert (lost.due, lost.reason["fallback"]) == (500, said)


def test_no_interval_has_more_than_its_share_and_the_others_share_the_rest() -> None:
    curve = VolumeCurve(tuple(at(60 * k) for k in range(11)), (10, 1, 1, 1, 1, 1, 1, 1, 1, 10), "test")
    found, capped = levelled(curve, OPEN, at(600), 60, Fraction(1, 5), curve, None)
    assert capped == 2
    assert [round(weight / sum(found.weights), 6) for weight in found.weights] == [0.2, *[0.075] * 8, 0.2]
    costs = Costs(shares=1.0, lengths=np.ones(10), sigma=np.zeros(10), eta=1 / np.array(curve.weights))
    best = solve(costs, Limits(caps=np.full(10, 0.2)))
    assert best.trades.tolist() == pytest.approx([weight / sum(found.weights) for weight in found.weights], abs=1e-6)
    assert len(set(levelled(curve, OPEN, at(600), 60, Fraction(1, 10), curve, None)[0].weights)) == 1
    planned = build("vwap", {"max_bucket_share": "0.2"}).planned(state_at(0, market=market_state(curve=curve)), at(60))
    assert planned == 200


def test_no_interval_has_more_than_the_cap_lets_it_trade() -> None:
    """A stated curve that is all at the start, in a market that trades evenly: the rest follows as the cap lets it."""
    steep = VolumeCurve(tuple(at(60 * k) for k in range(11)), (50, 10, *[5] * 8), "given")
    even = VolumeCurve(steep.edges, tuple([1] * 10), "usual")
    found, capped = levelled(steep, OPEN, at(600), 60, Fraction(1), even, Fraction(2))
    assert capped == 1
    shares = [weight / sum(found.weights) for weight in found.weights]
    assert shares == pytest.approx([0.2, 0.16, *[0.08] * 8])
    best = solve(
        Costs(shares=1.0, lengths=np.ones(10), sigma=np.zeros(10), eta=1 / np.array(steep.weights)), Limits(caps=np.full(10, 0.2))
    )
    assert best.trades.tolist() == pytest.approx(shares, abs=1e-6)
    full, capped = levelled(steep, OPEN, at(600), 60, Fraction(1), even, Fraction(9, 10))
    assert (len(set(full.weights)), capped) == (1, 10), "an order that the cap does not let be done is the cap's shape"
    assert levelled(steep, OPEN, at(600), 60, Fraction(1), even, Fraction(20)) == (steep, 0), (
        "where nothing binds it is the curve"
    )


def test_the_cap_reaches_the_schedule_through_what_is_expected() -> None:
    market = market_state(curve=flat_curve(OPEN, at(600)), volume_ahead=Lots(8_000))
    steep = build("vwap", {"curve": [9] + [1] * 9, "max_bucket_share": None})
    seen = state_at(0, market=market)
    basis = replace(seen.plan.basis, ahead=Lots(8_000))
    known = replace(seen, plan=replace(seen.plan, basis=basis))
    assert steep.planned(seen, at(60)) == 500, "nothing is expected: the curve alone"
    assert steep.planned(known, at(60)) == 200, "a fifth of the 1,000 that are traded in it, own trading included"
    assert steep.on_event(known).reason["capped"] == 1


def test_half_of_the_order_is_the_most_of_an_interval_by_default() -> None:
    steep = VolumeCurve(tuple(at(60 * k) for k in range(11)), (90, 2, *[1] * 8), "test")
    planned = build("vwap", {}).planned(state_at(0, market=market_state(curve=steep)), at(60))
    assert planned == 500


@pytest.mark.parametrize(("ahead", "lots"), [(5, 1_000), (100, 10**15)])
def test_where_the_cap_leaves_next_to_no_room_the_schedule_is_the_caps_shape(ahead: int, lots: int) -> None:
    """What is expected is so little that a tenth of it is no lot, or none that shows beside the order."""
    state = seen(0, usual(1, 3), lots=lots)
    known = replace(state, cap=Fraction(1, 10), plan=replace(state.plan, basis=Basis(ahead=Lots(ahead))))
    assert [Vwap().planned(known, at(s)) for s in (0, 300, 600)] == [0, lots // 4, lots]

"""A leg of a basket: one joint plan whoever asks, cash that stays within its band, and a stated way down without inputs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from metaorder.algos import build, plain
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Side, Waiting
from metaorder.domain.state import NO_BASIS, Basis, Basket, Leg, State
from metaorder.domain.units import Lots, Microticks, Ticks
from support.core import at, state_at

WINDOW_S = 3_600
BASIS = Basis(mid2=Ticks(20_000), spread=Microticks(1_500_000), sigma=Microticks(400_000), adv=Lots(2_000_000))
LIKE = [["1", "0.9"], ["0.9", "1"]]


def leg(symbol: str, side: Side, lots: int = 10_000, **changes: Any) -> Leg:
    """A leg at its plan's start: lots at 100.00."""
    plain_leg = Leg(
        symbol=symbol,
        side=side,
        lots=Lots(lots),
        filled=Lots(0),
        working=Lots(0),
        planned=Lots(lots),
        price=100.0,
        spent=0.0,
        basis=BASIS,
        tick_value=Fraction(1, 100),
    )
    return replace(plain_leg, **changes)


def seen(legs: tuple[Leg, ...], place: int, seconds: float = 0) -> State:
    """What one of the legs sees of the basket."""
    mine = legs[place]
    found = state_at(seconds, lots=mine.lots, window_s=WINDOW_S, side=mine.side, filled=mine.filled, working=mine.working)
    return replace(found, plan=replace(found.plan, basis=mine.basis), basket=Basket("B", legs, place))


def done(legs: tuple[Leg, ...], place: int, share: float, **params: Any) -> int:
    """Lots of a leg that are done after a share of the window."""
    planned = build("basket", params).planned(seen(legs, place), at(WINDOW_S * share))
    assert planned is not None
    return planned


PAIR = (leg("A", Side.BUY), leg("B", Side.SELL))


def test_a_hedge_is_traded_more_slowly_and_what_adds_up_sooner() -> None:
    both = (PAIR[0], leg("B", Side.BUY))
    alone = done(PAIR, 0, 0.25, urgency="0.7")
    assert done(PAIR, 0, 0.25, urgency="0.7", correlation=LIKE) < alone < done(both, 0, 0.25, urgency="0.7", correlation=LIKE)


def test_independent_legs_of_one_kind_are_each_the_single_order() -> None:
    single = build("is", {"urgency": "0.7"}).planned(seen(PAIR, 0), at(WINDOW_S * 0.25))
    assert done(PAIR, 0, 0.25, urgency="0.7") == pytest.approx(single, abs=1)


def test_cross_impact_makes_legs_that_push_one_price_keep_out_of_each_others_way() -> None:
    both = (leg("A", Side.BUY), leg("B", Side.BUY, basis=replace(BASIS, sigma=Microticks(100_000))))
    terms = {"urgency": "0.8", "correlation": LIKE}
    apart = [done(both, 1, 0.25, **terms, cross_impact=share) for share in ("0", "0.8")]
    assert apart[1] < apart[0], "the calm leg waits for the risky one to be done"


def test_the_band_of_the_plan_holds_at_every_time_and_costs_a_price() -> None:
    legs = (PAIR[0], leg("B", Side.SELL, basis=replace(BASIS, sigma=Microticks(1_200_000))))

    def gap(share: float, band: str | None) -> int:
        return abs(done(legs, 0, share, urgency="0.8", cash_band=band) - done(legs, 1, share, urgency="0.8", cash_band=band))

    times = [n / 40 for n in range(41)]
    assert max(gap(share, None) for share in times) * 100 > 100_000
    assert max(gap(share, "50000") for share in times) * 100 <= 50_000 + 200
    reason = build("basket", {"urgency": "0.8", "cash_band": "50000"}).on_event(seen(legs, 0)).reason
    assert float(str(reason["band_price"])) > 0


def test_a_side_that_is_ahead_by_the_band_waits_and_says_so() -> None:
    """600 lots at 100 are bought or on their way, 100 are sold: 50,000 apart."""
    legs = (
        leg("A", Side.BUY, filled=Lots(400), working=Lots(200), spent=40_000.0),
        leg("B", Side.SELL, filled=Lots(100), spent=10_000.0),
    )
    algo = build("basket", {"urgency": "0", "cash_band": "50000"})
    bought = algo.on_event(seen(legs, 0, 1_800))
    assert (bought.target, bought.held) == (600, Waiting.BASKET)
    assert bought.reason["cash_bound"] == "purchases would run ahead"
    assert bought.reason["basket"] == "B"
    assert bought.reason["cash_imbalance"] == "30000.00", "what is working is not money yet"
    sold = algo.on_event(seen(legs, 1, 1_800))
    assert (sold.target, sold.reason["cash_bound"]) == (900, "sales would run ahead")
    few = build("basket", {"urgency": "0", "cash_band": "500000"}).on_event(seen(legs, 1, 1_800))
    assert (few.held, few.reason["cash_bound"]) == (None, None)
    wider = build("basket", {"urgency": "0", "cash_band": "60000"}).on_event(seen(legs, 0, 1_800))
    assert wider.target == 700


def test_a_side_that_is_not_ahead_may_always_send_one_smallest_child() -> None:
    target = build("basket", {"urgency": "0", "cash_band": "0"}).on_event(seen(PAIR, 0, 1_800)).target
    assert target == 1, "the smallest child of the order is one lot"
    ahead = (leg("A", Side.BUY, filled=Lots(1), spent=100.0), PAIR[1])
    assert build("basket", {"urgency": "0", "cash_band": "0"}).on_event(seen(ahead, 0, 1_800)).target == 1


def test_an_unequal_basket_is_balanced_by_the_share_that_is_done() -> None:
    """Half of 2,000,000 bought and half of 500,000 sold is no imbalance."""
    legs = (
        leg("A", Side.BUY, 20_000, filled=Lots(10_000), spent=1_000_000.0),
        leg("B", Side.SELL, 5_000, filled=Lots(2_500), spent=250_000.0),
    )
    reason = build("basket", {"cash_band": "1000"}).on_event(seen(legs, 0, 1_800)).reason
    assert float(str(reason["cash_imbalance"])) == 0


def test_a_leg_that_is_over_counts_with_what_it_did() -> None:
    legs = (PAIR[0], leg("B", Side.SELL, 0, planned=Lots(0)))
    intent = build("basket", {"urgency": "0", "cash_band": "0"}).on_event(seen(legs, 0, 1_800))
    assert intent.target > 4_900, "nothing is sold any more: there is nothing to be balanced with"


@pytest.mark.parametrize(
    ("legs", "params", "said"),
    [
        (PAIR, {}, "no correlation is stated"),
        (PAIR, {"correlation": [["1"]]}, "the correlation is of 1 legs, there are 2"),
        (
            (PAIR[0], leg("B", Side.SELL, basis=replace(BASIS, adv=None))),
            {"correlation": LIKE},
            "no volatility, spread or usual volume of B",
        ),
        ((PAIR[0], leg("B", Side.SELL, planned=Lots(0))), {"correlation": LIKE}, "planned alone"),
        ((leg("A", Side.BUY, planned=Lots(0)), PAIR[1]), {"correlation": LIKE}, "planned alone"),
    ],
)
def test_what_is_missing_is_said(legs: tuple[Leg, ...], params: dict[str, Any], said: str) -> None:
    assert said in str(build("basket", {"urgency": "0.6", **params}).on_event(seen(legs, 0)).reason["fallback"])


def test_without_inputs_all_legs_follow_one_path() -> None:
    bare = (leg("A", Side.BUY, basis=NO_BASIS), leg("B", Side.SELL, 30_000))
    assert done(bare, 1, 0.25, urgency="0.6") == pytest.approx(3 * done(bare, 0, 0.25, urgency="0.6"), abs=3)


def test_a_leg_without_a_price_holds_the_others_where_there_is_a_band() -> None:
    legs = (PAIR[0], leg("B", Side.SELL, price=None, planned=Lots(0), basis=NO_BASIS))
    held = build("basket", {"cash_band": "1000000"}).on_event(seen(legs, 0, 600))
    assert (held.target, held.held, held.reason["cash_bound"]) == (0, Waiting.BASKET, "a leg has no price yet")
    assert build("basket", {}).on_event(seen(legs, 0, 600)).target > 0


def test_everything_at_once_at_full_urgency() -> None:
    assert done(PAIR, 0, 0.02, urgency="1") == 10_000


def test_a_price_of_risk_is_the_lambda_of_the_reason() -> None:
    reason = build("basket", {"risk_aversion": "0.00002", "correlation": LIKE}).on_event(seen(PAIR, 0)).reason
    assert (reason["lambda"], reason["urgency_from"]) == ("2e-05", "risk_aversion")


def test_the_reason_names_whose_the_correlation_is() -> None:
    for source, said in ((None, "stated"), ("calibration c-1", "calibration c-1")):
        reason = build("basket", {"correlation": LIKE, "correlation_source": source}).on_event(seen(PAIR, 0)).reason
        assert reason["correlation"] == said
    with pytest.raises(Invalid, match="correlation_source"):
        build("basket", {"correlation_source": "nobody"})


def test_parameters_come_back_as_they_were_given() -> None:
    given = {"correlation": LIKE, "cash_band": "1000", "cross_impact": "0.5"}
    found = plain(build("basket", given))
    assert {name: found[name] for name in given} == given


def test_bounds_are_named() -> None:
    for params, field in (
        ({"urgency": "0.5", "risk_aversion": "1"}, "risk_aversion"),
        ({"cross_impact": "0.95"}, "cross_impact"),
        ({"cash_band": "-1"}, "cash_band"),
        ({"correlation": [["1", "0.2"]]}, "correlation"),
        ({"correlation": []}, "correlation"),
        ({"interval_s": 0}, "interval_s"),
    ):
        with pytest.raises(Invalid) as caught:
            build("basket", params)
        assert caught.value.field == f"params.{field}"

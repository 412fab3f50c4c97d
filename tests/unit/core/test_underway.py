"""What is wanted of an order by now: between nothing and the whole, within its band, and of none that is not worked."""

from __future__ import annotations

from dataclasses import replace

from metaorder.core.underway import wanted
from metaorder.domain.market import Quote
from metaorder.domain.order import Status
from metaorder.domain.state import share_of
from metaorder.domain.units import SECOND, Lots, Nanos
from support.sessions import DAY, accept, order, simulated

START = Nanos(DAY.open + 600 * SECOND)
END = Nanos(START + 1_800 * SECOND)


def test_the_target_grows_and_the_band_is_around_it() -> None:
    hosted = simulated()
    live = hosted.live
    live.apply(accept(order("a", start=START, end=END, lots=Lots(20_000))))
    before = Lots(0)
    for seconds in (60, 600, 1_200):
        live.run(until=Nanos(START + seconds * SECOND))
        ((parent, execution),) = live.engine.executions.items()
        found = live.engine.wanted(parent)
        assert found is not None
        assert before <= found.target <= 20_000
        assert 0 <= found.least <= found.target <= found.most <= 20_000
        assert found.target - found.least == min(found.target, share_of(execution.order.lots, execution.order.behind))
        before = found.target
    assert before > 10_000


def test_nothing_is_wanted_of_one_that_is_not_worked() -> None:
    live = simulated().live
    live.apply(accept(order("a", start=START, end=END, lots=Lots(20_000))))
    ((parent, waits),) = live.engine.executions.items()
    assert live.engine.wanted(parent) is None
    live.run(until=Nanos(START + 60 * SECOND))
    works = live.engine.executions[parent]
    market = live.view.observe(works)
    assert wanted(works, market) is not None
    assert wanted(replace(works, status=Status.SUSPENDED), market) is None
    assert wanted(works, replace(market, quote=Quote(None, None, Lots(0), Lots(0)))) is None
    assert wanted(waits, market) is None

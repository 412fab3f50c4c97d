"""A session whose venue tells of what cannot be: it is written down, the order in question stops, and the market goes on."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from metaorder.adapters.db.projector import Projector
from metaorder.core.chain import MARKET_STREAM, Entry, Sealed
from metaorder.core.commands import Delete
from metaorder.domain.order import ParentId, Status, SuspendReason
from metaorder.domain.units import SECOND, Lots, Nanos, Ticks
from metaorder.domain.venue import Report, ReportKind
from metaorder.runtime.hosted import Hosted
from metaorder.sim.market import Market, Stop
from support.sessions import DAY, accept, order, simulated

ONE, OTHER = ParentId("P-main-one"), ParentId("P-main-other")
AFTER = 20


class Liar:
    """A market whose venue says, beside what is so, what it is told to say, after so many reports; some it keeps for itself."""

    def __init__(self, market: Market, lies: tuple[dict[str, Any], ...], kept: frozenset[ReportKind] = frozenset()) -> None:
        self._market, self._lies, self._kept, self._heard = market, lies, kept, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._market, name)

    def take_reports(self) -> list[Report]:
        said = [each for each in self._market.take_reports() if each.kind not in self._kept]
        self._heard += len(said)
        if self._heard >= AFTER and self._lies:
            plain = {"parent": ONE, "ts": self._market.clock, "price": Ticks(50_000), "number_of_fill": 10**6, "lots": Lots(70)}
            said += [Report(**{**plain, **lie}) for lie in self._lies]
            self._lies = ()
        return said


def session(*lies: dict[str, Any], kept: frozenset[ReportKind] = frozenset()) -> Hosted:
    hosted = simulated()
    liar: Any = Liar(hosted.live.market, lies, kept)
    hosted.live.market = liar
    for name in ("one", "other"):
        hosted.live.apply(accept(order(name, lots=Lots(4_000), end=Nanos(DAY.open + 600 * SECOND))))
    return hosted


def folded(entries: list[Entry]) -> dict[str, dict[str, Any]]:
    """The projections of the rows, by table and key."""
    made: dict[str, dict[str, Any]] = {}
    projector = Projector(lambda table, key: made.get(table, {}).get(key))
    for place, entry in enumerate(entries):
        for table, changed in projector.fold([Sealed(position=place, seq=place, hash=b"", entry=entry)]).items():
            for value in changed:
                made.setdefault(table, {})[str(next(iter(value.values())))] = value
    return made


def ended(hosted: Hosted) -> list[Entry]:
    hosted.live.run(until=DAY.close)
    assert hosted.live.market.closed
    return hosted.live.take()


def test_a_fill_of_a_child_that_was_never_sent_stops_its_order_alone() -> None:
    hosted = session({"kind": ReportKind.FILL, "number": 9_999})
    rows = ended(hosted)
    one, other = (hosted.live.engine.executions[each] for each in (ONE, OTHER))
    assert (one.disputed, one.suspended, other.suspended) == (70, SuspendReason.DISCREPANCY, None)
    assert other.filled == other.order.lots, "the other one is worked to its end"
    parents = folded(rows)["parents"]
    assert [msgspec.json.decode(parents[each]["facts"]).get("disputed") for each in (ONE, OTHER)] == [70, None]
    assert hosted.live.engine.hearing.counts == {"unknown_child": 1}


def test_a_report_of_nobodys_order_is_a_row_of_the_market() -> None:
    hosted = session({"kind": ReportKind.FILL, "number": 1, "parent": ParentId("nobody")})
    rows = ended(hosted)
    (row,) = [each for each in rows if each.type == "market.discrepancy"]
    doc = msgspec.json.decode(row.payload)
    assert (row.stream, row.parent, doc["code"], doc["said"]["lots"]) == (MARKET_STREAM, None, "unknown_parent", 70)
    assert folded(rows)["parents"].keys() == {ONE, OTHER}
    assert all(each.filled == each.order.lots for each in hosted.live.engine.executions.values())


@pytest.mark.parametrize("deleted", [False, True])
def test_a_child_whose_end_is_never_told_ends_with_its_session_and_stays_unknown(deleted: bool) -> None:
    hosted = session(kept=frozenset({ReportKind.CANCELED, ReportKind.EXPIRED, ReportKind.FILL}))
    hosted.live.run(until=Nanos(DAY.open + 60 * SECOND))
    if deleted:
        hosted.live.apply(Delete())
        rows = hosted.live.take()
    else:
        rows = ended(hosted)
    one = hosted.live.engine.executions[ONE]
    assert one.status is (Status.CANCELED if deleted else Status.EXPIRED)
    assert one.disputed > 0
    assert not one.open
    states = Counter(each["status"] for each in folded(rows)["children"].values())
    assert states == {"pending_unknown": states.total()}


def test_the_same_lies_make_the_same_rows() -> None:
    lies = ({"kind": ReportKind.FILL, "number": 9_999}, {"kind": ReportKind.FILL, "number": 1, "parent": ParentId("x")})
    assert ended(session(*lies)) == ended(session(*lies))


def test_a_feed_is_as_old_as_its_last_message_whatever_that_said() -> None:
    market = simulated().live.market
    (symbol,), venue = market.symbols, market.venue
    assert market.heard(symbol) == {venue: market.open}
    assert market.advance(until=DAY.close, wake=None, on_quote=(), budget=1_000) is Stop.BUDGET
    assert market.heard(symbol) == {venue: market.clock}, "the last of a thousand messages came just now"
    told = market.clock
    market.advance(until=Nanos(told + 1), wake=None, on_quote=(), budget=1_000)
    assert market.heard(symbol)[venue] == told


@pytest.mark.parametrize("lookup_s", [60, 120, 400])
def test_a_lookup_window_is_the_time_that_volume_volatility_and_pace_are_taken_over(lookup_s: int) -> None:
    hosted = simulated()
    live = hosted.live
    terms = {"lots": Lots(2_000), "algo": "traditional"}
    stated = {"lookup_s": lookup_s, "outflow": "empirical"}
    live.apply(accept(order("one", params=stated, **terms)))
    live.apply(accept(order("other", **terms)))
    live.run(until=Nanos(DAY.open + 900 * SECOND))
    own, plain = (live.view.observe(live.engine.executions[each]) for each in (ONE, OTHER))
    lately = live.market.volumes()[-1 - lookup_s :]
    assert own.flow.recent_s == lookup_s != plain.flow.recent_s
    assert int(lately[1:].sum()) <= (own.flow.volume or 0) <= int(lately.sum()), (
        "the running second, or the one before the window"
    )
    assert own.pace == pytest.approx((own.flow.volume or 0) / lookup_s)
    assert own.flow.sigma != plain.flow.sigma
    assert own.flow.imbalance == plain.flow.imbalance
    assert len(own.seconds["SIM"]) == lookup_s
    assert plain.flow == live.market.flow()

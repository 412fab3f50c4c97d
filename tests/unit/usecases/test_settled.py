"""What was held at the close ends by who asked the venues: all of it, once, and in the words of a session's own settlement."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from metaorder.core.events import DisputeSettled, Happened
from metaorder.core.execution import Step, evolve
from metaorder.core.wires import Wires
from metaorder.domain.units import Lots, Nanos
from metaorder.usecases.errors import Conflict
from metaorder.usecases.settled import settlement
from support.sessions import DAY, accept, order, simulated

CLOSE = DAY.close


def row(**facts: Any) -> dict[str, Any]:
    names = {"id": "P-main-a", "session": "lab", "account": "main", "client_order_id": "a", "symbol": "ACME", "side": "buy"}
    return {**names, "status": "expired", "facts": msgspec.json.encode(facts).decode()}


MARKET = {"clock": int(CLOSE)}


@pytest.mark.parametrize(
    ("held", "disputed", "traded"), [(300, 200, 0), (300, 400, 0), (0, 0, 0), (None, 300, 300), (300, 300, 301), (300, 300, -1)]
)
def test_what_is_not_held_is_not_settled(held: int | None, disputed: int, traded: int) -> None:
    order_row = row() if held is None else row(disputed=held)
    with pytest.raises(Conflict) as caught:
        settlement(order_row, MARKET, disputed=disputed, traded=traded, actor="key")
    assert caught.value.code == "dispute_moved"


def test_it_reads_as_the_settlement_of_a_session_and_is_no_row_of_it() -> None:
    made = settlement(row(disputed=300), MARKET, disputed=300, traded=100, actor="key")
    assert (made.session, made.session_index, made.stream, made.parent) == ("lab", None, "main", "P-main-a")
    hosted = simulated()
    live = hosted.live
    live.apply(accept(order("a")))
    (before,) = live.engine.executions.values()
    event = DisputeSettled(traded=Lots(100), released=Lots(200), actor="key")
    happened = Happened(before.order.id, Nanos(CLOSE), event)
    own = Wires(live.market.instruments.values()).event(Step(happened, before, evolve(before, happened)))
    doc = msgspec.json.decode(made.payload)
    assert doc == {**own, "status": "expired"}

"""The view: a market shows the machine what is there now."""

from __future__ import annotations

from metaorder.core.view import View
from support.core import OPEN, parent_order, started, touch
from support.fake_market import FakeMarket, Quoted


def test_a_market_shows_each_order_what_is_there_now() -> None:
    market = FakeMarket([Quoted(OPEN, touch())])
    market.run(OPEN)
    view: View = market
    symbol = parent_order().symbol
    assert view.touch(symbol) == view.observe(started()).quote == touch()
    assert not view.reference(symbol).two_sided

"""Flows from records: signed by the recording where it says, by the quote where it does not, without what is ours."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.adapters.calendars import ExchangeCalendars
from metaorder.adapters.market_data.files import Files
from metaorder.calibration.flow import Flow
from metaorder.runtime.tapes import recorded_spec, simulated_spec, source_of
from support.data import DATA

AAPL = recorded_spec("lobster", "lobster/LOBSTER_SampleFile_AAPL_2012-06-21_1.zip", "AAPL", "test")
BITCOIN = recorded_spec("binance-usdm", "binance/usdm_btcusdt_20240808.gz", "BTCUSDT", "test")
SIMULATED = simulated_spec("ACME", "test", scenario="thin", seed=1, date="2026-03-02", parameters={})


def flow_of(spec: object) -> Flow:
    calendars = ExchangeCalendars()
    return source_of(spec, Files([DATA], calendars), calendars).flow  # type: ignore[arg-type]


def agreement(flow: Flow) -> float:
    """Of trades that are signed and away from the mid: how many lie on the side that the quote says."""
    away = flow.price - flow.mid_before(flow.t)
    known = (flow.signed != 0) & np.isfinite(away) & (np.abs(away) > 1e-9)
    return float(np.mean(np.sign(away[known]) == np.sign(flow.signed[known])))


def test_a_recorded_day_says_who_took() -> None:
    flow = flow_of(AAPL)
    assert (flow.session_s, flow.t.size) == (23_400.0, 34_990)
    assert np.mean(flow.signed == 0) < 0.06, "hidden executions at the mid alone have no side"
    assert agreement(flow) > 0.95


def test_where_quotes_come_late_the_recording_is_believed() -> None:
    assert 0.8 < agreement(flow_of(BITCOIN)) < 0.97, "by the quotes alone it would be 1"


def test_a_simulated_day_is_signed_by_its_quotes() -> None:
    flow = flow_of(SIMULATED)
    assert flow.half_spread.min() > 0
    assert np.mean(flow.signed == 0) == pytest.approx(0, abs=0.05)

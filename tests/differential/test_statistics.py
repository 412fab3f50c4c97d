"""Market statistics equal pandas on the real days, and their plain definitions on random days with orders of ours."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.slow_replay import SlowReplay
from differential.slow_statistics import SlowStatistics, depth_of
from differential.test_replay import act
from support.data import AAPL, GOOG
from support.examples import examples
from support.lobster import BUY, CLOSE, EMPTY, EXECUTE, HIDDEN, OPEN, SECOND, SELL, TICK, random_day
from support.replays import CLOSED, Replay, Rows, random_actions, real_rows, replay_of, rows_of_day

OTHERS, WHOLE = 0, 1
NO_MID = -(2**63)
Array = npt.NDArray[Any]


def record(replay: Replay, view: int) -> dict[str, Any]:
    """The native record of a view, by name; None for what is not a number."""
    rows = replay.session.statistics()
    names = rows.dtype.names
    return {name: None if value != value else value for name, value in zip(names, rows[view].tolist(), strict=True)}


def agree(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, float):
            assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-15), name
        else:
            assert found[name] == value, name


# --- real days, with pandas --------------------------------------------------------------------------------------------------


@cache
def done(name: str) -> Replay:
    replay = replay_of(real_rows(name))
    assert replay.advance() == CLOSED
    return replay


def touches(files: Rows) -> pd.DataFrame:
    """The touch after each row, in ticks; before the first row it is the session's."""
    book = np.asarray(files.book)
    first = replay_of(files).session.touch()
    frame = pd.DataFrame(
        {"bid": book[:, 2] // TICK, "ask": book[:, 0] // TICK, "bid_lots": book[:, 3], "ask_lots": book[:, 1]},
        index=np.asarray(files.times),
    )
    opening = pd.DataFrame([first], columns=frame.columns, index=[OPEN])
    opening.loc[OPEN, ["bid", "ask"]] = [
        first[0] if first[2] else -EMPTY // TICK,
        first[1] if first[3] else EMPTY // TICK,
    ]
    return pd.concat([opening, frame])


def trades(files: Rows) -> pd.DataFrame:
    """Executions, seen and hidden, with the mid and the spread just before what caused them [points]."""
    parsed = np.asarray(files.parsed)
    cause = np.arange(len(parsed))  # a row's own touch stands one further down in `touches`
    for first, last in files.runs:
        cause[first : last + 1] = first
    touch = touches(files).iloc[cause].reset_index(drop=True)
    frame = pd.DataFrame({"ts": files.times, "points": parsed[:, 3], "lots": parsed[:, 2]})
    frame["mid2"], frame["spread"] = (touch["bid"] + touch["ask"]) * TICK, (touch["ask"] - touch["bid"]) * TICK
    frame["known"] = (touch["bid_lots"] > 0) & (touch["ask_lots"] > 0)
    frame["second"] = (frame["ts"] - OPEN) // SECOND
    return frame[np.isin(parsed[:, 0], (EXECUTE, HIDDEN))]


def flows(files: Rows) -> pd.Series[int]:
    """Order-flow imbalance of each row."""
    now, was = touches(files), touches(files).shift()
    flow = now["bid_lots"] * (now["bid"] >= was["bid"]) - was["bid_lots"] * (now["bid"] <= was["bid"])
    flow -= now["ask_lots"] * (now["ask"] <= was["ask"]) - was["ask_lots"] * (now["ask"] >= was["ask"])
    return flow.iloc[1:].astype(int)


def mids(files: Rows) -> pd.Series[float]:
    """Twice the mid just before each whole second after the open; NaN where there was none."""
    touch = touches(files)
    there = (touch["bid_lots"] > 0) & (touch["ask_lots"] > 0)
    mid2 = (touch["bid"] + touch["ask"]).where(there, -1)
    last = mid2.groupby((touch.index - OPEN) // SECOND).last()
    filled = last.reindex(range((CLOSE - OPEN) // SECOND)).ffill()
    return filled.where(filled > 0)


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_volume_vwap_and_spreads_of_a_real_day_are_those_of_pandas(name: str) -> None:
    files = real_rows(name)
    found, traded, touch = record(done(name), OTHERS), trades(files), touches(files)
    volume = traded["lots"].sum()
    assert (found["volume"], found["trades"], found["last_points"]) == (volume, len(traded), traded["points"].iloc[-1])
    assert found["vwap"] == pytest.approx((traded["points"] * traded["lots"]).sum() / volume, rel=1e-12)
    known = traded[traded["known"]]
    lots = known["lots"].sum()
    assert found["spread_lots"] == lots
    assert found["quoted_spread"] == pytest.approx((known["spread"] * known["lots"]).sum() / lots, rel=1e-12)
    away = (2 * known["points"] - known["mid2"]).abs()
    assert found["effective_spread"] == pytest.approx((away * known["lots"]).sum() / lots, rel=1e-12)
    held = np.diff(np.append(touch.index, CLOSE))
    there = ((touch["bid_lots"] > 0) & (touch["ask_lots"] > 0)).to_numpy()
    spread = ((touch["ask"] - touch["bid"]) * TICK).to_numpy()
    assert found["quoted_ns"] == held[there].sum()
    assert found["spread"] == pytest.approx((spread * held)[there].sum() / held[there].sum(), rel=1e-9)


def test_the_spread_and_vwap_of_aapl_are_its_published_figures() -> None:
    found = record(done(AAPL), OTHERS)
    assert (found["volume"], found["trades"]) == (2_850_140, 23_658 + 11_332)
    assert found["vwap"] / 10_000 == pytest.approx(582.7244, abs=5e-5)
    assert found["spread"] / 10_000 == pytest.approx(0.1513, abs=5e-5)


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_flow_and_volatility_of_a_real_day_are_those_of_pandas(name: str) -> None:
    files = real_rows(name)
    found = record(done(name), OTHERS)
    assert found["imbalance"] == flows(files).sum()
    logs = np.log(mids(files))
    for span, variance, returns in ((1, "variance_1", "returns_1"), (60, "variance_60", "returns_60")):
        moved = logs.diff(span).dropna()
        assert found[returns] == len(moved)
        assert found[variance] == pytest.approx((moved**2).mean() / span, rel=1e-9)


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_one_second_bars_of_a_real_day_are_those_of_pandas(name: str) -> None:
    files = real_rows(name)
    bars = done(name).session.seconds(0)
    assert bars["ts"].tolist() == list(range(OPEN, CLOSE, SECOND))
    traded = trades(files).assign(notional=lambda frame: frame["points"] * frame["lots"])
    grouped = traded.groupby("second")
    expected = grouped["points"].agg(open="first", high="max", low="min", close="last")
    expected = expected.assign(lots=grouped["lots"].sum(), notional=grouped["notional"].sum(), trades=grouped.size())
    whole = expected.reindex(range(len(bars)), fill_value=0)
    for column in whole:
        assert (bars["others"][column] == whole[column]).all(), column
    flow = flows(files)
    second = (flow.index - OPEN) // SECOND
    assert (bars["others_imbalance"] == flow.groupby(second).sum().reindex(range(len(bars)), fill_value=0)).all()
    assert (np.where(bars["others_mid2"] == NO_MID, np.nan, bars["others_mid2"]).tolist()) == pytest.approx(
        mids(files).tolist(), nan_ok=True
    )


@pytest.mark.parametrize("name", [GOOG, AAPL])
def test_without_us_the_market_is_the_same_with_and_without_us(name: str) -> None:
    rows, bars = done(name).session.statistics(), done(name).session.seconds(0)
    assert rows[OTHERS].tobytes() == rows[WHOLE].tobytes()
    assert bars["others"].tobytes() == bars["whole"].tobytes()


# --- random days, with orders of ours ----------------------------------------------------------------------------------------


def compare(fast: Replay, slow: SlowStatistics) -> None:
    now = fast.session.clock
    for view in (OTHERS, WHOLE):
        agree(record(fast, view), slow.expected(view, now))


def same_depths(fast: Replay, slow: SlowStatistics, ticks: int) -> None:
    live = slow.replay.venue.live
    for view in (OTHERS, WHOLE):
        touch = slow.states[-1].touches[view]
        for side, best, lots in ((BUY, touch.bid, touch.bid_lots), (SELL, touch.ask, touch.ask_lots)):
            found = fast.session.depth(whole=view == WHOLE, buy=side == BUY, ticks=ticks)
            known = depth_of(live, side, ticks, best, lambda own, view=view: view == WHOLE or own is None) if lots else 0
            assert found == known, (view, side)


@given(seed=st.integers(0, 2**32), rows=st.sampled_from((60, 200)), count=st.sampled_from((5, 40)), ticks=st.integers(0, 9))
@settings(max_examples=examples(25), deadline=None)
def test_statistics_with_orders_of_ours_are_those_of_their_definitions(seed: int, rows: int, count: int, ticks: int) -> None:
    files = rows_of_day(random_day(seed, rows=rows))
    fast = replay_of(files)
    replay = SlowReplay(files.messages, files.books, open_=OPEN, close=CLOSE, latency=1_000_000)
    slow = SlowStatistics(replay)
    waiting = sorted(random_actions(seed, files, count=count), key=lambda each: each.index, reverse=True)
    for row in range(len(files.times) + 1):
        fast.advance(row)
        replay.advance(row)
        if row % 20 == 0:
            compare(fast, slow)
        same_depths(fast, slow, ticks)
        while waiting and waiting[-1].index == row:
            action = waiting.pop()
            fast.act(action)
            act(replay, action)
    fast.advance()
    replay.advance()
    compare(fast, slow)
    bars = fast.session.seconds(0)
    busy = sorted({(state.ts - OPEN) // SECOND for state in slow.states} - {len(bars)})
    for k in busy:
        for view, name in ((OTHERS, "others"), (WHOLE, "whole")):
            found = (bars[name][k].tolist(), bars[f"{name}_imbalance"][k], bars[f"{name}_mid2"][k])
            candle, flow, mid2 = slow.second(view, OPEN + k * SECOND)
            assert found == (candle, flow, NO_MID if mid2 is None else mid2), (name, k)


def test_the_random_days_tell_the_two_views_apart_in_everything() -> None:
    apart: set[str] = set()
    for seed in range(6):
        files = rows_of_day(random_day(seed, rows=200))
        replay = replay_of(files).run(random_actions(seed, files, count=40))
        others, whole = record(replay, OTHERS), record(replay, WHOLE)
        apart |= {name for name in others if others[name] != whole[name]}
    assert apart >= {"volume", "vwap", "imbalance", "spread", "quoted_spread", "effective_spread", "variance_1", "trades"}


@pytest.mark.parametrize("seed", range(4))
def test_looking_changes_nothing_whenever_it_is_done(seed: int) -> None:
    dice = random.Random(seed)
    files = rows_of_day(random_day(seed, rows=200))
    actions = random_actions(seed, files, count=30)
    whole = replay_of(files).run(actions)
    looked = replay_of(files)
    for action in sorted(actions, key=lambda each: each.index):
        looked.reach(action.index)
        looked.session.statistics()
        looked.session.running_second()
        looked.act(action)
    now = looked.session.clock
    while now < CLOSE:
        now = min(CLOSE, now + dice.choice((1, SECOND, 977 * SECOND // 3, 1_000 * SECOND)))
        looked.advance(until=now)
        looked.session.seconds(0)
    assert looked.session.statistics().tobytes() == whole.session.statistics().tobytes()
    assert looked.session.seconds(0).tobytes() == whole.session.seconds(0).tobytes()
    assert not math.isnan(looked.session.statistics()[WHOLE]["spread"])


@pytest.mark.parametrize("seed", range(3))
def test_the_last_seconds_are_sums_over_their_bars(seed: int) -> None:
    replay = replay_of(rows_of_day(random_day(seed, rows=200)))
    for until in (OPEN + 977 * SECOND // 3, OPEN + 5_000 * SECOND, CLOSE):
        replay.advance(until=until)
        for seconds in (1, 60, 300, 10**6):
            bars = np.concatenate([replay.session.seconds(0)[-seconds:], replay.session.running_second()])
            before = replay.session.seconds(0)[:-seconds]
            mids = [*before["others_mid2"][-1:].tolist(), *bars["others_mid2"][:-1].tolist()]
            moves = [math.log(b / a) for a, b in itertools.pairwise(mids) if a > 0 and b > 0]
            imbalance, gross, volume, mid2, squares, returns = replay.session.recent(seconds)
            assert (imbalance, gross) == (bars["others_imbalance"].sum(), np.abs(bars["others_imbalance"]).sum())
            assert volume == bars["others"]["lots"].sum()
            assert mid2 == (before["others_mid2"][-1] if len(before) else -(2**63))
            assert (squares, returns) == (pytest.approx(sum(move**2 for move in moves)), len(moves))

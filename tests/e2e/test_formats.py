"""Each format of recorded data end to end: a market, an order worked in it, its fills with their evidence, its analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from support.data import ES_SESSION, SPOT, USDM, real
from support.dbn import LAST, MBP10, TRADES, Header, Mbp, written
from support.orders import fresh_name, pages
from support.server import Server, eventually, serving

SHARE = {"tick_size": "0.01", "mic": "XNYS", "currency": "USD"}


def table(bars: bool) -> pa.Table:
    """An hour of a share, from 14:30Z on 2026-03-02, that wanders by a cent a second."""
    times = [f"2026-03-02T14:{30 + i // 60 if i < 1800 else 0:02d}:{i % 60:02d}Z" for i in range(1_800)]
    prices = [f"{100 + 0.01 * (i % 40 - (i // 40) % 7):.2f}" for i in range(1_800)]
    if not bars:
        return pa.table({"ts": times, "price": prices, "quantity": [str(100 + i % 300) for i in range(1_800)]})
    rows = range(0, 1_800, 60)
    columns = {name: [] for name in ("ts", "open", "high", "low", "close", "volume")}
    for i in rows:
        part = prices[i : i + 60]
        for name, value in zip(
            columns, (times[i], part[0], max(part, key=float), min(part, key=float), part[-1], "9000"), strict=True
        ):
            columns[name].append(value)
    return pa.table(columns)


def futures() -> list[Mbp]:
    """Twenty minutes of a future from 00:05Z on 2023-12-25: ten levels a second, and a trade at the touch every third."""
    tick, found = 250_000_000, []
    for i in range(1_200):
        ts, bid = 1_703_462_700 * 10**9 + i * 10**9, 19_200 + i % 7 - i // 40 % 5
        levels = [((bid - k) * tick, (bid + 1 + k) * tick, 5 + k, 6 + k) for k in range(10)]
        if i % 3 == 2:
            side, price = (("A", bid), ("B", bid + 1))[i % 2]
            found.append(Mbp(ts, price * tick, 9, "T", side, levels, 0))
        found.append(Mbp(ts, bid * tick, 5, "A", "B", levels, LAST))
    return found


def work(client: httpx.Client, market: dict[str, Any], order: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    name = fresh_name("m")
    market = {**market, "impact_decay": {"kernel": "exponential", "half_life_s": 60, "source": "made up"}}
    made = client.post("/v1/markets", json={"id": name, "kind": "replay", **market})
    assert made.status_code == 201, made.text
    body = {
        "client_order_id": fresh_name("o"),
        "market": name,
        "symbol": market["symbol"],
        "side": "buy",
        "algo": "twap",
        **order,
    }
    posted = client.post("/v1/parent-orders", json=body)
    assert posted.status_code == 201, posted.text
    client.post(f"/v1/markets/{name}/start")
    eventually(lambda: client.get(f"/v1/markets/{name}").json()["state"] == "closed", 120)
    parent = posted.json()["id"]
    shown = client.get(f"/v1/parent-orders/{parent}").json()
    tca = client.get(f"/v1/parent-orders/{parent}/tca")
    assert tca.status_code == 200, tca.text
    fills = [fill for fill in pages(client, "/v1/fills") if fill["parent_id"] == parent]
    assert sum(fill["quantity"] for fill in fills) == shown["filled_quantity"] > 0, market
    assert tca.json()["final"]
    analysed = tca.json()
    bounds, kinds = analysed["impact_bounds"], {fill["evidence"] for fill in fills}
    assert (analysed["impact_basis"], bounds["is_lower_bps"]) == ("replay", analysed["is_bps"])
    if kinds <= {"l2", "l3"}:
        assert bounds["upper_bps"] is not None, (market["source"], analysed["missing"])
        assert bounds["lower_bps"] <= bounds["central_bps"] <= bounds["upper_bps"]
        assert bounds["decay"] == market["impact_decay"]
    else:
        assert bounds["upper_bps"] is None
        assert analysed["missing"]["upper_bps"]
    assert set(analysed["assumed_share_by_evidence"]) == kinds
    return shown, fills


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """The real files by link, and synthetic tables."""
    folder = tmp_path / "data"
    folder.mkdir()
    for bars, name in ((False, "trades"), (True, "bars")):
        csv.write_csv(table(bars), folder / f"{name}.csv")
        parquet.write_table(table(bars), folder / f"{name}.parquet")
    written(folder / "levels.dbn.zst", futures(), Header(schema=MBP10, version=2))
    written(folder / "trades.dbn.zst", [each for each in futures() if each.action == "T"], Header(schema=TRADES, version=2))
    for name in (ES_SESSION, USDM, SPOT):
        (folder / Path(name).name).write_bytes(real(name).read_bytes())
    return folder


def test_every_format_is_a_market(tmp_path: Path, roots: Path) -> None:
    with serving(Server(tmp_path / "state", roots)) as client:
        order = {"quantity": 30, "start_time": "2023-12-25T23:05:00Z", "end_time": "2023-12-25T23:15:00Z"}
        order |= {"decision_price": "4800.00"}  # nothing trades yet when it is received
        source = Path(ES_SESSION).name
        shown, fills = work(client, {"format": "dbn", "source": source, "symbol": "ESH4"}, order)
        assert shown["filled_quantity"] == 30
        assert {fill["evidence"] for fill in fills} == {"l3"}
        assert {fill["liquidity"] for fill in fills} >= {"maker"}

        for source, evidence in (("levels", "l2"), ("trades", "trades")):
            order = {"quantity": 40, "start_time": "2023-12-25T00:06:00Z", "end_time": "2023-12-25T00:20:00Z"}
            market = {"format": "dbn", "source": f"{source}.dbn.zst", "symbol": "ESH4", "volume_share": "0.5"}
            shown, fills = work(client, market, order)
            assert {fill["evidence"] for fill in fills} == {evidence}

        order = {"quantity": 2_000_000, "start_time": "2024-08-08T23:55:00Z", "end_time": "2024-08-08T23:57:00Z"}
        market = {"format": "binance-spot", "source": Path(SPOT).name, "symbol": "BTCUSDT"}
        shown, fills = work(client, market, order)
        assert shown["filled_quantity"] == 2_000_000  # 2 coins
        assert {fill["evidence"] for fill in fills} == {"l2"}

        order = {"quantity": 20_000, "start_time": "2024-08-08T23:55:00Z", "end_time": "2024-08-08T23:57:00Z"}
        market = {"format": "binance-usdm", "source": Path(USDM).name, "symbol": "BTCUSDT", "queue": "pessimistic"}
        shown, fills = work(client, market, order)
        assert shown["filled_quantity"] == 20_000  # 20 coins
        assert {(fill["evidence"], fill["certain"]) for fill in fills} == {("l2", True)}

        for kind, evidence in (("trades", "trades"), ("bars", "bars")):
            for suffix in ("csv", "parquet"):
                order = {"quantity": 3_000, "start_time": "2026-03-02T14:32:00Z", "end_time": "2026-03-02T14:55:00Z"}
                market = {
                    "format": suffix,
                    "source": f"{kind}.{suffix}",
                    "symbol": "ACME",
                    "instrument": SHARE,
                    "spread_ticks": 2,
                }
                shown, fills = work(client, market, order)
                assert {(fill["evidence"], fill["certain"]) for fill in fills} == {(evidence, False)}

        refused = client.post(
            "/v1/markets",
            json={"id": "x", "kind": "replay", "format": "csv", "source": "trades.csv", "symbol": "ACME"},
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_data")
        assert "instrument" in refused.json()["rule"]

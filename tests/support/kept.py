"""Kept analyses by the thousand, as orders over a year would leave them."""

from __future__ import annotations

from typing import Any

import numpy as np

from metaorder.adapters.db.engine import writer_engine
from metaorder.adapters.db.tables import ANALYSIS_KEYS, analyses, analysis_tags
from metaorder.usecases.kept_analyses import FIGURES

ALGOS = ("is", "pov", "twap", "vwap")
EFFECT = {"is": 3.0, "pov": 5.0, "twap": 8.0, "vwap": 5.0}
"""Mean cost by algorithm [bps]: what an aggregate should find."""


def rows(count: int, account: str = "main", seed: int = 1) -> list[dict[str, Any]]:
    """Analyses of `count` orders, on 250 days in 20 symbols; a cost is the algorithm's mean, noise of 20 bps, and fat tails."""
    rng = np.random.default_rng(seed)
    algo, symbol, day = (rng.integers(0, n, count) for n in (len(ALGOS), 20, 250))
    noise = 20 * rng.standard_t(5, count)
    notional = np.exp(rng.normal(12, 1.5, count))
    z = rng.standard_normal(count)
    made = []
    for n in range(count):
        name = ALGOS[algo[n]]
        date = str(np.datetime64("2025-01-02") + int(day[n]))
        keys = dict.fromkeys(ANALYSIS_KEYS, "x") | {
            "algo": name,
            "symbol": f"S{symbol[n]}",
            "side": "buy" if n % 2 else "sell",
            "day": date,
            "session": f"m/{date}",
            "currency": "USD",
        }
        figures: dict[str, float | None] = dict.fromkeys(FIGURES)
        figures |= {"is_bps": float(EFFECT[name] + noise[n]), "z_score": float(z[n]), "probability": 0.5}
        row = {"parent": f"{account}-{n:06d}", "account": account, "version": 1, "final": True, "made_at": 0, "ended": n}
        made.append({**row, **keys, "notional": float(notional[n]), **figures})
    return made


def fill(url: str, count: int, account: str = "main") -> None:
    """Put them into a database; every fourth order is tagged."""
    engine = writer_engine(url)
    made = rows(count, account)
    with engine.begin() as connection:
        for start in range(0, count, 5_000):
            connection.execute(analyses.insert(), made[start : start + 5_000])
        tagged = [{"parent": row["parent"], "account": account, "tag": "desk=a"} for row in made[::4]]
        connection.execute(analysis_tags.insert(), tagged)
    engine.dispose()

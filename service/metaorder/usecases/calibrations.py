"""Calibrations as documents: what was asked, what came out with its units and errors, and what was refused by name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from metaorder.calibration.covariance import Matrix
from metaorder.calibration.estimate import Estimate, Reason
from metaorder.calibration.flow import Flow
from metaorder.calibration.net_pnl import NetPnl
from metaorder.calibration.run import COVARIANCE, Calibration
from metaorder.models.inputs import Floats

VOLUME_TABLE = "volume-table"
"""The format of tables of volume: no days of a market, a curve alone."""

METAORDER_TABLE = "metaorder-table"
"""The format of tables of metaorders: a row an order, of which the square-root law is estimated."""

POINTS = 200
"""Points of a curve, at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """A day's data: what it is called, its digest, what it trades, the end of what it says, and its flow."""

    name: str
    digest: str | None
    symbol: str
    currency: str
    as_of: str
    flow: Flow


def document(made: Calibration, sources: Sequence[Source], tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A calibration as JSON has it. tables: source, digest and as_of of each table, and how much it holds."""
    return {
        "kind": made.kind,
        "symbol": sources[0].symbol if sources and made.kind != COVARIANCE else None,
        "currency": sources[0].currency if sources else None,
        "as_of": max([each.as_of for each in sources] + [each["as_of"] for each in tables]),
        "sources": [_source(each) for each in sources] + [dict(each) for each in tables],
        "parameters": [parameter(each) for each in made.estimates],
        "chosen": {name: {"parameter": which, "how": how} for name, (which, how) in made.chosen.items()},
        "refused": sum(each.value is None for each in made.estimates),
        "horizons": [
            {"horizon_s": row.horizon, "plain": row.plain.name, "corrected": row.corrected.name, "decay_bias": row.bias}
            for row in made.horizons
        ],
        "regimes": [
            {
                "name": each.name,
                "above": _number(each.above),
                "below": _number(each.below),
                "share": each.share,
                "parameter": each.lambda_.name,
            }
            for each in made.regimes
        ],
        "net_pnl": [_pnl(each) for each in made.pnl],
        "best_horizon": _best(made.best_pnl),
        "kernel": None
        if made.kernel is None
        else {
            "after_s": _list(made.kernel.after),
            "value": _list(made.kernel.value),
            "standard_error": _list(made.kernel.errors),
        },
        "matrix": None if made.matrix is None else _matrix(made.matrix),
        "decay_profile": None
        if made.decay is None
        else {"beta": _list(made.decay.profile[0]), "log_likelihood_lost": _list(made.decay.profile[1])},
    }


def parameter(found: Estimate) -> dict[str, Any]:
    """An estimate; value null with a reason where it was refused."""
    return asdict(found) | {"reason": None if found.reason is None else asdict(found.reason)}


def _source(each: Source) -> dict[str, Any]:
    flow = each.flow
    return {
        "source": each.name,
        "symbol": each.symbol,
        "digest": each.digest,
        "date": flow.day,
        "as_of": each.as_of,
        "session_s": flow.session_s,
        "trades": int(flow.t.size),
        "quotes": int(flow.quote_t.size),
        "volume": float(flow.volume.sum()),
        "unsigned_volume_share": float(flow.volume[flow.signed == 0].sum() / max(flow.volume.sum(), 1e-300)),
    }


def _matrix(each: Matrix) -> dict[str, Any]:
    return {
        "symbols": list(each.symbols),
        "correlation": [_list(row) for row in each.correlation],
        "covariance": [_list(row) for row in each.covariance],
        "shrinkage": each.shrinkage,
        "bar_s": each.bar_s,
        "bars": each.bars,
    }


def _pnl(each: NetPnl) -> dict[str, Any]:
    step = 1 if each.t is None else max(1, math.ceil(each.t.size / POINTS))
    return {
        "horizon_s": each.horizon,
        "net": each.net.name,
        "after_spread": each.after_spread.name,
        "gross": each.gross,
        "impact": each.impact,
        "spread": each.spread,
        "sharpe": each.sharpe,
        "t_s": None if each.t is None else _list(each.t[::step]),
        "cumulative": None if each.cumulative is None else _list(each.cumulative[::step]),
    }


def _best(found: NetPnl | Reason | None) -> dict[str, Any] | None:
    match found:
        case None:
            return None
        case Reason():
            return {"horizon_s": None, "reason": asdict(found)}
        case NetPnl():
            return {"horizon_s": found.horizon, "reason": None}


def _number(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def _list(values: Floats) -> list[float]:
    return [float(each) for each in values]

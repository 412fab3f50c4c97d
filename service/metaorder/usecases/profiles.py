"""Profiles of instruments: what an account states of one, version by version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from metaorder.core.chain import Entry, alone
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Account
from metaorder.domain.units import Nanos, time_text, to_decimal, to_nanos
from metaorder.usecases.orders import unprocessable

_decode = msgspec.json.Decoder().decode
Doc = dict[str, Any]


def checked(doc: Mapping[str, Any]) -> Doc:
    """A profile or a model as it is kept: what was not stated left out.

    Raises:
        Unprocessable: a field that breaks a rule.
    """
    kept = {name: value for name, value in doc.items() if value is not None}
    try:
        if "median_spread" in kept and to_decimal(kept["median_spread"], field="median_spread") <= 0:
            raise Invalid("median_spread", "greater than 0", kept["median_spread"])
        if "curve" in kept and not sum(kept["curve"]):
            raise Invalid("curve", "weights with a positive sum", kept["curve"])
        if "as_of" in kept:
            kept["as_of"] = time_text(to_nanos(kept["as_of"], field="as_of"))
    except Invalid as wrong:
        raise unprocessable(wrong) from None
    return kept


def following(doc: Doc, before: Mapping[str, Any] | None) -> int | None:
    """The version that a profile becomes; None where it says what the newest one says."""
    if before is None:
        return 1
    return None if _decode(before["doc"])["profile"] == doc else int(before["version"]) + 1


def entry(account: Account, symbol: str, version: int, doc: Doc, now: Nanos) -> Entry:
    """The row that sets a profile."""
    body = {
        "type": "profile.set",
        "id": f"{account}/{symbol}@{version}",
        "account": account,
        "symbol": symbol,
        "version": version,
        "doc": {"profile": doc, "created_at": time_text(now)},
    }
    return alone("profile.set", msgspec.json.encode(body))


def stated(row: Mapping[str, Any]) -> Doc:
    """What a profile states."""
    profile: Doc = _decode(row["doc"])["profile"]
    return profile


def shown(row: Mapping[str, Any]) -> Doc:
    """A profile as people see it."""
    kept = _decode(row["doc"])
    names = (
        "adv",
        "sigma_per_sqrt_day",
        "median_spread",
        "volume_sd",
        "curve",
        "impact",
        "errors",
        "as_of",
        "source",
        "calibration_id",
    )
    held = {name: kept["profile"].get(name) for name in names}
    return {"symbol": row["symbol"], "version": row["version"], **held, "created_at": kept["created_at"]}


def estimate_entry(account: Account, estimate: str, doc: Doc) -> Entry:
    """The row that keeps an estimate."""
    body = {"type": "estimate.made", "id": estimate, "account": account, "doc": doc}
    return alone("estimate.made", msgspec.json.encode(body))

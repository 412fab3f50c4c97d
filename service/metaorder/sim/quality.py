"""Is a recorded day good enough to learn from? What its quotes and trades hold, and which of them the filters leave out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metaorder.sim.record import AUCTION, MarketRecord

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

BPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Bounds of what counts as a usable quote or trade.

    min_spread_bps: or one tick, where a tick is less. max_spread_bps: likewise, or one tick where a tick is more.
    max_jump_bps: of a mid or a trade's price against the last usable one.
    """

    min_spread_bps: int = 1
    max_spread_bps: int = 100
    max_jump_bps: int = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, and what broke it. count: quotes or trades. share: of the session's time, or of the volume. first: when [ns]."""

    rule: str
    count: int
    share: float
    first: int | None


@dataclass(frozen=True, slots=True)
class Quality:
    """A day, judged. quotes, trades: changes of the touch and prints in the record. usable_*: what the filters leave."""

    quotes: int
    trades: int
    volume: int
    usable_quotes: int
    usable_trades: int
    usable_time_share: float
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether anything can be learned: a two-sided market for a while, and volume."""
        return self.usable_quotes > 0 and self.usable_trades > 0


def judge(record: MarketRecord, close: int, filters: Filters | None = None) -> Quality:
    """The quality of the recorded market: its reference quotes and prints, untouched by us. close: the session's end."""
    filters = filters or Filters()
    quotes, prints = record.quotes, record.reference
    bad_quotes = _bad_quotes(record, filters)
    bad_trades = _bad_trades(record, filters)
    held = _held(record, close)
    usable, trades = _none(bad_quotes), _none(bad_trades)
    findings = [_finding(rule, mask, quotes["ts"], held) for rule, mask in bad_quotes]
    findings += [_finding(rule, mask, prints["ts"], prints["lots"]) for rule, mask in bad_trades]
    volume = int(prints["lots"][trades].sum())
    if not volume:
        findings.append(Finding("there is volume in continuous trading", 0, 0.0, None))
    return Quality(
        quotes=len(quotes),
        trades=len(prints),
        volume=volume,
        usable_quotes=int(usable.sum()),
        usable_trades=int(trades.sum()),
        usable_time_share=float(held[usable].sum() / max(1, int(held.sum()))),
        findings=tuple(each for each in findings if each.count or each.first is None),
    )


def usable_quotes(record: MarketRecord, filters: Filters) -> Bools:
    """Which quotes of a record the filters leave."""
    return _none(_bad_quotes(record, filters))


def usable_trades(record: MarketRecord, filters: Filters) -> Bools:
    """Which prints of the recorded market the filters leave."""
    return _none(_bad_trades(record, filters))


def _none(broken: list[tuple[str, Bools]]) -> Bools:
    found: Bools = ~np.logical_or.reduce([mask for _, mask in broken])
    return found


def _bad_quotes(record: MarketRecord, filters: Filters) -> list[tuple[str, Bools]]:
    touch, halted = record.quotes["reference"], record.quotes["halted"] != 0
    bid, ask = touch["bid"], touch["ask"]
    one_sided = (touch["bid_lots"] <= 0) | (touch["ask_lots"] <= 0)
    crossed = ~one_sided & (bid >= ask)
    open_ = ~halted & ~one_sided & ~crossed
    spread, twice_mid = ask - bid, bid + ask
    tight = open_ & (2 * BPS * spread < filters.min_spread_bps * twice_mid) & (spread > 1)
    wide = open_ & (2 * BPS * spread > filters.max_spread_bps * twice_mid) & (spread > 1)
    jumps = np.zeros(len(bid), dtype=np.bool_)
    good = np.flatnonzero(open_ & ~tight & ~wide)
    jumps[good] = _jumps(twice_mid[good], filters.max_jump_bps)
    return [
        ("trading is not halted", halted),
        ("both sides are quoted", one_sided & ~halted),
        ("the book is not locked or crossed", crossed & ~halted),
        (f"a spread is at least {filters.min_spread_bps} bps, or a tick", tight),
        (f"a spread is at most {filters.max_spread_bps} bps, or a tick", wide),
        (f"a mid moves by at most {filters.max_jump_bps / 100:g} % at once", jumps),
    ]


def _bad_trades(record: MarketRecord, filters: Filters) -> list[tuple[str, Bools]]:
    prints = record.reference
    auction = (prints["flags"] & AUCTION) != 0
    jumps = np.zeros(len(prints), dtype=np.bool_)
    continuous = np.flatnonzero(~auction)
    jumps[continuous] = _jumps(prints["points"][continuous], filters.max_jump_bps)
    return [
        ("a trade is not an auction's", auction),
        (f"a price moves by at most {filters.max_jump_bps / 100:g} % at once", jumps),
    ]


def _jumps(values: Ints, most_bps: int) -> Bools:
    """Which values are too far both from the last good one and from the one before: a new level is one, and then the truth."""
    found = np.zeros(len(values), dtype=np.bool_)
    if len(values) < 2 or not (np.abs(np.diff(values)) * BPS > most_bps * values[:-1]).any():
        return found
    last = before = int(values[0])
    for i, value in enumerate(values.tolist()[1:], 1):
        found[i] = all(abs(value - other) * BPS > most_bps * other for other in (last, before))
        before = value
        if not found[i]:
            last = value
    return found


def _held(record: MarketRecord, close: int) -> Ints:
    """How long each quote stood [nanoseconds]."""
    ts = record.quotes["ts"]
    return np.diff(np.append(ts, max(close, int(ts[-1])))) if len(ts) else ts


def _finding(rule: str, mask: Bools, ts: Ints, weight: Ints) -> Finding:
    count = int(mask.sum())
    share = float(weight[mask].sum() / max(1, int(weight.sum())))
    return Finding(rule, count, share, int(ts[mask][0]) if count else 0)

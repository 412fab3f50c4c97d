"""The tables of a comparison as rows of text: the report in Markdown and the page show the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metaorder.cli.compare_table import ROUTER_HEAD, efficiency, interval, number, percent, router_rows, where
from metaorder.cli.modes import FORESEEN

Doc = Mapping[str, Any]
Rows = Sequence[Sequence[str]]
Shown = tuple[str, str, Sequence[str], Rows]
"""A title, a sentence on it, the names of the columns and the rows."""

SCALED_SAID = "The myopic mode with a forecast (order-flow imbalance), lambda or beta times a factor; less: paired, 95 %."

MEASURES = {"is_bps": "implementation shortfall", "own_cost_bps": "own cost (spread, impact and fees)"}


def tables(doc: Doc) -> list[Shown]:
    """All tables that have something to show, in their order."""
    router = [[cell.replace("\\", "") for cell in row] for row in router_rows(doc)] if doc.get("router") else []
    said = "Splits by the cost function of Cont and Kukanov at the outflows that came; regret is against who knew them [bps]."
    found = [
        ("Cost", "bps of the decision notional; a share: in currency, beyond the decision price.", *costs(doc)),
        ("How it was worked", "", *worked(doc)),
        ("Paired differences", "Negative: cheaper than the one it is held against. 95 % intervals.", *differences(doc)),
        ("Router", said, ROUTER_HEAD, router),
        ("Sensitivity", SCALED_SAID, *sensitivity(doc)),
        ("Regimes", "Own cost by terciles of the window's volatility and volume, as they were without us.", *regimes(doc)),
    ]
    return [each for each in found if each[3] or each[0] in ("Cost", "How it was worked")]


def costs(doc: Doc) -> tuple[Sequence[str], Rows]:
    """What each algorithm cost, and at what risk."""
    head = ("market", "algo", "n", "IS", "sd of IS", "own cost", "a share", "impact", "timing", "drawdown", "Sharpe", "regret")
    rows = [
        (
            where(row),
            row["algo"],
            str(row["n"]),
            plain(row["is_bps"]),
            number(row["is_sd_bps"]),
            plain(row["own_cost_bps"]),
            money(row["cost_per_share"]),
            plain(row["impact_bps"]),
            plain(row["timing_bps"]),
            number(row["drawdown_bps"]),
            number(row["sharpe"]),
            number(row["regret_bps"]),
        )
        for row in doc["rows"]
    ]
    return head, rows


def worked(doc: Doc) -> tuple[Sequence[str], Rows]:
    """How each algorithm went about it, and what its last decision rested on."""
    head = ("market", "algo", "filled", "participation", "passive", "captured", "tracking", "timing quality", "decisions")
    rows = [
        (
            where(row),
            row["algo"],
            percent(row["fill_rate"], 2),
            percent(row["participation"], 1),
            percent(row["passive_share"], 0),
            percent(row["capture_net"], 0),
            number(row["tracking_error_bps"]),
            plain(row["timing_quality"]),
            number(row["decisions"]),
            efficiency(row),
            percent(row["range_efficiency"], 0),
            small(row["lambda"]),
            small(row["beta"]),
        )
        for row in doc["rows"]
    ]
    return (*head, "efficiency", "of the range", "lambda", "beta"), rows


def differences(doc: Doc) -> tuple[Sequence[str], Rows]:
    """Every other algorithm less the first."""
    rows = [
        (
            where(each),
            f"{each['algo']} - {each['against']}",
            MEASURES[each["measure"]],
            str(each["n"]),
            plain(each["t"]),
            plain(each["bootstrap"]),
        )
        for each in doc["differences"]
    ]
    return ("market", "algorithms", "measure", "n", "Student's t", "bootstrap"), rows


def sensitivity(doc: Doc) -> tuple[Sequence[str], Rows]:
    """Of each scaled mode its own cost and shortfall, those of the mode as it is, and the one less the other, paired."""
    less = {
        (each["market"], each["size"], each["algo"], each["measure"]): each
        for each in doc["differences"]
        if each["against"] == FORESEEN
    }
    rows = []
    for what, factor, row, base in scaled(doc):
        cells = []
        for name in ("own_cost_bps", "is_bps"):
            pairs = less.get((row["market"], row["size"], row["algo"], name))
            cells += [plain(row[name]), plain(base and base[name]), plain(pairs and pairs["t"])]
        rows.append((where(row), what, factor, str(row["n"]), *cells))
    return ("market", "what", "factor", "n", "own cost", "as it is", "less", "IS", "IS as it is", "IS less"), rows


def scaled(doc: Doc) -> list[tuple[str, str, Doc, Doc | None]]:
    """Rows of scaled modes: what is scaled, the factor, the row, and that of the unscaled one, where it was worked too."""
    base = {(row["market"], row["size"]): row for row in doc["rows"] if row["algo"] == FORESEEN}
    found = []
    for row in doc["rows"]:
        what, times, factor = row["algo"].partition("@")[2].partition("*")
        if times:
            found.append((what, factor, row, base.get((row["market"], row["size"]))))
    return found


def regimes(doc: Doc) -> tuple[Sequence[str], Rows]:
    """Own cost by thirds of volatility and volume."""
    rows = [
        (where(each), each["algo"], each["by"], each["tercile"], str(each["own_cost_bps"]["n"]), plain(each["own_cost_bps"]))
        for each in doc["regimes"]
        if each["own_cost_bps"] is not None
    ]
    return ("market", "algo", "by", "tercile", "n", "own cost"), rows


def plain(found: Doc | None) -> str:
    """A mean with its interval."""
    return interval(found).replace("\\", "")


def money(found: Doc | None) -> str:
    """A mean amount a unit, to a hundredth of a cent."""
    return "-" if found is None else f"{found['mean']:.4f}"


def small(value: float | None) -> str:
    """A number to three significant digits."""
    return "-" if value is None else f"{value:.3g}"

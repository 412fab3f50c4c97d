"""A comparison on the terminal: a table of what each algorithm came to, their differences, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Doc = Mapping[str, Any]


def print_tables(doc: Doc, console: Console) -> None:
    """Print the tables, and what must be said beside them."""
    console.print(_costs(doc))
    console.print(_execution(doc))
    if doc["by_size"]:
        console.print(_by_size(doc))
    if doc["differences"]:
        console.print(_differences(doc))
    if doc.get("router"):
        console.print(_router(doc))
    for each in doc["failed"]:
        console.print(f"[red]failed[/] {where(each)}, seed {each['seed']}, {each['algo']}: {each['error']}")
    if any(Path(row["market"]).suffix for row in doc["rows"]):
        console.print(f"Mind: {doc['caution']}.")


def _costs(doc: Doc) -> Table:
    head = (
        "IS",
        "own cost",
        "|VWAP|",
        "p90",
        "of it own",
        "|apart|",
        "tracking",
        "Sharpe",
        "regret",
        "efficiency",
        "of the range",
    )
    table = _table("bps of the decision notional, mean and 95 % interval; own cost = spread + impact + fees", head)
    for row in doc["rows"]:
        table.add_row(
            where(row),
            row["algo"],
            str(row["n"]),
            interval(row["is_bps"]),
            interval(row["own_cost_bps"]),
            number(row["abs_vwap_bps"] and row["abs_vwap_bps"]["mean"]),
            number(row["abs_vwap_p90_bps"]),
            number(row["vwap_own_bps"]),
            number(row["abs_vwap_tracking_bps"]),
            number(row["tracking_error_bps"]),
            number(row["sharpe"]),
            number(row["regret_bps"]),
            efficiency(row),
            percent(row["range_efficiency"], 0),
        )
    return table


def _execution(doc: Doc) -> Table:
    head = ("filled", "in full", "participation", "POV error", "at marks", "passive", "captured", "schedule ms", "decision ms")
    table = _table("how it was done", head)
    for row in doc["rows"]:
        table.add_row(
            where(row),
            row["algo"],
            str(row["n"]),
            percent(row["fill_rate"], 2),
            f"{row['completed']}/{row['n']}",
            percent(row["participation"], 2),
            percent(row["pov_error_end"], 2),
            percent(row["pov_error_marks"], 2),
            percent(row["passive_share"], 0),
            percent(row["capture_net"], 0),
            number(row["schedule_ms"]),
            number(row["decision_ms"]),
        )
    return table


def _by_size(doc: Doc) -> Table:
    """One line an algorithm, one column a size."""
    sizes = sorted({row["size"] for row in doc["by_size"]})
    table = Table(title="own cost by size in percent of a usual day, paired with the twin, bps; in brackets what was filled")
    for column in ("market", "algo", *(f"{size:.0%}" for size in sizes)):
        table.add_column(column, justify="left" if column in {"market", "algo"} else "right", no_wrap=True)
    lines: dict[tuple[str, str], dict[float, str]] = {}
    for row in doc["by_size"]:
        said = f"{interval(row['own_cost_bps'])} ({percent(row['fill_rate'], 0)})"
        lines.setdefault((where({**row, "size": None}), row["algo"]), {})[row["size"]] = said
    for (market, algo), costs in lines.items():
        table.add_row(market, algo, *(costs.get(size, "-") for size in sizes))
    return table


def _table(title: str, head: tuple[str, ...]) -> Table:
    table = Table(title=title)
    for column in ("market", "algo", "n", *head):
        table.add_column(column, justify="left" if column in {"market", "algo"} else "right", no_wrap=True)
    return table


def _differences(doc: Doc) -> Table:
    table = Table(title="paired differences on the same markets, bps; negative = cheaper")
    for column in ("market", "algo", "measure", "n", "Student's t", "bootstrap"):
        table.add_column(column, justify="right" if column in {"n", "Student's t", "bootstrap"} else "left")
    for each in doc["differences"]:
        name = f"{each['algo']} - {each['against']}"
        measure = each["measure"].removesuffix("_bps").replace("_", " ")
        table.add_row(where(each), name, measure, str(each["n"]), interval(each["t"]), interval(each["bootstrap"]))
    return table


ROUTER_HEAD = (
    "market",
    "algo",
    "n",
    "decisions",
    "regret",
    "less market only",
    "less best venue",
    "less score router",
    "reached, said",
    "came",
)


def router_rows(doc: Doc) -> list[tuple[str, ...]]:
    """The router's splits against the oracle and the other ways, one line a market and algorithm."""
    return [
        (
            where(row),
            row["algo"],
            str(row["n"]),
            str(row["decisions"]),
            interval(row["regret_bps"]["split"]),
            *(interval(each and each["t"]) for each in row["split_less_bps"].values()),
            percent(row["reached"]["said"], 0),
            percent(row["reached"]["came"], 0),
        )
        for row in doc["router"]
    ]


def _router(doc: Doc) -> Table:
    table = Table(title="the split's cost (Cont and Kukanov) at the outflows that came, bps of the parcels; negative = cheaper")
    for column in ROUTER_HEAD:
        table.add_column(column, justify="left" if column in {"market", "algo"} else "right")
    for row in router_rows(doc):
        table.add_row(*row)
    return table


def where(row: Doc) -> str:
    """A market's short name, with the size where there are several."""
    name = Path(row["market"]).stem.removeprefix("LOBSTER_SampleFile_")
    return name if row["size"] is None else f"{name}, {row['size']:.0%} of ADV"


def interval(found: Doc | None) -> str:
    """A mean with its interval."""
    if found is None:
        return "-"
    if found["low"] is None:
        return f"{found['mean']:.2f}"
    return f"{found['mean']:.2f} [{found['low']:.2f}, {found['high']:.2f}]".replace("[", "\\[")


def number(value: float | None) -> str:
    """A number to two digits."""
    return "-" if value is None else f"{value:.2f}"


def efficiency(row: Doc) -> str:
    """What was paid over what a clairvoyant would have paid, or why there is no such ratio."""
    return str(row["missing"].get("decision_efficiency") or number(row["decision_efficiency"]))


def percent(value: float | None, digits: int) -> str:
    """A share in percent."""
    return "-" if value is None else f"{value:.{digits}%}"

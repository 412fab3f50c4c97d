"""The analysis of an order as tables for a terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

_SAYS = {
    "delay": "from the decision to the arrival",
    "spread": "crossed (+) or earned (-)",
    "impact": "walking the book, and moving it",
    "timing": "the market's own move while working",
    "opportunity": "what was not filled",
    "fees": "paid (+) or received (-)",
}
_BENCHMARKS = ("arrival", "interval_vwap", "window_vwap", "interval_twap", "open", "close", "pwp")


def tca_tables(tca: dict[str, Any]) -> list[Table]:
    """Costs by component, and the average price against its benchmarks."""
    return [_costs(tca), _benchmarks(tca), _execution(tca)]


def _costs(tca: dict[str, Any]) -> Table:
    table = Table(title=f"Implementation shortfall, {tca['side']} {tca['filled_quantity']} of {tca['quantity']} (+ is a cost)")
    for name in ("component", f"amount {tca['currency']}", "bps", ""):
        table.add_column(name, justify="left" if name in {"component", ""} else "right")
    for name, says in _SAYS.items():
        table.add_row(name, _text(tca["components_amount"][name]), _bps(tca["components_bps"][name]), says)
    table.add_section()
    table.add_row(
        "[bold]total[/]", f"[bold]{_text(tca['is_amount'])}[/]", f"[bold]{_bps(tca['is_bps'])}[/]", "against the decision"
    )
    return table


def _benchmarks(tca: dict[str, Any]) -> Table:
    table = Table(title=f"Average price {_text(tca['avg_price'])} against")
    for name in ("benchmark", "price", "slippage bps", "missing"):
        table.add_column(name, justify="right" if name in {"price", "slippage bps"} else "left")
    for name in _BENCHMARKS:
        price = tca["benchmarks"][name]
        table.add_row(name, _text(price), _bps(tca["slippage_bps"][name]), "" if price else tca["missing"].get(name, ""))
    return table


def _execution(tca: dict[str, Any]) -> Table:
    table = Table(title="Execution")
    rows = {
        "fill rate": _share(tca["fill_rate"]),
        "participation": _share(tca["participation"]),
        "passive share": _share(tca["passive_share"]),
        "effective spread": f"{_bps(tca['effective_spread_bps'])} bps",
        **{f"markout {seconds} s (+ is good)": f"{_bps(value)} bps" for seconds, value in tca["markouts_bps"].items()},
        "impact rests on": str(tca["impact_basis"]),
        **_bounded(tca["impact_bounds"]),
        "latency": _latency(tca["assumptions"]),
    }
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _bounded(bounds: dict[str, Any] | None) -> dict[str, str]:
    """Impact at least and at most, and between them where a decay is stated."""
    if bounds is None:
        return {}
    least, central, most = (bounds[f"{name}_bps"] for name in ("lower", "central", "upper"))
    between = "" if central is None else f", central {_bps(central)}"
    return {"impact is within": f"{_bps(least)} to {_bps(most)} bps{between}"}


def _latency(stated: dict[str, Any]) -> str:
    """The way in and the way back, at least and at most."""
    ways = {"in": "latency", "back": "report_latency"}
    spans = {way: (stated[f"{name}_ms"], stated[f"{name}_jitter_ms"]) for way, name in ways.items()}
    return ", ".join(f"{least:g}{f' to {least + more:g}' if more else ''} ms {way}" for way, (least, more) in spans.items())


def _text(value: Any) -> str:
    return "-" if value is None else str(value)


def _bps(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"

"""The report of an order in words: an executive summary, tables and recommendations, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metaorder.tca.recommendations import Recommendation

Doc = Mapping[str, Any]

SAYS = {
    "delay": "from the decision to the arrival",
    "spread": "crossed (+) or earned (−)",
    "impact": "walking the book, and moving it",
    "timing": "the market's own move while working",
    "opportunity": "what was not filled",
    "fees": "paid (+) or received (−)",
}
JUDGED = ("arrival", "decision", "interval_vwap", "window_vwap", "window_vwap_recorded", "interval_twap", "open", "close")


def title(doc: Doc, order: Doc) -> str:
    """One line that names the order."""
    done = f"{doc['filled_quantity']:,} of {doc['quantity']:,}"
    return f"{doc['side']} {done} {order['symbol']} by {order['algo']}"


def summary(doc: Doc, order: Doc) -> list[str]:
    """The executive summary: sentences, each of figures that are known."""
    side = "Bought" if doc["side"] == "buy" else "Sold"
    said = []
    if doc["filled_quantity"]:
        said.append(
            f"{side} {doc['filled_quantity']:,} of {doc['quantity']:,} {order['symbol']} at {doc['avg_price']} on average, in "
            f"{doc['fills']:,} fills. The order is {doc['status'].replace('_', ' ')}."
        )
    else:
        said.append(
            f"Nothing of {doc['quantity']:,} {order['symbol']} was filled. The order is {doc['status'].replace('_', ' ')}."
        )
    said.append(_cost(doc))
    said += _compared(doc)
    said += _sure(doc)
    if not doc["final"]:
        said.append("This is not final: late facts, such as markouts, are still coming in.")
    return said


def markdown(doc: Doc, order: Doc, found: Sequence[Recommendation]) -> str:
    """The whole report as Markdown."""
    parts = [f"# {title(doc, order)}", "", " ".join(summary(doc, order)), ""]
    parts += ["## What it cost", "", *_table(("component", doc["currency"], "bps", ""), cost_rows(doc)), ""]
    parts += ["## Compared with what", "", *_table(("benchmark", "price", "slippage, bps", "missing"), benchmark_rows(doc)), ""]
    parts += ["## How it was done", "", *_table(("measure", "value"), execution_rows(doc)), ""]
    parts += ["## Recommendations", "", *recommended(found), ""]
    if doc["missing"]:
        parts += ["## What is not known", "", *(f"* `{name}`: {why}" for name, why in sorted(doc["missing"].items())), ""]
    parts.append(
        "Costs are positive when worse for you; markouts and price improvement when better. bps of the decision notional."
    )
    return "\n".join(parts) + "\n"


def cost_rows(doc: Doc) -> list[tuple[str, ...]]:
    """Component, amount, basis points, and what it is; the total last."""
    amounts, bps = doc["components_amount"], doc["components_bps"]
    rows: list[tuple[str, ...]] = [(name, _text(amounts[name]), signed(bps[name]), says) for name, says in SAYS.items()]
    return [*rows, ("**total**", f"**{_text(doc['is_amount'])}**", f"**{signed(doc['is_bps'])}**", "against the decision")]


def benchmark_rows(doc: Doc) -> list[tuple[str, ...]]:
    """Benchmark, price, slippage, and why there is none."""
    rows: list[tuple[str, ...]] = []
    for name in JUDGED:
        price = doc["benchmarks"][name]
        why = "" if price is not None else doc["missing"].get(name, "")
        rows.append((name.replace("_", " "), _text(price), signed(doc["slippage_bps"][name]), why))
    return rows


def execution_rows(doc: Doc) -> list[tuple[str, ...]]:
    """Measures of the execution that are known."""
    capture, took, risk = doc["spread_capture"], doc["time_to_fill_s"], doc["risk"]
    reversion, bounds = doc["reversion"], doc["impact_bounds"]
    rows: list[tuple[str, ...]] = [
        ("fill rate", share(doc["fill_rate"])),
        ("participation, all and at its peak", f"{share(doc['participation'])}, {share(doc['participation_peak'])}"),
        ("passive share", share(doc["passive_share"])),
        ("spread captured, net (gross)", "–" if capture is None else f"{share(capture['net'])} ({share(capture['gross'])})"),
        ("quoted, effective spread, bps", f"{_plain(doc['quoted_spread_bps'])}, {_plain(doc['effective_spread_bps'])}"),
        ("price improvement, bps (+ is good)", signed(doc["price_improvement_bps"])),
        *((f"markout {seconds} s, bps (+ is good)", signed(value)) for seconds, value in doc["markouts_bps"].items()),
        ("half-life of impact", "–" if reversion is None else f"{reversion['half_life_s']:g} s"),
        ("child orders, share canceled", f"{doc['children']:,}, {share(doc['cancel_ratio'])}"),
        ("time to fill, mean (median)", "–" if took is None else f"{took['mean']:.1f} s ({took['median']:.1f} s)"),
        ("risk of waiting, sd", "–" if risk is None else f"{risk['cost_sd_bps']:.2f} bps"),
        ("impact rests on", doc["impact_basis"]),
    ]
    if bounds is not None:
        rows.append(("impact at least … at most, bps", f"{_plain(bounds['lower_bps'])} … {_plain(bounds['upper_bps'])}"))
    return rows


def recommended(found: Sequence[Recommendation]) -> list[str]:
    """Each recommendation with its rule; or that none fired."""
    if not found:
        return ["No rule fired: nothing stands out."]
    return [f"* {each.text} (`{each.rule}`: {each.observed:.2f}, beyond {each.threshold:g})" for each in found]


def signed(value: float | None) -> str:
    """Basis points with a sign."""
    return "–" if value is None else f"{value:+.2f}".replace("-", "−")


def share(value: float | None) -> str:
    """A share in per cent."""
    return "–" if value is None else f"{value:.1%}"


def _cost(doc: Doc) -> str:
    if doc["is_bps"] is None:
        return f"What it cost is not known: {doc['missing'].get('is_bps', 'the decision price is missing')}."
    word = "cost" if doc["is_bps"] >= 0 else "saved"
    amount = str(doc["is_amount"]).lstrip("-")
    known = {name: value for name, value in doc["components_bps"].items() if value is not None}
    most = max(known, key=lambda name: abs(known[name])) if known else None
    tail = "" if most is None else f"; the largest part is {most}, {signed(known[most])} bps"
    return f"Against the decision it {word} {amount} {doc['currency']}, {abs(doc['is_bps']):.2f} bps{tail}."


def _compared(doc: Doc) -> list[str]:
    slippage = doc["slippage_bps"]
    name = "window_vwap_recorded" if slippage["window_vwap_recorded"] is not None else "window_vwap"
    if slippage[name] is None:
        return []
    word = "worse" if slippage[name] > 0 else "better"
    robust = doc["robustness_vwap"]
    unsure = "" if robust is None or robust["agree"] else " (the sign hangs on which VWAP is meant)"
    return [f"The average price is {abs(slippage[name]):.2f} bps {word} than the VWAP of the window{unsure}."]


def _sure(doc: Doc) -> list[str]:
    said = []
    if doc["impact_bounds"] is not None and doc["impact_bounds"]["upper_bps"] is not None:
        bounds = doc["impact_bounds"]
        said.append(
            f"The recording does not react: impact is at least {_plain(bounds['lower_bps'])} and at most "
            f"{_plain(bounds['upper_bps'])} bps."
        )
    if doc["risk"] is not None:
        said.append(f"Chance alone moves such a cost by {doc['risk']['cost_sd_bps']:.2f} bps (one standard deviation).")
    if doc["forecast"] is not None:
        forecast = doc["forecast"]
        said.append(
            f"The estimate was {forecast['expected_cost_bps']:.2f} ± {forecast['sd_bps']:.2f} bps; "
            f"{forecast['realized_cost_bps']:.2f} came, {forecast['z_score']:+.1f} standard deviations."
        )
    return said


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def _text(value: Any) -> str:
    return "–" if value is None else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]

"""The report of an order as one page that needs no network: words, figures, tables, and six plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from metaorder.tca.recommendations import Recommendation
from metaorder.usecases.page_frame import document, facts, panels, table
from metaorder.usecases.tca_drawn import Series
from metaorder.usecases.tca_figures import figures
from metaorder.usecases.tca_terms import share, signed
from metaorder.usecases.tca_words import (
    CUTS,
    CUTS_HEAD,
    EXECUTION_HEAD,
    MARKOUT_HEAD,
    SIGNS,
    benchmark_rows,
    cost_rows,
    cut_rows,
    edition,
    execution_rows,
    markout_rows,
    recommended,
    summary,
    title,
    unknown,
    wanted,
)

Doc = Mapping[str, Any]


def page(doc: Doc, order: Doc, found: Sequence[Recommendation], drawn: Series, story: Sequence[str] = ()) -> str:
    """The page as HTML."""
    name = title(doc, order)
    first, *rest = summary(doc, order, story)
    words = f'<p class="lead">{escape(first)}</p><p>{escape(" ".join(rest))}</p>'
    advice = "".join(
        f'<p class="rule">{escape(text)}<span class="note">{escape(rule)}</span></p>' for text, rule in recommended(found)
    )
    costs = table(("component", doc["currency"], "bps", "what it is"), cost_rows(doc), numbers={1, 2})
    cuts = table(CUTS_HEAD, cut_rows(doc), numbers={1, 2, 3, 4, 5})
    held = table(("benchmark", "price", "slippage, bps", "why not known"), benchmark_rows(doc), numbers={1, 2})
    done = table(EXECUTION_HEAD, execution_rows(doc), numbers={1})
    after = table(MARKOUT_HEAD, markout_rows(doc), numbers={0, 1, 2, 3, 4})
    missing = "".join(f"<div><b>{escape(names)}</b>: {escape(why)}</div>" for names, why in unknown(doc))
    plots = figures(doc, drawn)
    body = (
        f'<h1>{escape(name)}</h1><p class="note">{escape(_about(order, drawn))}<br>{escape(edition(doc))}</p>'
        f"{words}{facts(_facts(doc))}"
        f"<h2>Recommendations</h2>{advice}<h2>What it cost</h2>{costs}"
        f'<p class="note gap">{escape(CUTS)}</p>{cuts}<h2>Pictures</h2>{panels(plots)}'
        f"<h2>Compared with what</h2>{held}<h2>How it was done</h2>{done}"
        f'<h2>After the fills</h2>{after}<h2>What is not known</h2><div class="note">'
        f'{missing or "Everything is known."}</div><p class="note" style="margin-top:18px">{escape(SIGNS)}</p>'
    )
    return document(name, body, plots)


def _about(order: Doc, drawn: Series) -> str:
    """The order's terms in a line."""
    begin, end = (time[:19].replace("T", " ") for time in (drawn.start, drawn.end))
    parts = [order.get("market"), order.get("client_order_id"), f"{begin} to {end} UTC", f"cap {drawn.cap:.0%}"]
    if drawn.limit is not None:
        parts.append(f"limit {drawn.limit:g}")
    return " · ".join(part for part in parts if part)


def _facts(doc: Doc) -> list[tuple[str, str]]:
    """The figures that are read first."""
    slippage = doc["slippage_bps"]
    vwap = slippage["window_vwap"] if slippage["window_vwap_recorded"] is None else slippage["window_vwap_recorded"]
    return [
        (signed(doc["is_bps"]), "bps against the decision"),
        (signed(slippage["arrival"]), "bps against the arrival"),
        (
            signed(vwap),
            "bps against the window's VWAP"
            if slippage["window_vwap_recorded"] is None
            else "bps against the VWAP without the order",
        ),
        (share(doc["filled_quantity"] / wanted(doc) if wanted(doc) else None), "filled"),
        (share(doc["participation"]), "of the volume"),
        (share(doc["passive_share"]), "of it rested"),
    ]

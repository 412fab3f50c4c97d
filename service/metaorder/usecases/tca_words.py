"""The report of an order in words: an executive summary, tables and recommendations, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from metaorder.tca.recommendations import Recommendation
from metaorder.usecases.tca_terms import BENCHMARKS, COMPONENTS, NONE, deviations, money, named, plain, share, signed

Doc = Mapping[str, Any]
Rows = list[tuple[str, ...]]

BASIS = {
    "simulated": "the simulated day, run again without the order",
    "replay": "the recorded day, which does not react: a lower bound",
    "external": "nothing: the market without the order is not known",
}
SIGNS = (
    "Costs are positive when worse for you; markouts and price improvement are positive when better. Basis points (bps) of a "
    "cost are of the decision notional, those of a slippage of the benchmark. Times are UTC."
)


def title(doc: Doc, order: Doc) -> str:
    """One line that names the order."""
    done = f"{doc['filled_quantity']:,} of {wanted(doc):,}"
    return f"{doc['side'].capitalize()} {done} {order['symbol']} by {order['algo']}"


def edition(doc: Doc) -> str:
    """Which analysis this is, so that what was printed can be tied to it: the order, the version, and whether it is final."""
    final = "final" if doc["final"] else "not final yet"
    if doc.get("version") is None:
        return f"The analysis of {doc['parent_id']} as it stood, {final}; it is not kept, and has no version."
    return f"Version {doc['version']} of the analysis of {doc['parent_id']}, {final}."


def wanted(doc: Doc) -> int:
    """What the client wanted in the end: what was ordered, less what amendments took back."""
    return int(doc["quantity"] - doc.get("reduced_quantity", 0))


def summary(doc: Doc, order: Doc, story: Sequence[str] = ()) -> list[str]:
    """The executive summary: sentences, each of figures that are known. story: what happened on the way."""
    status = doc["status"].replace("_", " ")
    said = []
    if doc["filled_quantity"]:
        bought, fills = "Bought" if doc["side"] == "buy" else "Sold", "fill" if doc["fills"] == 1 else "fills"
        said.append(
            f"{bought} {doc['filled_quantity']:,} of {wanted(doc):,} {order['symbol']} at {doc['avg_price']} on average, in "
            f"{doc['fills']:,} {fills}. The order is {status}."
        )
    else:
        said.append(f"Nothing of {wanted(doc):,} {order['symbol']} was filled. The order is {status}.")
    if unpriced := doc.get("unpriced_quantity", 0):
        said.append(
            f"{unpriced:,} more are in dispute, or were settled as traded: their price and fee are not known, and every figure "
            "counts them as not filled."
        )
    said += [*story, _cost(doc), *_traded(doc), *_compared(doc), *_sure(doc)]
    if not doc["final"]:
        said.append("This is not final: late facts, such as markouts, are still coming in.")
    return said


def markdown(doc: Doc, order: Doc, found: Sequence[Recommendation], story: Sequence[str] = ()) -> str:
    """The whole report as Markdown."""
    parts = [f"# {title(doc, order)}", "", edition(doc), "", " ".join(summary(doc, order, story)), ""]
    parts += ["## Recommendations", "", *(f"* {text} ({rule})" for text, rule in recommended(found)), ""]
    parts += ["## What it cost", "", *_table(("component", doc["currency"], "bps", "what it is"), cost_rows(doc), {1, 2}), ""]
    parts += [CUTS, "", *_table(CUTS_HEAD, cut_rows(doc), {1, 2, 3, 4, 5}), ""]
    head = ("benchmark", "price", "slippage, bps", "why not known")
    parts += ["## Compared with what", "", *_table(head, benchmark_rows(doc), {1, 2}), ""]
    parts += ["## How it was done", "", *_table(EXECUTION_HEAD, execution_rows(doc), {1}), ""]
    parts += ["## After the fills", "", *_table(MARKOUT_HEAD, markout_rows(doc), {0, 1, 2, 3, 4}), ""]
    if doc["missing"]:
        parts += ["## What is not known", "", *(f"* {names}: {why}" for names, why in unknown(doc)), ""]
    return "\n".join([*parts, SIGNS]) + "\n"


def cost_rows(doc: Doc) -> Rows:
    """Component, amount, basis points, and what it is; the total last. What is known only together has a row of its own."""
    amounts, bps, missing = doc["components_amount"], doc["components_bps"], doc["missing"]
    rows: Rows = []
    for name, says in COMPONENTS.items():
        why = says if amounts[name] is not None else f"not known: {missing.get(name, 'a price is missing')}"
        if amounts[name] is not None and bps[name] is None:
            why += f"; in bps not known: {missing.get('decision', 'the decision price is missing')}"
        rows.append((name, money(amounts[name]), signed(bps[name]), why))
    if amounts["impact"] is None and doc["impact_and_timing_bps"] is not None:
        rows.append(("impact and timing", NONE, signed(doc["impact_and_timing_bps"]), "the two together"))
    return [*rows, ("**total**", f"**{money(doc['is_amount'])}**", f"**{signed(doc['is_bps'])}**", "against the decision price")]


CUTS = (
    "The same total, cut otherwise, in bps: paper against real (Perold), with delay on all that was ordered (Kissell), or on "
    "what was filled (Wagner, Edwards)."
)
CUTS_HEAD = ("cut", "delay", "trading", "opportunity", "fees", "total")


def cut_rows(doc: Doc) -> Rows:
    """The three other cuts of the total: which lots delay and opportunity are charged on."""
    total = signed(doc["is_bps"])
    perold, kissell, wagner = (doc[f"{name}_bps"] for name in ("perold", "kissell", "wagner_edwards"))
    parts = ("delay", "trading", "opportunity", "fees")
    return [
        ("Perold", "in trading", *(signed(perold[name]) for name in ("execution", *parts[2:])), total),
        ("Kissell", *(signed(kissell[name]) for name in parts), total),
        ("Wagner, Edwards", *(signed(wagner[name]) for name in parts), total),
    ]


def benchmark_rows(doc: Doc) -> Rows:
    """Benchmark, price, slippage, and why there is none."""
    rows: Rows = []
    for name, says in BENCHMARKS.items():
        price, slip = doc["benchmarks"].get(name), doc["slippage_bps"].get(name)
        why = "" if price is not None else doc["missing"].get(name, "")
        if price is not None and slip is None:
            why = "nothing was filled" if not doc["filled_quantity"] else "a slippage needs a price above zero"
        rows.append((says, NONE if price is None else str(price), signed(slip), why))
    return rows


def execution_rows(doc: Doc) -> Rows:
    """Measures of the execution, and why one is not known."""
    capture, took, risk, reversion = (doc[name] for name in ("spread_capture", "time_to_fill_s", "risk", "reversion"))
    bounds, split, missing = doc["impact_bounds"], doc["impact_split_bps"], doc["missing"]

    def row(says: str, value: str, *fields: str) -> tuple[str, ...]:
        why = next((missing[field] for field in fields if field in missing), "")
        return (says, value, why if value == NONE else "")

    rows: Rows = [
        ("fill rate", share(doc["fill_rate"]), _reduced(doc)),
        row("participation", share(doc["participation"]), "participation"),
        row("participation, mean of the buckets", share(doc["participation_mean"]), "participation_mean"),
        row("participation at its peak", share(doc["participation_peak"]), "participation_peak", "participation"),
        row("passive share", share(doc["passive_share"]), "passive_share", "avg_price"),
        row("spread captured, net of 10 s", NONE if capture is None else share(capture["net"]), "spread_capture"),
        row("spread captured, gross", NONE if capture is None else share(capture["gross"]), "spread_capture"),
        row("quoted spread, bps", plain(doc["quoted_spread_bps"]), "quoted_spread_bps", "avg_price"),
        row("effective spread, bps", plain(doc["effective_spread_bps"]), "effective_spread_bps", "avg_price"),
        row("price improvement, bps (+ is good)", signed(doc["price_improvement_bps"]), "price_improvement_bps"),
        row("half-life of impact", NONE if reversion is None else f"{reversion['half_life_s']:.3g} s", "reversion"),
        row("impact that stayed (went), bps", _split(split), "impact_split_bps"),
        row("child orders", f"{doc['children']:,}"),
        row("share of them canceled", share(doc["cancel_ratio"]), "cancel_ratio"),
        row("time to fill, mean", NONE if took is None else f"{took['mean']:.1f} s", "time_to_fill_s"),
        row("time to fill, median", NONE if took is None else f"{took['median']:.1f} s", "time_to_fill_s"),
        row("risk of waiting, one sd, bps", NONE if risk is None else f"{risk['cost_sd_bps']:.2f}", "risk"),
        row("variance of the cost, bps²", NONE if risk is None else f"{risk['cost_sd_bps'] ** 2:,.1f}", "risk"),
        row("surprise against the estimate, sd", _surprise(doc["forecast"]), "forecast"),
        row(
            "paid (a clairvoyant's) against the arrival, bps", _clairvoyant(doc.get("decision_efficiency")), "decision_efficiency"
        ),
        *(_robust(says, doc[name], missing.get(name, "")) for name, says in ROBUST.items()),
    ]
    if doc.get("impact_used") is not None:
        rows.append(("half-life of impact reckoned with", _faded(doc["impact_used"]), _strength(doc["impact_used"])))
    if bounds is not None:
        reach = _range(bounds["lower_bps"], bounds["upper_bps"])
        rows.append(row("impact, at least to at most, bps", reach, "upper_bps", "lower_bps", "is_bps"))
    return [*rows, ("impact rests on", doc["impact_basis"], BASIS[doc["impact_basis"]])]


ROBUST = {"robustness_vwap": "slippage by the VWAPs, bps", "robustness_arrival": "slippage by the arrivals, bps"}


def _robust(says: str, found: Doc | None, why: str) -> tuple[str, ...]:
    """From the benchmark of a kind that flatters most to the one that flatters least."""
    if found is None:
        return (says, NONE, why)
    sure = "whichever is meant, the sign is the same" if found["agree"] else "the sign hangs on which is meant"
    return (says, f"{signed(found['low_bps'])} to {signed(found['high_bps'])}", sure)


def _reduced(doc: Doc) -> str:
    taken = doc.get("reduced_quantity", 0)
    return f"of all that was ever ordered; amendments took back {taken:,}" if taken else ""


def _surprise(forecast: Doc | None) -> str:
    return NONE if forecast is None else deviations(forecast["z_score"])


def _clairvoyant(found: Doc | None) -> str:
    return NONE if found is None else f"{signed(found['realized_bps'])} ({signed(found['oracle_bps'])})"


def _faded(used: Doc) -> str:
    """Half-lives of the impact that the algorithm reckoned with, shortest and longest."""
    shortest, longest = (f"{log(2) / beta:.3g}" for beta in reversed(used["beta"]))
    return f"{shortest} s" if shortest == longest else f"{shortest} to {longest} s"


def _strength(used: Doc) -> str:
    if used["lambda"] is None:
        return "lambda was not known"
    low, high = (f"{each:.3g}" for each in used["lambda"])
    return f"lambda {low if low == high else f'{low} to {high}'} ticks for a lot ({used['lambda_from']})"


EXECUTION_HEAD = ("measure", "value", "note")
MARKOUT_HEAD = ("after, s", "markout, bps (+ is good)", "realized spread, bps", "price impact, bps", "lots covered")


def markout_rows(doc: Doc) -> Rows:
    """Horizon, markout, realised spread, impact, and the share of lots that have a mid then."""
    return [
        (
            f"{int(seconds):,}",
            signed(value),
            signed(doc["realized_spread_bps"][seconds]),
            signed(doc["price_impact_bps"][seconds]),
            share(doc["markouts_covered"][seconds]) if doc["fills"] else NONE,
        )
        for seconds, value in doc["markouts_bps"].items()
    ]


def recommended(found: Sequence[Recommendation]) -> list[tuple[str, str]]:
    """Each recommendation, and the rule that fired with what it saw; or that none fired."""
    if not found:
        return [("Nothing stands out.", "no rule fired")]
    return [(each.text, _rule(each)) for each in found]


def _rule(each: Recommendation) -> str:
    """The rule that fired: what it saw, and from where on it fires."""
    side = "above" if each.observed > each.threshold else "below"
    said = f"{each.observed:.2f}{each.unit}, fires {side} {each.threshold:g}{each.unit}".replace("-", "−")
    return f"rule {each.rule}: {said}"


def unknown(doc: Doc) -> list[tuple[str, str]]:
    """What is not known, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name, why in sorted(doc["missing"].items()):
        by_reason.setdefault(why, []).append(named(name))
    return [(", ".join(dict.fromkeys(names)), why) for why, names in by_reason.items()]


def _split(split: Doc | None) -> str:
    return NONE if split is None else f"{signed(split['permanent'])} ({signed(split['temporary'])})"


def _range(low: float | None, high: float | None) -> str:
    return NONE if low is None or high is None else f"{plain(low)} to {plain(high)}"


def _cost(doc: Doc) -> str:
    if doc["is_bps"] is None:
        return f"What it cost is not known: {doc['missing'].get('is_bps', 'the decision price is missing')}."
    word = "cost" if doc["is_bps"] >= 0 else "saved"
    amount = money(str(doc["is_amount"]).lstrip("-"))
    known = {name: value for name, value in doc["components_bps"].items() if value}
    most = max(known, key=lambda name: abs(known[name])) if known else None
    tail = "" if most is None else f"; the largest part is {most} ({COMPONENTS[most]}), {signed(known[most])} bps"
    return f"Against the decision price it {word} {amount} {doc['currency']}, {abs(doc['is_bps']):,.2f} bps{tail}."


def _traded(doc: Doc) -> list[str]:
    """The average price against the arrival: what the algorithm itself answers for."""
    slip = doc["slippage_bps"]["arrival"]
    if slip is None:
        return []
    word = "worse" if slip > 0 else "better"
    return [f"What was filled came {abs(slip):,.2f} bps {word} than the arrival mid of {doc['arrival_price']}."]


def _compared(doc: Doc) -> list[str]:
    slippage = doc["slippage_bps"]
    untouched = slippage["window_vwap_recorded"] is not None
    name, tape = ("window_vwap_recorded", " on the tape without the order") if untouched else ("window_vwap", "")
    if slippage[name] is None:
        return []
    word = "worse" if slippage[name] > 0 else "better"
    robust = doc["robustness_vwap"]
    unsure = "" if robust is None or robust["agree"] else ", but the sign hangs on which VWAP is meant"
    return [f"Its average price is {abs(slippage[name]):,.2f} bps {word} than the VWAP of the window{tape}{unsure}."]


def _sure(doc: Doc) -> list[str]:
    said = []
    bounds, risk, forecast = doc["impact_bounds"], doc["risk"], doc["forecast"]
    if bounds is not None and bounds["upper_bps"] is not None and bounds["lower_bps"] is not None:
        reach = f"at least {plain(bounds['lower_bps'])} and at most {plain(bounds['upper_bps'])} bps"
        said.append(f"The recording does not react to us, so impact has bounds: {reach}.")
    if risk is not None:
        said.append(f"Chance alone moves such a cost by {risk['cost_sd_bps']:,.2f} bps (one standard deviation).")
    if forecast is not None:
        said.append(
            f"The estimate was {plain(forecast['expected_cost_bps'])} ± {plain(forecast['sd_bps'])} bps from the arrival on; "
            f"{plain(forecast['realized_cost_bps'])} came, {deviations(forecast['z_score'])} standard deviations."
        )
    return said


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int]) -> list[str]:
    rule = "|".join("---:" if at in numbers else "---" for at in range(len(head)))
    lines = ["| " + " | ".join(head) + " |", f"|{rule}|"]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]

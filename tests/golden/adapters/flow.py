"""The vectors of order flow and volume: order flow imbalance, VPIN and volume curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from metaorder.domain.errors import NotIdentified
from metaorder.models import ofi as imbalances
from metaorder.models import volume_curve as curves
from metaorder.models.inputs import vector, whole
from metaorder.models.vpin import bucket_imbalance, bulk_buy_share, buy_share
from metaorder.models.vpin import vpin as one_sidedness


def ofi(inputs: dict[str, Any]) -> dict[str, Any]:
    prices, sizes = (inputs["bid_ticks"], inputs["ask_ticks"]), (inputs["bid_size"], inputs["ask_size"])
    contributed = imbalances.contributions(*prices, *sizes)
    flow = imbalances.imbalance(contributed, window=inputs["window"])
    try:
        fit = imbalances.price_impact(flow, imbalances.mid_moves(*prices, window=inputs["window"]))
        beta, intercept = fit.slope, fit.intercept
    except NotIdentified:
        beta = intercept = None
    longer = imbalances.queue_imbalance(*sizes).tolist()
    return {
        "e": contributed.tolist(),
        "ofi": flow.tolist(),
        "beta": beta,
        "intercept": intercept,
        "queue_imbalance": [None if math.isnan(value) else value for value in longer],
    }


def vpin(inputs: dict[str, Any]) -> dict[str, Any]:
    bucket, window = inputs["bucket_volume"], inputs["n"]
    by_side = bucket_imbalance(inputs["volume"], buy_share(inputs["side"]), bucket=bucket)
    bulk = bulk_buy_share(inputs["price"], sigma=inputs["sigma_dp"])
    in_bulk = bucket_imbalance(inputs["volume"][1:], bulk, bucket=bucket)
    return {
        "n_buckets": len(by_side),
        "bucket_imbalance": by_side.tolist(),
        "vpin": one_sidedness(by_side, bucket=bucket, window=window).tolist(),
        "bvc_buy_fraction": bulk.tolist(),
        "bvc_vpin": one_sidedness(in_bulk, bucket=bucket, window=window).tolist(),
    }


def volume_curve(inputs: dict[str, Any]) -> dict[str, Any]:
    days, remaining, today = inputs["volumes"], inputs["R"], vector("today", inputs["today"])
    seen = today[: whole("m", inputs["m"], least=0, most=today.size)]
    expected = curves.forecast(days, seen)
    dynamic = curves.split(remaining, expected).tolist()
    common, explained = curves.common_component(days)
    static = curves.share_of_means(days)
    return {
        "static_a": curves.mean_of_shares(days).tolist(),
        "static_b": static.tolist(),
        "phi": curves.persistence(days),
        "forecast": expected.tolist(),
        "next_slice": dynamic[0] if dynamic else None,
        "schedule_dynamic": dynamic,
        "schedule_static": curves.split(remaining, static[len(seen) :]).tolist(),
        "pca_common_first_day": common[0].tolist(),
        "pca_explained": explained,
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"ofi": ofi, "vpin": vpin, "volume_curve": volume_curve}

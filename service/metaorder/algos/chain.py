"""The fallback chain: an algorithm that lacks an input is worked as a plainer one, and each child says which and why."""

from __future__ import annotations

from dataclasses import replace

from metaorder.domain.state import Candidates, Intent


def instead(intent: Intent, *, algo: str, missing: str, other: str) -> Intent:
    """What `other` intends, for an order of `algo` that lacks an input.

    `chain` in the reason holds each step, the order's own algorithm first; `fallback` says the same in words.
    """
    later, also = intent.reason.get("chain"), intent.reason.get("fallback")
    chain: Candidates = [{"algo": algo, "missing": missing, "instead": other}]
    chain += later if isinstance(later, list) else []
    said = f"{algo} without {missing}: worked as {other}"
    return replace(intent, reason={**intent.reason, "chain": chain, "fallback": said if also is None else f"{said}; {also}"})

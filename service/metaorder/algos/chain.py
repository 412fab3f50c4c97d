"""The fallback chain: an algorithm that lacks an input is worked as a plainer one, and each child says which and why."""

from __future__ import annotations

from dataclasses import replace

from metaorder.domain.state import Candidates, Intent, Reason


def noted(reason: Reason, *missing: str | None) -> Reason:
    """A reason that says in `fallback` which inputs are missing and what is done without; None: nothing to say."""
    before = reason.get("fallback")
    said = [each for each in (before, *missing) if isinstance(each, str)]
    return {**reason, "fallback": "; ".join(dict.fromkeys(said))} if said else reason


def instead(intent: Intent, *, algo: str, missing: str, other: str) -> Intent:
    """What `other` intends, for an order of `algo` that lacks an input.

    `chain` in the reason holds each step, the order's own algorithm first; `fallback` says the same in words.
    """
    later = intent.reason.get("chain")
    chain: Candidates = [{"algo": algo, "missing": missing, "instead": other}]
    chain += later if isinstance(later, list) else []
    also = intent.reason.get("fallback")
    said = {**intent.reason, "chain": chain, "fallback": f"{algo} without {missing}: worked as {other}"}
    return replace(intent, reason=noted(said, also if isinstance(also, str) else None))

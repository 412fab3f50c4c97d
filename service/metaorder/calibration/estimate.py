"""An estimate: a number with what it may be wrong by, or no number and the reason for that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from metaorder.domain.errors import Invalid

Z = 1.959963984540054
"""Standard errors to each side of a value that hold the truth 95 times of 100."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no value. code: stable, for programs. detail: with the numbers, for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One parameter. Either value, or reason: never both, never neither.

    name: of the parameter. unit: of value, standard_error, low and high. model: what it is a parameter of. method: how it was
    estimated. standard_error: None where the method gives none, which `note` then says. low, high: 95 % interval. r2: share of
    the variation that the model explains. n: observations it rests on.
    """

    name: str
    unit: str
    model: str
    method: str
    value: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    r2: float | None = None
    n: int = 0
    reason: Reason | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise Invalid("value", "given, or refused with a reason", self.value)
        if self.value is not None and not math.isfinite(self.value):
            raise Invalid("value", "a finite number", self.value)

    @property
    def t(self) -> float | None:
        """Value over standard error."""
        return self.value / self.standard_error if self.value is not None and self.standard_error else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is estimated, however it comes out."""

    name: str
    unit: str
    model: str
    method: str

    def found(
        self,
        value: float,
        standard_error: float | None,
        *,
        n: int,
        r2: float | None = None,
        interval: tuple[float, float] | None = None,
        note: str | None = None,
    ) -> Estimate:
        """A value; its interval is symmetric unless one is given."""
        if interval is None and standard_error is not None:
            interval = (value - Z * standard_error, value + Z * standard_error)
        low, high = (None, None) if interval is None else interval
        return Estimate(
            name=self.name,
            unit=self.unit,
            model=self.model,
            method=self.method,
            value=value,
            standard_error=standard_error,
            low=low,
            high=high,
            r2=r2,
            n=n,
            note=note,
        )

    def refused(self, code: str, detail: str, *, n: int = 0, r2: float | None = None) -> Estimate:
        """No value, and why."""
        reason = Reason(code, detail)
        return Estimate(name=self.name, unit=self.unit, model=self.model, method=self.method, n=n, r2=r2, reason=reason)

    def because(self, other: Estimate) -> Estimate:
        """No value, because there is none of what it rests on."""
        assert other.reason is not None, "what it rests on was refused"
        return self.refused(other.reason.code, f"{other.name}: {other.reason.detail}", n=other.n)


def preferred(estimates: Sequence[Estimate], order: Sequence[str]) -> tuple[Estimate | None, str]:
    """The estimate to use of several: the first of `order` that has a value, else the surest of the others.

    Returns (the estimate, `preferred` or `fallback`), or (None, `none`) when none has a value: nothing stands in for it.
    """
    known = {each.name: each for each in estimates if each.value is not None}
    for name in order:
        if name in known:
            return known[name], "preferred"
    if not known:
        return None, "none"
    return max(known.values(), key=lambda each: abs(each.t or 0.0)), "fallback"

"""Rates: how many requests a key may make. Cancels, kills and heartbeats have a lane of their own and are never held up."""

from __future__ import annotations

from dataclasses import dataclass

from metaorder.ports.clock import Clock

MOST_KEYS = 10_000


@dataclass(slots=True)
class _Bucket:
    """What a key may still ask for at once, as of then."""

    left: float
    at: float


class Rates:
    """A token bucket for each key: `per_second` requests come back each second, up to `burst` at once."""

    def __init__(self, clock: Clock, per_second: float, burst: float) -> None:
        self._clock = clock
        self._rate = per_second
        self._burst = burst
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> float:
        """Count a request. 0: it may go on; otherwise the seconds until one may."""
        now = self._clock.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MOST_KEYS:  # the oldest are full again, or soon will be
                self._buckets.pop(next(iter(self._buckets)))
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / self._rate
        bucket.left -= 1
        return 0.0

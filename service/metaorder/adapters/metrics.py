"""Prometheus metrics, with their children kept: looking one up costs more than counting."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class PrometheusMetrics:
    """Counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "metaorder_http_requests_total", "HTTP requests answered", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram("metaorder_http_seconds", "Time to answer", ["route"], buckets=BUCKETS, registry=self._registry)
        self._clients = Gauge("metaorder_stream_clients", "WebSocket clients connected", registry=self._registry)
        self._events = Counter("metaorder_journal_rows_total", "Rows made durable", ["type"], registry=self._registry)
        self._reports = Gauge(
            "metaorder_venue_reports",
            "Reports of venues that told nothing new or could not be so",
            ["market", "code"],
            registry=self._registry,
        )
        self._request_children: dict[tuple[str, str, int], Counter] = {}
        self._second_children: dict[str, Histogram] = {}
        self._event_children: dict[str, Counter] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        key = (method, route, status)
        counter = self._request_children.get(key)
        if counter is None:
            counter = self._request_children[key] = self._requests.labels(method, route, str(status))
            self._second_children.setdefault(route, self._seconds.labels(route))
        counter.inc()
        self._second_children[route].observe(seconds)

    def client(self, change: int) -> None:
        """Count a stream client in or out."""
        self._clients.inc(change)

    def events(self, kind: str, count: int) -> None:
        """Count durable rows."""
        counter = self._event_children.get(kind)
        if counter is None:
            counter = self._event_children[kind] = self._events.labels(kind)
        counter.inc(count)

    def reports(self, market: str, counts: Mapping[str, int]) -> None:
        """So many reports of a market's venues told nothing new or could not be so, by code."""
        for code, count in counts.items():
            self._reports.labels(market, code).set(count)

    def render(self) -> tuple[bytes, str]:
        """The text that Prometheus scrapes."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

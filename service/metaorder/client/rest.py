"""The REST calls, one method each; documents in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from metaorder.client.problem import Problem

Doc = dict[str, Any]
TIMEOUT_S = 30.0
REPORT_TIMEOUT_S = 120.0
"""A simulated market is run again without the order."""


class Client:
    """A connection to one server with one key. Use it as a context manager."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self.key = key
        self._http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        """Use the connection."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of it."""
        self._http.close()

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Doc:
        """Any call; the document that it answers.

        Raises:
            Problem: the server refused, or does not know.
            httpx.TransportError: no answer came: the outcome of a write is unknown.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._http.request(method, path, json=body, headers=named)
        if answer.status_code >= 400:
            raise Problem(answer.status_code, answer.json())
        document: Doc = answer.json()
        return document

    def report(self, parent: str, kind: str = "md") -> str:
        """The report of an order as text: md, html or json.

        Raises:
            Problem: the server refused.
        """
        answer = self._http.get(f"/v1/parent-orders/{parent}/tca/report", params={"format": kind}, timeout=REPORT_TIMEOUT_S)
        if answer.status_code >= 400:
            raise Problem(answer.status_code, answer.json())
        return answer.text

    def tca_summary(self, **query: str) -> str:
        """Costs by day or by algorithm as text: by, format (md, html, json), and filters.

        Raises:
            Problem: the server refused.
        """
        answer = self._http.get("/v1/tca/summary", params=query, timeout=REPORT_TIMEOUT_S)
        if answer.status_code >= 400:
            raise Problem(answer.status_code, answer.json())
        return answer.text

    def create_market(self, **terms: Any) -> Doc:
        """A market session, ready."""
        return self.call("POST", "/v1/markets", terms)

    def start_market(self, market: str) -> Doc:
        """Let its clock run."""
        return self.call("POST", f"/v1/markets/{market}/start")

    def set_speed(self, market: str, speed: float | str) -> Doc:
        """Change its speed: times real time, or "max"."""
        return self.call("PATCH", f"/v1/markets/{market}", {"speed": speed})

    def market(self, market: str) -> Doc:
        """How a market stands."""
        return self.call("GET", f"/v1/markets/{market}")

    def book(self, market: str, depth: int = 10) -> Doc:
        """Its book now."""
        return self.call("GET", f"/v1/markets/{market}/book?depth={depth}")

    def bars(self, market: str, interval_s: int = 60) -> list[Doc]:
        """Its bars so far."""
        items: list[Doc] = self.call("GET", f"/v1/markets/{market}/bars?interval={interval_s}")["items"]
        return items

    def submit(self, **terms: Any) -> Doc:
        """A parent order. Repeat it with the same client_order_id until it is answered: it is accepted once."""
        return self.call("POST", "/v1/parent-orders", terms)

    def order(self, parent: str) -> Doc:
        """A parent order as it stands."""
        return self.call("GET", f"/v1/parent-orders/{parent}")

    def amend(self, parent: str, version: int, **changes: Any) -> Doc:
        """Change quantity, limit_price, end_time or params of the version that you have seen."""
        return self.call("PATCH", f"/v1/parent-orders/{parent}", changes, If_Match=str(version))

    def pause(self, parent: str, *, cancel_open: bool = False) -> Doc:
        """Send no new child."""
        return self.call("POST", f"/v1/parent-orders/{parent}/pause", {"cancel_open": cancel_open})

    def resume(self, parent: str) -> Doc:
        """Work it again."""
        return self.call("POST", f"/v1/parent-orders/{parent}/resume")

    def settle(self, parent: str, *, disputed: int, traded: int) -> Doc:
        """End its dispute: of `disputed_quantity`, so much was filled by its venues."""
        body = {"disputed_quantity": disputed, "traded_quantity": traded}
        return self.call("POST", f"/v1/parent-orders/{parent}/settle", body)

    def cancel(self, parent: str) -> Doc:
        """Ask for its end; only the `parent.canceled` event is final."""
        return self.call("POST", f"/v1/parent-orders/{parent}/cancel")

    def tca(self, parent: str) -> Doc:
        """Its analysis."""
        return self.call("GET", f"/v1/parent-orders/{parent}/tca")

    def schedule(self, parent: str) -> Doc:
        """Its schedule in force."""
        return self.call("GET", f"/v1/parent-orders/{parent}/schedule")

    def fills(self, parent: str) -> Iterator[Doc]:
        """Its fills, oldest first, page by page."""
        return self.pages(f"/v1/parent-orders/{parent}/fills")

    def children(self, parent: str) -> Iterator[Doc]:
        """Its children, first sent first, page by page."""
        return self.pages(f"/v1/parent-orders/{parent}/children")

    def pages(self, path: str) -> Iterator[Doc]:
        """Every item of a list."""
        cursor = ""
        while True:
            page = self.call("GET", f"{path}?limit=500{cursor}")
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"

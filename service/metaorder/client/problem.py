"""An answer that is no success: RFC 9457, as an exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """What the server said: `code` is stable, `document` holds the facts.

    definite: whether it is a definite no. Otherwise the outcome is unknown: repeat the call with the same id, or ask.
    """

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {document.get('code', '')}: {document.get('detail', '')}")
        self.status = status
        self.document = document
        self.code = str(document.get("code", ""))
        self.definite = (400 <= status < 500 and self.code != "in_progress") or document.get("accepted") is False

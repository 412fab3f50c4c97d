"""Test vectors of the mathematics: found through METAORDER_VECTORS, never part of the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.data import ROOT

VECTORS = Path(os.environ.get("METAORDER_VECTORS", ROOT.parent / "shared" / "vectors"))


def vectors(model: str) -> list[dict[str, Any]]:
    """The cases of a model; without them the test is skipped, but where CI=true it fails."""
    path = VECTORS / f"{model}.json"
    if path.exists():
        cases: list[dict[str, Any]] = json.loads(path.read_text())["cases"]
        assert cases, f"{path} holds cases"
        return cases
    message = f"the test vectors {model}.json are not under METAORDER_VECTORS ({VECTORS})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)

"""The build: a digest of everything that decides what a session does."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import metaorder
from metaorder.sim import native

DECIDES = ("domain", "models", "algos", "routing", "risk", "sim", "core")
"""The floors whose code a re-run depends on. The session's own loop is held to the same by comparison, byte for byte."""


@cache
def engine_version() -> str:
    """The package's version and a digest of the pure floors and the native core."""
    digest = hashlib.sha256()
    root = Path(metaorder.__file__).parent
    for floor in DECIDES:
        for path in sorted((root / floor).rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update(native.location().read_bytes())
    return f"{metaorder.__version__}+{digest.hexdigest()[:12]}"

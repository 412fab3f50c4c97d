"""Where the native core lies: its bytes are part of what a session depends on."""

from __future__ import annotations

from pathlib import Path

from metaorder import _native


def location() -> Path:
    """The file of the native module."""
    assert _native.__file__ is not None, "the native core is a file"
    return Path(_native.__file__)

"""The modes that are compared by name: an algorithm that says when and how much, over the router that says how and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metaorder.domain.errors import Invalid

MODES: Mapping[str, str] = {"myopic": "myopic:split_s=60", "traditional": "traditional"}
"""Each mode as `--algos` has it."""


def algos_of(modes: Sequence[str]) -> tuple[str, ...]:
    """The algorithms of the modes, the last first: it is the one that the others are held against.

    Raises:
        Invalid: no such mode.
    """
    for mode in modes:
        if mode not in MODES:
            raise Invalid("modes", f"of {', '.join(MODES)}", mode)
    return tuple(MODES[mode] for mode in reversed(modes))

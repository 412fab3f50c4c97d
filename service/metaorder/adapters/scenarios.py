"""Scenarios in files: a base by its name, and the parameters that differ from it, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from metaorder.domain.errors import Invalid
from metaorder.sim.presets import PRESETS, preset
from metaorder.sim.scenario import Scenario, document


def find(name: str) -> tuple[str, Scenario]:
    """A scenario by a preset's name or by a file's, and what to call it.

    Raises:
        Invalid: neither, or a file that breaks a rule.
    """
    if name in PRESETS:
        return name, PRESETS[name]
    path = Path(name)
    if not path.is_file():
        raise Invalid("scenario", f"a file, or one of {', '.join(PRESETS)}", name)
    return path.stem, read(path)


def read(path: Path) -> Scenario:
    """The scenario that a file describes.

    Raises:
        Invalid: it is no JSON object with `scenario` and `parameters`, or a parameter breaks a rule.
    """
    try:
        found = json.loads(path.read_text())
    except (ValueError, UnicodeDecodeError) as error:
        raise Invalid("scenario", "a file of JSON", f"{path}: {error}") from None
    if not (isinstance(found, dict) and isinstance(found.get("scenario"), str) and isinstance(found.get("parameters"), dict)):
        raise Invalid("scenario", "an object with `scenario`, a preset's name, and `parameters`", str(path))
    return preset(found["scenario"], found["parameters"])


def write(path: Path, base: str, scenario: Scenario, facts: dict[str, Any]) -> None:
    """Keep a scenario so that `read`, and `POST /v1/markets`, understand it. facts: where it comes from."""
    plain = document(PRESETS[base])
    parameters = {name: value for name, value in document(scenario).items() if value != plain[name]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"scenario": base, "parameters": parameters, "fitted": facts}, indent=2) + "\n")

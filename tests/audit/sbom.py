"""A bill of materials in CycloneDX JSON, from the locked requirements: every package, its version, the hashes it is held to."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

_PACKAGE = re.compile(r"^(?P<name>[a-z0-9][^\s=\[;]*)==(?P<version>[^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def sbom(lock: str, version: str) -> dict[str, Any]:
    """The packages of a lock. The same lock gives the same bytes: no clock and no dice.

    Raises:
        ValueError: a package without a hash, which nothing would hold to what was tested.
    """
    starts = list(_PACKAGE.finditer(lock))
    ends = [*(match.start() for match in starts[1:]), len(lock)]
    components = [
        _component(match["name"], match["version"], lock[match.end() : end]) for match, end in zip(starts, ends, strict=True)
    ]
    serial = uuid.UUID(bytes=hashlib.sha256(lock.encode()).digest()[:16], version=4)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "metaorder", "version": version, "bom-ref": "metaorder"}},
        "components": components,
    }


def _component(name: str, version: str, rest: str) -> dict[str, Any]:
    hashes = _HASH.findall(rest)
    if not hashes:
        raise ValueError(f"{name} {version} has no hash in the lock")
    address = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": address,
        "bom-ref": address,
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
    }

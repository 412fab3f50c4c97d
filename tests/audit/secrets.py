"""A search for secrets in the files of the project: keys of ours, of others, and passwords inside addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PATTERNS = {
    "an API key of this service": re.compile(r"\bmo_[A-Za-z0-9_-]{40,}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{60,}"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a PyPI token": re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+]*://[^\s:/@{}$'\"]+:(?P<word>[^\s/@{}$'\"<>]+)@"),
}

PLAIN = {"password", "metaorder", "secret", "user", "pw"}
"""Words in the place of a password that are examples, and open nothing beyond a container of one's own."""


def secrets(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a text that hold what looks like a secret, and what it looks like. The secret itself is not shown."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in PATTERNS.items():
            found = pattern.search(line)
            if found is not None and found.groupdict().get("word") not in PLAIN:
                yield number, what


def in_files(root: Path, files: list[str]) -> list[str]:
    """Findings in files, by place."""
    return [
        f"{name}:{number}: {what}"
        for name in files
        if (root / name).is_file()
        for number, what in secrets((root / name).read_text(errors="ignore"))
    ]

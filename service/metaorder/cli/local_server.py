"""A server of one's own for a moment: in a directory that is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metaorder.client import Client


class DidNotStart(RuntimeError):
    """The server ended instead of serving: with what it said."""


@contextmanager
def local_server() -> Iterator[Client]:
    """A server without the market `sim`, and a client that holds its key.

    Raises:
        DidNotStart: with the server's own words.
    """
    with tempfile.TemporaryDirectory(prefix="metaorder-") as directory:
        environment = {**os.environ, "METAORDER_SIM": "false"}
        environment.pop("METAORDER_DATABASE_URL", None)
        command = [str(Path(sys.executable).with_name("metaorder")), "serve", "--port", "0", "--state", directory]
        process = subprocess.Popen(  # noqa: S603 our own command
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            url = _address(process)
            with Client(url, (Path(directory) / "admin.key").read_text().strip()) as client:
                yield client
        finally:
            process.terminate()
            process.wait(timeout=15)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if "is serving on" in line:
            return line.split()[-1]
    raise DidNotStart("; ".join(said))

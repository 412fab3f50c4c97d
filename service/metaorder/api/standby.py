"""What a server answers while another one writes its database: whether it is well, and reads of the database alone."""

from __future__ import annotations

import re

from metaorder.api.middleware import App, Receive, Scope, Send
from metaorder.api.problems import response, standby

STANDBY = "this server stands by: another one writes the database, or its sessions are being brought back here"

_READ = re.compile(r"/v1/(parent-orders(/by-client-id/.+|/[^/]+(/(children|reasons|fills|events|schedule))?)?|fills|events)")
"""Reads whose answer is in the database, whole. What an engine would have to be asked for is not among them."""


class Standby:
    """Refuses what a server that stands by cannot answer rightly: every command, every stream, and what only an engine knows."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a read on, or refuse."""
        if scope["type"] == "http" and not _answered(scope["method"], scope["path"]):
            await response(standby(STANDBY), scope["path"])(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _answered(method: str, path: str) -> bool:
    return path.startswith("/health/") or (method == "GET" and (path == "/metrics" or _READ.fullmatch(path) is not None))

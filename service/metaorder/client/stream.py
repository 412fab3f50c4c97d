"""Reading the stream exactly once: from any seq on, over every drop of the connection."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 10.0
FINAL = frozenset({4400, 4401, 4403, 4409})
"""Close codes after which trying again cannot help."""
BEGUN_ANEW = frozenset({"reset", "snapshot.parent", "snapshot.child", "snapshot.end"})
TOO_MANY = 429


def follow(url: str, key: str, after: int = 0) -> Iterator[dict[str, Any]]:
    """Every event of the account after a seq, in order, each once; reconnects for ever.

    Who is further behind than events are kept for the stream gets `reset`, what is open, `snapshot.end`, and what follows.

    Raises:
        ConnectionClosed: the server closed for good: a bad key, or a seq that it never gave.
        InvalidStatus: the key is refused.
    """
    wait = FIRST_WAIT_S
    address = url.replace("http", "ws", 1) + "/v1/stream"
    headers = {"Authorization": f"Bearer {key}"}
    while True:
        try:
            with connect(f"{address}?after={after}", additional_headers=headers) as connection:
                for frame in connection:
                    for event in json.loads(frame):
                        seq = event.get("seq")
                        if event["type"] in BEGUN_ANEW:
                            yield event
                            after = event["as_of_seq"] if event["type"] == "snapshot.end" else after
                        elif seq is not None and seq > after:
                            after = seq
                            yield event
                    wait = FIRST_WAIT_S
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code in FINAL:
                raise
        except InvalidStatus as refused:
            if refused.response.status_code < 500 and refused.response.status_code != TOO_MANY:
                raise
        except OSError:
            pass  # the server is away: it comes back with everything that it promised
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_S)

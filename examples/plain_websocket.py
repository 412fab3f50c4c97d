"""Nothing but a WebSocket: read the stream from a seq on, drop what you hold already, come back after a drop."""

from __future__ import annotations

import json
import sys

from websockets.sync.client import connect


def main(url: str, key: str, after: str = "0") -> None:
    """Print every event after a seq; ends with the first heartbeat that says that there is no more."""
    held = int(after)
    headers = {"Authorization": f"Bearer {key}"}
    with connect(f"{url.replace('http', 'ws')}/v1/stream?after={held}", additional_headers=headers) as connection:
        for frame in connection:
            for event in json.loads(frame):
                if event["type"] == "heartbeat":
                    if event["through_seq"] == event["head_seq"]:
                        return
                elif event["seq"] > held:
                    held = event["seq"]
                    print(event["seq"], event["type"], event.get("quantity", ""), event.get("price", ""))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A market, an order, its stream and its cost: all of Metaorder in one script. Give it a server's address and key."""

from __future__ import annotations

import sys

from metaorder.client import Client, follow


def main(url: str, key: str, name: str = "quickstart") -> None:
    """Work one order on a simulated market and print what it cost."""
    with Client(url, key) as client:
        client.create_market(id=name, kind="simulated", seed=3, date="2026-03-02", speed="max")
        order = client.submit(
            client_order_id=name,
            market=name,
            symbol="ACME",
            side="sell",
            quantity=10_000,
            algo="twap",
            params={"slices": 30},
            duration_s=1_800,
            max_participation="0.25",
        )
        client.start_market(name)
        for event in follow(url, key):
            if event["parent_id"] == order["id"] and event["type"] == "fill":
                print(f"{event['seq']:>5}  {event['ts']}  {event['quantity']:>5} at {event['price']}  {event['liquidity']}")
            if event["parent_id"] == order["id"] and event["type"] in {"parent.filled", "parent.expired"}:
                break
        cost = client.tca(order["id"])
        print(f"{cost['filled_quantity']} filled at {cost['avg_price']}, {cost['is_bps']} bps against the decision:")
        for component, bps in cost["components_bps"].items():
            print(f"  {component:<12} {bps}")


if __name__ == "__main__":
    main(*sys.argv[1:])

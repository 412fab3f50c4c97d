"""A client: the REST calls with their failure contract, and the stream with exactly-once reading."""

from __future__ import annotations

from metaorder.client.problem import Problem
from metaorder.client.rest import Client
from metaorder.client.stream import follow

__all__ = ["Client", "Problem", "follow"]

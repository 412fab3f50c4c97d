"""What a split came to once the outflows of its queues were known, beside the other ways and the best there was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metaorder.models.ck_cost import Terms, realised
from metaorder.models.inputs import Floats
from metaorder.routing.allocate import ways
from metaorder.routing.split import in_lots, within

WAYS = ("split", "market", "venue", "score")
ORACLE = "oracle"


def in_hindsight(terms: Terms, scenarios: Floats, outflows: Sequence[float], latencies: Sequence[float]) -> dict[str, float]:
    """Realised cost of each way and of the oracle, by the cost function of Cont and Kukanov, in the money of the terms.

    Each way is decided on the scenarios, in whole lots, and then pays for the outflows that came. The oracle knew them: the best
    split that never has more out than the order, exactly, so that no way is cheaper.

    scenarios: what was expected, shape (J, K) [shares]. outflows: xi that came, shape (K,) [shares].
    latencies: of the venues [ms]. Raises Invalid, as `within`.
    """
    came = np.asarray(outflows, dtype=np.float64).reshape(1, -1)
    found = {}
    for name, way in ways(terms, scenarios, latencies).items():
        market, limits = in_lots(way, int(terms.shares))
        found[name] = float(realised(terms, market, limits, came).cost[0])
    return {**found, ORACLE: within(terms, came).cost}

"""Real market data for tests: found through METAORDER_DATA, never part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("METAORDER_DATA", ROOT.parent / "shared" / "data"))

GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
AAPL = "lobster/LOBSTER_SampleFile_AAPL_2012-06-21_1.zip"
ES_SNAPSHOT = "es_mbo/esh4-glbx-mdp3-20231224.mbo.dbn.zst"
ES_SESSION = "es_mbo/esh4-glbx-mdp3-20231225.mbo.dbn.zst"
SPOT = "binance/spot_btcusdt_20240808.gz"
USDM = "binance/usdm_btcusdt_20240808.gz"
SPY = "volume/spy_1min_2011-01.csv.gz"


def real(name: str) -> Path:
    """A file of the real data; without it the test is skipped, but where CI=true it fails."""
    path = DATA / name
    if path.exists():
        return path
    message = f"the real data file {name} is not under METAORDER_DATA ({DATA})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)

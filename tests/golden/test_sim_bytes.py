"""A seed is the same bytes from every build: the module as it is installed, and the core without optimisation, give one hash."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from metaorder import _native
from metaorder.domain.units import SECOND

ROOT = Path(__file__).parents[2]
KNOWN = ROOT / "tests" / "golden" / "sim_bytes.txt"
GOLDEN = KNOWN.read_text().split()
"""Of one venue, and of three with a dark pool, hidden orders and auctions."""

ELSEWHERE = {"lobster.cpp", "replay.cpp", "recorded.cpp"}
LIMIT, CLOSED, NEVER, ALL = 0, 6, 2**63 - 1, 2**64 - 1


def test_the_installed_module_gives_the_known_bytes() -> None:
    """As `native/tests/test_sim_golden.cpp` does it."""
    market = _native.MarketConfig()
    market.seed, market.open, market.close = 20_120_621, 34_200 * SECOND, 41_400 * SECOND
    one = lived(market, 60)
    market.close = 36_000 * SECOND
    market.venue_shares, market.dark_share, market.hidden, market.auctions = [0.5, 0.3, 0.2], 0.2, 0.15, "both"
    assert [one, lived(market, 16)] == GOLDEN


def lived(market: _native.MarketConfig, orders: int) -> str:
    """A market with our orders in it, one every hundred seconds, on its floors in turn; the hash of all that happened."""
    session = _native.Session.simulated(market, latency=1_000_000, points_per_tick=100)

    def run(until: int) -> None:
        while session.advance(until, ALL, NEVER, False, ALL) not in (LIMIT, CLOSED):
            session.take_reports()

    for n in range(1, orders + 1):
        run(market.open + n * 100 * SECOND)
        bid, ask, *_ = session.touch()
        buy = n % 3 != 0
        price = (bid if buy else ask) if n % 2 == 0 else 57_000 + (3_000 if buy else -3_000)
        session.submit(
            parent=1,
            number=n,
            account=1 + n % 2,
            buy=buy,
            ioc=n % 2 == 1,
            price=price,
            lots=150,
            good_till=session.clock + 60 * SECOND,
            floor=n % session.floors,
        )
    run(market.close)
    return f"{session.hash():016x}"


@pytest.mark.gauntlet
@pytest.mark.long
def test_a_build_without_optimisation_gives_the_same_bytes(tmp_path: Path) -> None:
    compiler = shutil.which(os.environ.get("CXX", "c++"))
    assert compiler is not None, "the core was built by a compiler"
    sources = [path for path in sorted((ROOT / "native" / "src").glob("*.cpp")) if path.name not in ELSEWHERE]
    program = tmp_path / "golden"
    options = ["-std=c++20", "-O0", "-ffp-contract=off", "-I", str(ROOT / "native" / "include")]
    subprocess.run(
        [compiler, *options, str(ROOT / "native" / "tests" / "test_sim_golden.cpp"), *map(str, sources), "-o", str(program)],
        check=True,
    )
    assert subprocess.run([program, "print"], check=True, stdout=subprocess.PIPE, text=True).stdout.split() == GOLDEN
    other = tmp_path / "other.txt"
    other.write_text("\n".join([GOLDEN[0], GOLDEN[1][:-1] + ("0" if GOLDEN[1][-1] != "0" else "1")]))
    files = [KNOWN, other, tmp_path / "none.txt"]
    assert [subprocess.run([program, file], check=False).returncode for file in files] == [0, 1, 1]

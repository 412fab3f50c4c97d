"""A bug to plant, and the tests that must notice one, by short names."""

from __future__ import annotations

from dataclasses import dataclass

GUARD = "tests/unit/risk/test_guard.py"
POWER = "tests/faults/test_power_loss.py -m 'not gauntlet'"
AWAY = "tests/faults/test_database_away.py"
SERVERS = "tests/faults/test_two_servers.py"
JOURNAL = "tests/contract/test_journal.py"
DISK = "tests/contract/test_full_disk.py"
ENGINE = "tests/unit/core/test_engine.py"
LADDER = "tests/differential/test_ladder.py -m 'not gauntlet'"
RISK = "tests/e2e/test_risk.py -k sqlite"
ACCESS = "tests/e2e/test_authorisation.py -k sqlite"
ONCE = "tests/unit/api/test_idempotency.py"
ORDERS = "tests/e2e/test_orders.py -k sqlite"
STREAM = "tests/e2e/test_stream.py -k sqlite"
HEARING = "tests/unit/core/test_hearing.py"
SILENCE = "tests/unit/core/test_silence.py"
SIGHT = "tests/unit/core/test_sight.py"
SIMULATION = "tests/simulation/test_service.py -k laws"
FAULTY = "tests/simulation/test_faulty_venue.py -k asked"
LIMITS = "tests/unit/risk/test_limits.py"
PACE = "tests/unit/core/test_pace.py"
PRICE = "tests/unit/core/test_adaptation.py"
AMENDMENTS = "tests/e2e/test_amendments.py -k sqlite"


@dataclass(frozen=True, slots=True)
class Bug:
    """A change of one line. good: stands once in the module. bad: takes its place. test: what pytest is told to run."""

    module: str
    good: str
    bad: str
    test: str

"""The lanes of the gauntlet: what each runs, how often, from which seeds. A lane takes at most 75 minutes on two cores."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_S = 75 * 60
LONGEST_TEST_S = 30 * 60
"""A test that hangs is ended before its lane is; far beyond what the slowest takes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command. counts: how often what it does; seeds: what its chance comes from. Both are written down with what came of it.

    numbers: figures that the command leaves under results/, by what they are: the file, then the keys that lead to it.
    program: `pytest`, `python` (a module), or a program under build/sanitized.
    """

    program: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    seeds: str = "fixed in the tests"
    numbers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether it is one thread that needs nothing of the machine but a core: such steps of a lane run side by side."""
        return self.program not in {"pytest", "python"}


def _tests(*arguments: str, side_by_side: bool = True, **rest: object) -> Step:
    apart = ("-n", "3", "--dist", "loadfile") if side_by_side else ()
    return Step("pytest", ("--timeout", str(LONGEST_TEST_S), *apart, *arguments), **rest)  # type: ignore[arg-type]


BOOK, TYPES, HOSTILE, CRASHES, KILLS, DAYS = 200_000_000, 20_000_000, 100_000, 400, 1_000, 24


def _simulated(first: int, last: int) -> Step:
    """The whole service in virtual time, a seed a test: any worker may take any seed."""
    arguments = ("-n", "2", "--dist", "load", "tests/simulation/test_service.py", "-m", "not gauntlet")
    return _tests(
        *arguments,
        side_by_side=False,
        environment={"METAORDER_SEEDS": f"{first}-{last}"},
        counts={"simulated days of faults": last - first + 1},
        seeds=f"{first} to {last}",
    )


def _crashes(kills: int) -> Step:
    """Servers that are killed, two at a time: each has a state directory and a database of its own."""
    return _tests(
        *("-n", "2", "--dist", "load", "tests/e2e/test_recovery.py"),
        side_by_side=False,
        environment={"METAORDER_CRASHES": str(kills)},
        counts={"kills -9 at random and at failpoints": kills},
    )


CAUGHT = {"planted bugs": ("sabotage.json", "planted"), "of them caught": ("sabotage.json", "caught")}

LOAD = {
    "parents a second, the most held": ("load.json", "peak_per_s"),
    "a second held for long": ("load.json", "held", "accepted_per_s"),
    "ms p50": ("load.json", "held", "p50_ms"),
    "ms p99": ("load.json", "held", "p99_ms"),
    "ms p99.9": ("load.json", "held", "p99.9_ms"),
    "ms p99 from fill to client, beyond the soonest": ("load.json", "fill_to_client", "p99_ms"),
    "s to recover from twice the most": ("load.json", "recovered_s"),
}

AUDITED = {
    "packages in the bill of materials": ("audit.json", "components"),
    "files searched for secrets": ("audit.json", "files_searched"),
}

LANES: dict[str, tuple[Step, ...]] = {
    "book": (
        Step("test_book_random", (str(BOOK), "101"), counts={"book operations": BOOK}, seeds="101"),
        Step("test_types_random", (str(TYPES), "101"), counts={"operations of every order type": TYPES}, seeds="101"),
    ),
    "laws": (
        _tests(
            "-m",
            "not gauntlet",
            "tests/contract",
            "tests/simulation",
            "tests/differential",
            environment={"METAORDER_EXAMPLES": "5"},
        ),
        _tests(
            "-m", "gauntlet", "--ignore=tests/e2e", environment={"METAORDER_EXAMPLES": "1"}, counts={"ladder cases": 1_000_000}
        ),
    ),
    "crashes": (_crashes(CRASHES),),
    "kills": (
        _tests(
            "tests/e2e/test_kills.py",
            "-m",
            "gauntlet",
            "--timeout",
            str(LONGEST_S - 5 * 60),
            side_by_side=False,
            environment={"METAORDER_KILLS": str(KILLS)},
            counts={"kills under load": KILLS},
        ),
    ),
    "days": (
        _tests(
            "tests/e2e/test_days.py",
            side_by_side=False,
            environment={"METAORDER_DAYS": str(DAYS)},
            counts={"simulated days, each of them twice": DAYS},
        ),
    ),
    "simulation": (_simulated(1_000, 1_999),),
    "service": (_tests("-m", "gauntlet", "tests/e2e", "--ignore=tests/e2e/test_contract.py"),),
    "contract": (
        _tests(
            "-m",
            "gauntlet",
            "tests/e2e/test_contract.py",
            side_by_side=False,
            environment={"METAORDER_HOSTILE": str(HOSTILE)},
            counts={"requests of schemathesis": HOSTILE},
            seeds="10 and on, for each of three kinds of keys",
        ),
    ),
    "sabotage": (Step("python", ("sabotage",), numbers=CAUGHT),),
    "load": (Step("python", ("benchmarks.load",), numbers=LOAD),),
    "audit": (Step("python", ("audit", "--offline"), numbers=AUDITED),),
}

QUICK: dict[str, tuple[Step, ...]] = {
    "quick book": (
        Step("test_book_random", ("3000000", "11"), counts={"book operations": 3_000_000}, seeds="11"),
        Step("test_types_random", ("500000", "11"), counts={"operations of every order type": 500_000}, seeds="11"),
    ),
    "quick gauntlet": (
        _tests(  # a worker that is done takes over tests of the files that take longest
            *("-n", "3", "--dist", "worksteal", "-m", "gauntlet and not long"),
            side_by_side=False,
            environment={"METAORDER_EXAMPLES": "1", "METAORDER_HOSTILE": "5000"},
            counts={"requests": 5_000},
        ),
    ),
    "quick crashes": (_crashes(12),),
    "quick simulation": (_simulated(1, 100),),
    "quick sabotage": (Step("python", ("sabotage", "--quick"), numbers=CAUGHT),),
}
"""What every change must pass beside `make test`, which it does not repeat: a quarter of an hour on two idle cores, more on busy
ones."""

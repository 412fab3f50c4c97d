"""The impact truth in numbers: exponents, relaxation, formula ratios. Not in `make bench`: it takes minutes.

python -m benchmarks.impact [seeds]
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from metaorder.sim.presets import PRESETS
from metaorder.sim.scenario import Scenario
from metaorder.sim.twins import START_S, Child, Floats, around, by_count, by_size, formula, left, moved, slope, twin, volume

HOUR = 3_600
END, LATER = START_S + HOUR, START_S + 2 * HOUR
UNTIL = LATER + 60
PARTS = (0.01, 0.02, 0.05, 0.10, 0.20)
DURATIONS_S = (300, 900, 1_800, 3_600, 7_200, 14_400)

Protocol = Callable[[int, int, int], list[Child]]
PROTOCOLS: dict[str, Protocol] = {
    "child size": lambda lots, sign, _: by_size(lots, sign),
    "child count": lambda lots, sign, market: by_count(lots, sign, size=max(1, round(market * 0.2 / 240))),
}


def main(seeds: int) -> None:
    """Both tick regimes, by size, by count, by duration."""
    for name in ("liquid-small-tick", "liquid-large-tick"):
        scenario = PRESETS[name]
        for by, protocol in PROTOCOLS.items():
            rows = np.array([participation(scenario, seed, protocol) for seed in range(1, seeds + 1)])
            end, later, end_said, later_said = (rows[:, :, i] for i in range(4))
            print(f"{name}, by {by}: exponent {spread([slope(PARTS, each) for each in end])}")
            for j, part in enumerate(PARTS):
                ratio, ratio_later = spread(end[:, j] / end_said[:, j]), spread(later[:, j] / later_said[:, j])
                mean, share = end[:, j].mean(), stated(*left(end, later), j)
                print(f"  {part:4.0%}  end {mean:7.2f} ticks, left {share}, to the formula {ratio}, an hour later {ratio_later}")
        durations = np.array([duration(scenario, seed) for seed in range(1, seeds + 1)])
        lots, end, later, end_said, later_said = (durations[:, :, i] for i in range(5))
        exponents = [slope(x, y) for x, y in zip(lots, end, strict=True)]
        print(f"{name}, by duration at 10 %: exponent {spread(exponents)}")
        for j, window_s in enumerate(DURATIONS_S):
            ratio, ratio_later = spread(end[:, j] / end_said[:, j]), spread(later[:, j] / later_said[:, j])
            mean, share = end[:, j].mean(), stated(*left(end, later), j)
            head = f"  {window_s / 60:3.0f} min  end {mean:7.2f} ticks, left {share}"
            print(f"{head}, to the formula {ratio}, an hour later {ratio_later}")


def participation(scenario: Scenario, seed: int, protocol: Protocol) -> Floats:
    """By participation: the end of an hour's order and an hour later, measured and by the formula [ticks]."""
    sign = 1 if seed % 2 else -1
    market = volume(twin(scenario, seed, UNTIL), START_S, END)
    rows = []
    for part in PARTS:
        with_us, path = moved(scenario, seed, UNTIL, protocol(round(part * market), sign, market))
        values = [
            around(path, END),
            around(path, LATER),
            formula(scenario, with_us.own, END),
            formula(scenario, with_us.own, LATER),
        ]
        rows.append([sign * value for value in values])
    return np.array(rows)


def duration(scenario: Scenario, seed: int) -> Floats:
    """By duration: lots, the end and an hour later, measured and by the formula [ticks]."""
    sign = 1 if seed % 2 else -1
    rows = []
    for window_s in DURATIONS_S:
        last = START_S + window_s
        lots = round(0.1 * volume(twin(scenario, seed, 23_400), START_S, last))
        with_us, path = moved(scenario, seed, 23_400, by_size(lots, sign, window_s=window_s))
        after = min(last + HOUR, 23_380)
        said = [formula(scenario, with_us.own, last, 5), formula(scenario, with_us.own, after)]
        rows.append([lots, *(sign * value for value in (around(path, last, 5), around(path, after), *said))])
    return np.array(rows)


def stated(share: Floats, error: Floats, at: int) -> str:
    """What is left, with its standard error."""
    return f"{share[at]:.3f} ± {error[at]:.3f}"


def spread(values: Floats | list[float]) -> str:
    """A mean with its standard error."""
    found = np.asarray(values)
    return f"{found.mean():.3f} ± {found.std(ddof=1) / np.sqrt(len(found)):.3f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)

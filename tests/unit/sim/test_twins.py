"""The mid that twins are held against each other by, second by second."""

from __future__ import annotations

import numpy as np
import pytest

from metaorder.domain.units import SECOND
from metaorder.sim.twins import left, mids

TOUCH = np.dtype([("bid", np.int64), ("ask", np.int64), ("bid_lots", np.int64), ("ask_lots", np.int64)])
QUOTE = np.dtype([("ts", np.int64), ("live", TOUCH)])


def test_while_a_side_is_empty_the_mid_is_the_last_that_there_was() -> None:
    rows = [
        (0, (99, 101, 5, 5)),
        (int(1.5 * SECOND), (0, 101, 0, 5)),  # nobody bids
        (int(3.5 * SECOND), (101, 103, 5, 5)),
        (int(4.5 * SECOND), (101, 0, 5, 0)),  # nobody offers
    ]
    assert mids(np.array(rows, dtype=QUOTE), 6).tolist() == [100, 100, 100, 100, 102, 102]


def test_what_is_left_is_a_ratio_of_means_with_its_standard_error() -> None:
    end, later = np.array([[1.0, 10.0], [3.0, 10.0]]), np.array([[1.0, 7.0], [2.0, 7.0]])
    share, error = left(end, later)
    assert share.tolist() == pytest.approx([0.75, 0.7])
    assert error.tolist() == pytest.approx([0.125, 0], abs=1e-12), "residuals are 0.25 and -0.25, of a mean of 2"

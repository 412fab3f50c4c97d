"""Numbers as they are written in a report, and names of fields."""

from __future__ import annotations

import pytest

from metaorder.usecases.tca_terms import deviations, money, named, plain, share, signed


@pytest.mark.parametrize(
    ("amount", "text"), [("-53305.435", "−53,305.435"), ("0.00", "0.00"), ("-0.50", "−0.50"), ("1234567.10", "1,234,567.10")]
)
def test_money_keeps_every_digit(amount: str, text: str) -> None:
    assert money(amount) == text


def test_basis_points_have_a_sign_but_zero_has_none() -> None:
    assert [signed(each) for each in (1_234.5, -0.006, -0.004, 0.0, None)] == ["+1,234.50", "−0.01", "0.00", "0.00", "–"]
    assert [deviations(each) for each in (1.26, -0.004, -2.0)] == ["+1.3", "0.0", "−2.0"]
    assert (plain(-2.0), share(-0.215), share(None)) == ("−2.00", "−21.5%", "–")


def test_fields_have_names() -> None:
    assert named("markout_1800") == "markout after 1800 s"
    assert named("window_vwap_incl_own") == "VWAP of the window, own prints included"
    assert named("quoted_spread_bps") == "quoted spread"

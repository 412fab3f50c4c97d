"""Kyle's auction: the equilibrium is what each side does best against the other."""

from __future__ import annotations

import math

import pytest

from metaorder.domain.errors import Invalid
from metaorder.models.kyle1985 import equilibrium


def test_each_side_answers_the_other_best() -> None:
    found = equilibrium(0.36, 700.0)
    assert found.beta is not None
    assert found.beta == pytest.approx(1 / (2 * found.lam))  # the informed trader, given lambda
    assert found.lam == pytest.approx(found.beta * 0.36 / (found.beta**2 * 0.36 + 700.0**2))  # the maker, given beta
    assert found.expected_profit == pytest.approx(found.beta * 0.36 * (1 - found.lam * found.beta))  # E (v - p) x
    assert found.posterior_var == pytest.approx(0.36 - found.lam * found.beta * 0.36)


def test_more_noise_is_a_deeper_market_and_a_greater_profit() -> None:
    quiet, noisy = equilibrium(1.0, 100.0), equilibrium(1.0, 200.0)
    assert noisy.lam == quiet.lam / 2
    assert noisy.expected_profit == 2 * quiet.expected_profit


def test_when_nothing_is_unknown_the_price_stands_still() -> None:
    found = equilibrium(0.0, 100.0)
    assert (found.lam, found.beta, found.expected_profit, found.posterior_var) == (0.0, None, 0.0, 0.0)


@pytest.mark.parametrize(
    ("sigma0", "sigma_u", "field"), [(-1.0, 1.0, "sigma0"), (1.0, 0.0, "sigma_u"), (math.nan, 1.0, "sigma0")]
)
def test_bad_numbers_are_refused_by_name(sigma0: float, sigma_u: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        equilibrium(sigma0, sigma_u)
    assert refused.value.field == field

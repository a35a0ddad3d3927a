"""Numbers for people: the examples in the module, and their edges."""

from __future__ import annotations

import doctest

import pytest

from energy import formatting
from energy.formatting import format_amount, format_month


def test_the_examples_are_true() -> None:
    assert doctest.testmod(formatting).failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00"), (-0.5, "-0.50"), (1.0, "1.0"), (999.9, "999.9"), (1000.0, "1,000")],
)
def test_an_amount_has_fewer_decimals_the_larger_it_is(value: float, text: str) -> None:
    assert format_amount(value) == text


@pytest.mark.parametrize("text", ["2022-13", "2022-8", "", "2022-08-01"])
def test_what_is_not_a_month_stays_as_it_is(text: str) -> None:
    assert format_month(text) == text

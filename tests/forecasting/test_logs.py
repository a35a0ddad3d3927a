"""Which series are worked on in logs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from energy.forecasting.folds import is_positive


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 2.0], True), ([0.0, 2.0], False), ([-1.0, 2.0], False), ([np.nan, 2.0], False)],
)
def test_logs_can_be_taken_above_zero_alone(values: list[float], expected: bool) -> None:
    assert is_positive(pd.Series(values)) is expected

"""Documents of a release: those of earlier versions, numpy's floats, and wrong types."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from energy.contract import (
    LEVELS,
    Calibration,
    FileEntry,
    ForecastMonth,
    ForecastTable,
    Pointer,
)


def test_a_table_without_seasons_and_nowcasts_is_read() -> None:
    months = (ForecastMonth("2022-08", 1, 1.5, (0.1,)),)
    calibration = Calibration((0.1,), (0.0,), True, 60, (2.0,) * 12, (3.0,) * 12)
    table = ForecastTable("total", "Mtoe", "2022-07", "theta", months, calibration)
    plain = table.to_dict() | {"observed": {"2022-08": 1.0}}
    assert ForecastTable.from_dict(plain).observed == {"2022-08": 1.0}
    del plain["observed"], plain["calibration"]["season"], plain["calibration"]["weather"]
    early = ForecastTable.from_dict(json.loads(json.dumps(plain)))
    assert early.observed == {}
    assert early.calibration.season == (1.0,) * 12
    assert early.calibration.weather == (0.0,) * 12
    assert early.months == months


def test_a_pointer_of_an_early_version_has_no_earlier_releases() -> None:
    pointer = Pointer("a", "b", "2026-11-23T17:00:00Z", "it is best", ("b",))
    assert Pointer.from_dict(pointer.to_dict()) == pointer
    early = {name: value for name, value in pointer.to_dict().items() if name != "earlier"}
    assert Pointer.from_dict(early).earlier is None


def test_numpy_s_floats_are_plain_in_a_document() -> None:
    entry = ForecastMonth("2022-08", 1, np.float64(1.5), (np.float64(0.1),))
    assert json.dumps(entry.to_dict()) == json.dumps(
        {"month": "2022-08", "horizon": 1, "mean": 1.5, "quantiles": [0.1]}
    )
    with pytest.raises(TypeError):
        ForecastMonth("2022-08", np.int64(1), 1.5, ()).to_dict()


@pytest.mark.parametrize(
    "change", [{"bytes": "1"}, {"bytes": None}, {"bytes": 1.5}, {"more": 1}, {"sha256": 1}]
)
def test_a_field_of_another_type_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        FileEntry.from_dict(FileEntry("ab", 1).to_dict() | change)


def test_the_levels_are_symmetric_around_the_median() -> None:
    assert list(LEVELS) == sorted(LEVELS)
    assert [low + high for low, high in zip(LEVELS, reversed(LEVELS), strict=True)] == [1] * 7
    assert (LEVELS[1], LEVELS[3], LEVELS[-2]) == (0.1, 0.5, 0.9)

"""Each drift check alarms for its own change, on made-up series and on UK energy."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from made_releases import RAW

from energy.contract.track_record import DriftCheck
from energy.data.frame import data_as_of, read_frame
from energy.data.vintages import open_vintage
from energy.monitoring.drift import FEWEST_MONTHS, QUANTILE, check_drift

NAMES = ["level", "seasonality", "weather", "response"]
NORMAL = {"shift": 0.0, "swing": 4.0, "answer": 0.1}


def made(years: int = 25, spoilt: int = 0, low: float = 15.0, **changes: float) -> pd.DataFrame:
    """A monthly frame that is the same every year but for noise and weather.

    Args:
        years: How long.
        spoilt: How many of the newest months have other properties.
        low: Level of the series.
        changes: Those properties: `shift` of the level, `swing` of the year, `answer` to a degree
            day a day, `chill` of the very last month.
    """
    months = pd.period_range("1997-08", periods=12 * years, freq="M", name="month")
    random = np.random.default_rng(3)
    noise, chill = random.normal(0, 0.15, len(months)), random.normal(0, 1.0, len(months))
    wave = np.cos(2 * np.pi * (months.month - 1) / 12)
    chill[-1] += changes.get("chill", 0.0)
    temperature = 8 - 5 * wave - chill
    late = np.arange(len(months)) >= len(months) - spoilt

    def part(name: str) -> np.ndarray:
        return np.where(late, changes.get(name, NORMAL[name]), NORMAL[name])

    total = low + part("shift") + part("swing") * wave + part("answer") * chill + noise
    return pd.DataFrame(
        {
            "total": total,
            "temperature": temperature,
            "degree_days": np.maximum(15.5 - temperature, 0.0),
        },
        months,
    )


def drift_checks(frame: pd.DataFrame, learned_to: str = "2030-01") -> dict[str, DriftCheck]:
    return {check.name: check for check in check_drift(frame, "total", "Mtoe", learned_to)}


def alarms(frame: pd.DataFrame) -> list[str]:
    return [name for name, check in drift_checks(frame).items() if check.alarm]


@functools.cache
def real() -> pd.DataFrame:
    return read_frame(open_vintage(RAW))


def real_alarms(cutoff: str, target: str = "total") -> list[str]:
    then = data_as_of({"now": real()}, pd.Period(cutoff, "M")).frame
    return [check.name for check in check_drift(then, target, "Mtoe", cutoff) if check.alarm]


def test_a_stable_series_has_no_alarm() -> None:
    checks = drift_checks(made())
    assert list(checks) == NAMES
    for check in checks.values():
        assert not check.alarm
        assert check.figure is not None
        assert check.figure <= check.threshold or check.threshold == 0
        assert 0 <= check.false_alarm_rate < 0.15
        assert f"{QUANTILE:.0%} of the " in check.evidence


@pytest.mark.parametrize(
    ("changes", "alarmed"),
    [
        ({"spoilt": 12, "shift": -1.5}, "level"),
        ({"spoilt": 12, "shift": 1.5}, "level"),
        ({"spoilt": 12, "swing": 2.5}, "seasonality"),
        ({"spoilt": 36, "answer": 0.6}, "response"),
        ({"chill": 7.0}, "weather"),
    ],
)
def test_each_check_alarms_for_its_own_change(changes: dict, alarmed: str) -> None:
    check = drift_checks(made(**changes))[alarmed]
    assert check.alarm
    assert check.figure is not None
    assert check.figure > check.threshold


def test_a_series_that_crosses_zero_is_checked_in_its_unit() -> None:
    assert alarms(made(low=0.0)) == []
    checks = drift_checks(made(low=0.0, spoilt=12, shift=2.0))["level"]
    assert checks.alarm
    assert checks.figure == pytest.approx(24, abs=2)
    assert "Mtoe." in checks.evidence
    assert "%:" not in checks.evidence


def test_a_mild_year_is_not_drift() -> None:
    frame = made()
    last = frame.index[-12:]
    frame.loc[last, "temperature"] += 2.0
    frame.loc[last, "degree_days"] = (15.5 - frame["temperature"]).clip(lower=0).loc[last]
    frame.loc[last, "total"] -= 0.2
    assert "level" not in alarms(frame)


def test_too_few_years() -> None:
    for check in check_drift(made(years=10), "total", "Mtoe", "2030-01"):
        assert (check.figure, check.alarm) == (None, False)
        assert check.evidence.startswith("Not measured: ")
        assert f"{FEWEST_MONTHS} are needed" in check.evidence


def test_without_weather_two_checks_remain() -> None:
    frame = made(spoilt=12, shift=-1.5)
    frame[["temperature", "degree_days"]] = np.nan
    checks = drift_checks(frame)
    assert [name for name, check in checks.items() if check.figure is not None] == NAMES[:2]
    assert checks["level"].alarm
    assert "no weather" in checks["weather"].evidence


def test_a_gap_in_the_series_is_not_bridged() -> None:
    frame = made()
    frame.loc["2012-03", "total"] = np.nan
    checks = drift_checks(frame)
    assert checks["level"].figure is None
    assert checks["weather"].figure is not None


def test_months_after_the_training_data_do_not_count_for_the_threshold() -> None:
    frame = made(spoilt=40, shift=-3.0)
    whole, early = (drift_checks(frame, to)["level"] for to in ("2030-01", "2018-12"))
    assert whole.threshold > 2 * early.threshold


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        ("2008-06", []),
        ("2009-06", ["level"]),
        ("2014-06", []),
        ("2019-12", []),
        ("2020-04", ["seasonality"]),
        ("2020-07", ["level", "seasonality"]),
        ("2021-08", []),
    ],
)
def test_alarms_in_the_years_of_uk_energy(cutoff: str, expected: list[str]) -> None:
    assert real_alarms(cutoff) == expected


def test_an_alarm_has_evidence() -> None:
    then = data_as_of({"now": real()}, pd.Period("2020-12", "M")).frame
    check = drift_checks(then, "2020-12")["level"]
    assert check.evidence.startswith("2020-01 to 2020-12 sum to ")
    assert "Mtoe in normal weather; the trend of the 3 years before gives" in check.evidence
    assert "it would have alarmed in" in check.evidence

"""The champion is loaded once, with the packages of its training, and updated by observations."""

from __future__ import annotations

from typing import Any

import pytest
from forecasts import forecast, means
from msgspec.structs import replace

from energy.errors import FieldError, ServingError
from energy.forecasting import backtest
from energy.forecasting.models import FORECASTERS
from energy.releases.reader import Release
from energy.serving import champion

OBSERVED = {"2022-08": 12.0, "2022-09": 12.4, "2022-10": 14.6}


def fresh(release: Release, **changes: Any) -> Release:
    """The same release as if it had just been read, with another manifest."""
    manifest = replace(release.manifest, **changes)
    return Release(release.store, release.pointer, manifest, release.table)


def with_packages(release: Release, **packages: str) -> Release:
    packages = {**release.manifest.lineage.packages, **packages}
    return fresh(release, lineage=replace(release.manifest.lineage, packages=packages))


def test_it_is_unpickled_once(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    model = Release.model
    monkeypatch.setattr(Release, "model", lambda self: reads.append(1) or model(self))
    new = fresh(release)
    assert forecast(new, periods=30) == forecast(new, periods=30)
    forecast(new, weather={"temperature_change": 1})
    assert len(reads) == 1


def test_other_packages_are_rejected_and_the_table_is_served(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = with_packages(release, sktime="0.40.1", prophet="1.1")
    monkeypatch.setattr(Release, "model", lambda _: pytest.fail("it was read"))
    with pytest.raises(ServingError) as caught:
        forecast(other, periods=30)
    for fact in ("sktime 0.40.1 (here 1.", "prophet 1.1 (here not installed)", "are still"):
        assert fact in str(caught.value)
    assert caught.value.code == "champion_refused"
    assert release.manifest.release_id in str(caught.value)
    assert forecast(other, periods=24, coverage=[0.9]).tier == "table"
    with pytest.raises(ServingError, match="pickled with"):
        forecast(other, observations=OBSERVED)


@pytest.mark.parametrize("model", [b"", b"no zip", b"PK\x03\x04 half a zip"])
def test_an_unreadable_model_is_an_error(
    release: Release, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Release, "model", lambda _: model)
    with pytest.raises(ServingError, match=release.manifest.release_id) as caught:
        forecast(fresh(release), periods=30)
    assert caught.value.code == "champion_unreadable"


def test_an_unknown_forecaster_is_an_error(release: Release) -> None:
    with pytest.raises(ServingError, match="no forecaster oracle"):
        forecast(fresh(release, forecaster="oracle"), periods=30)


def test_new_observations_move_the_cutoff(release: Release) -> None:
    far = forecast(release, periods=30)
    before = forecast(release, periods=6)
    after = forecast(release, periods=3, observations=OBSERVED)
    assert (after.tier, after.cutoff) == ("champion", "2022-10")
    months = [(row.month, row.horizon) for row in after.months]
    assert months == [("2022-11", 1), ("2022-12", 2), ("2023-01", 3)]
    for late, early in zip(after.months, before.months[3:], strict=True):
        ratios = [row.intervals[0].upper / row.intervals[0].lower for row in (late, early)]
        assert ratios[0] < ratios[1]
        assert late.mean == pytest.approx(early.mean, rel=0.1)
    assert forecast(release, periods=30) == far  # the champion itself is unchanged


def test_months_are_counted_from_the_new_cutoff(release: Release) -> None:
    answer = forecast(release, months=["2032-10"], observations=OBSERVED)
    assert answer.months[0].horizon == 120
    for month in ("2022-10", "2032-11"):
        with pytest.raises(FieldError, match="expected 2022-11 to 2032-10"):
            forecast(release, months=[month], observations=OBSERVED)


def test_updating_is_fitting_to_the_longer_series(release: Release) -> None:
    """The forecast of an earlier release with three observations is that of this release."""
    from made_releases import read_embedded

    name = release.manifest.forecaster
    series, weather = read_embedded("total")
    y = series["total"]
    cutoff, (first, values) = str(y.index[-4]), release.history
    cut = Release(
        release.store,
        release.pointer,
        replace(release.manifest, cutoff=cutoff),
        replace(release.table, cutoff=cutoff, observed={}),
    )
    cut.__dict__["history"] = (first, values[:-3])
    observations = {str(month): float(value) for month, value in y.iloc[-3:].items()}
    updated = forecast(cut, periods=12, observations=observations)
    fitted = backtest.fit(name, y, backtest.regressors(name, y, weather), True)
    expected = backtest.forecast(name, fitted, 12, True)
    assert means(updated) == pytest.approx(list(expected), rel=1e-4)
    assert updated.months[0].month == str(y.index[-1] + 1)


@pytest.mark.parametrize("name", ["weather_normalised_combination", "ridge", "ets"])
def test_every_kind_of_forecaster_can_be_updated(aware: Release, name: str) -> None:
    from made_releases import read_embedded

    series, weather = read_embedded("total")
    y = series["total"]
    members = FORECASTERS[name].members
    weights = {member: 1 / len(members) for member in members}
    regressors = backtest.regressors(name, y, weather)
    other = fresh(aware, forecaster=name)
    other.table = replace(aware.table, forecaster=name)
    fitted = backtest.fit(name, y, regressors, True, weights)
    other.cache[champion.CACHE_KEY] = fitted, FORECASTERS[name].weather
    answer = forecast(other, periods=2, observations={"2022-08": 12.0})
    assert answer.cutoff == "2022-08"
    assert answer.months[0].mean == pytest.approx(
        forecast(other, periods=2).months[1].mean, rel=0.1
    )


def test_a_failed_update_is_an_error(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    champion.load_champion(release)
    fitted = release.cache[champion.CACHE_KEY][0]
    monkeypatch.setattr(type(fitted), "_fit", lambda *_, **__: 1 / 0)
    with pytest.raises(FieldError, match="ZeroDivisionError"):
        forecast(release, observations=OBSERVED)


def test_without_weather_in_the_release_there_are_no_scenarios(release: Release) -> None:
    files = {n: entry for n, entry in release.manifest.files.items() if n != "weather.json"}
    bare = fresh(release, files=files)
    with pytest.raises(FieldError, match="no weather at all"):
        forecast(bare, weather={"temperature_change": 1})

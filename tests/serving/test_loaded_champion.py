"""The champion is loaded once, only under the packages it was pickled with, and refitted well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from energy.contract import Forecast, ForecastRequest
from energy.errors import FieldError, ServingError
from energy.forecasting import backtest
from energy.forecasting.models import FORECASTERS
from energy.releases.reader import Release
from energy.serving import champion
from energy.serving.predict import predict

OBSERVED = {"2022-08": 12.0, "2022-09": 12.4, "2022-10": 14.6}


def ask(release: Release, **body: Any) -> Forecast:
    return predict(release, ForecastRequest.from_dict(body))


def fresh(release: Release, **changes: Any) -> Release:
    """The same release as if it had just been read, with another manifest."""
    manifest = replace(release.manifest, **changes)
    return Release(release.store, release.pointer, manifest, release.table)


def of_other_packages(release: Release, **packages: str) -> Release:
    written = {**release.manifest.lineage.packages, **packages}
    return fresh(release, lineage=replace(release.manifest.lineage, packages=written))


def test_it_is_unpickled_once(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    model = Release.model
    monkeypatch.setattr(Release, "model", lambda self: reads.append(1) or model(self))
    new = fresh(release)
    assert ask(new, periods=30) == ask(new, periods=30)
    ask(new, weather={"temperature_change": 1})
    assert len(reads) == 1


def test_other_packages_are_refused_and_the_table_goes_on(release: Release) -> None:
    other = of_other_packages(release, sktime="0.40.1", prophet="1.1")
    with pytest.raises(ServingError) as caught:
        ask(other, periods=30)
    for told in ("sktime 0.40.1 (here 1.", "prophet 1.1 (here not installed)", "are still"):
        assert told in str(caught.value)
    assert caught.value.code == "champion_refused"
    assert release.manifest.release_id in str(caught.value)
    assert ask(other, periods=24, coverage=[0.9]).tier == "table"
    with pytest.raises(ServingError, match="pickled with"):
        ask(other, observations=OBSERVED)


def test_nothing_is_unpickled_under_other_packages(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Release, "model", lambda _: pytest.fail("it was read"))
    with pytest.raises(ServingError, match="pickled with"):
        ask(of_other_packages(release, numpy="1.26.4"), periods=30)


@pytest.mark.parametrize("model", [b"", b"no zip", b"PK\x03\x04 half a zip"])
def test_what_does_not_unpickle(
    release: Release, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Release, "model", lambda _: model)
    with pytest.raises(ServingError, match=release.manifest.release_id) as caught:
        ask(fresh(release), periods=30)
    assert caught.value.code == "champion_unreadable"


def test_a_forecaster_that_this_version_does_not_know(release: Release) -> None:
    with pytest.raises(ServingError, match="no forecaster oracle"):
        ask(fresh(release, forecaster="oracle"), periods=30)


def test_new_observations_move_the_cutoff(release: Release) -> None:
    before, found = ask(release, periods=6), ask(release, periods=3, observations=OBSERVED)
    assert (found.tier, found.cutoff) == ("champion", "2022-10")
    assert [(row.month, row.horizon) for row in found.months] == [
        ("2022-11", 1),
        ("2022-12", 2),
        ("2023-01", 3),
    ]
    for late, early in zip(found.months, before.months[3:], strict=True):
        assert late.intervals[0].upper / late.intervals[0].lower < (
            early.intervals[0].upper / early.intervals[0].lower
        )
        assert late.mean == pytest.approx(early.mean, rel=0.1)


def test_months_are_counted_from_the_new_cutoff(release: Release) -> None:
    found = ask(release, months=["2032-10"], observations=OBSERVED)
    assert found.months[0].horizon == 120
    for month in ("2022-10", "2032-11"):
        with pytest.raises(FieldError, match="expected 2022-11 to 2032-10"):
            ask(release, months=[month], observations=OBSERVED)


def test_the_champion_is_left_as_it_was(release: Release) -> None:
    before = ask(release, periods=30)
    ask(release, periods=3, observations=OBSERVED)
    assert ask(release, periods=30) == before


def test_updating_is_fitting_to_the_longer_series(release: Release) -> None:
    """What a release made a quarter earlier, and told the quarter, says is what this one says."""
    from made_releases import read_embedded

    name = release.manifest.forecaster
    series, weather = read_embedded("total")
    y = series["total"]
    earlier, told = y.iloc[:-3], y.iloc[-3:]
    first, values = release.history
    cut = Release(
        release.store,
        release.pointer,
        replace(release.manifest, cutoff=str(earlier.index[-1])),
        replace(release.table, cutoff=str(earlier.index[-1]), observed={}),
    )
    cut.__dict__["history"] = (first, values[:-3])
    found = ask(cut, periods=12, observations={str(m): float(v) for m, v in told.items()})
    whole = backtest.fit(name, y, backtest.regressors(name, y, weather), True)
    expected = backtest.forecast(name, whole, 12, True)
    assert [row.mean for row in found.months] == pytest.approx(list(expected), rel=1e-4)
    assert found.months[0].month == str(y.index[-1] + 1)


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
    found = ask(other, periods=2, observations={"2022-08": 12.0})
    assert found.cutoff == "2022-08"
    assert found.months[0].mean == pytest.approx(ask(other, periods=2).months[1].mean, rel=0.1)


def test_figures_that_cannot_be_fitted(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    champion.load_champion(release)
    fitted = release.cache[champion.CACHE_KEY][0]
    monkeypatch.setattr(type(fitted), "_fit", lambda *_, **__: 1 / 0)
    with pytest.raises(FieldError, match="ZeroDivisionError"):
        ask(release, observations=OBSERVED)


def test_without_weather_in_the_release_there_are_no_scenarios(
    release: Release, released: Callable[[str], Release]
) -> None:
    files = {n: entry for n, entry in release.manifest.files.items() if n != "weather.json"}
    bare = fresh(release, files=files)
    with pytest.raises(FieldError, match="no weather at all"):
        ask(bare, weather={"temperature_change": 1})

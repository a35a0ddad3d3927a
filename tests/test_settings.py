"""Settings come from the environment once, and what is not set has a default inside the project."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from energy.errors import EnergyError
from energy.settings import ROOT, Settings


def test_defaults_are_inside_the_project() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.store == str(ROOT / "store")
    assert settings.data == ROOT / "data"
    assert settings.tracking_uri.startswith(f"sqlite:///{ROOT}")
    assert (ROOT / "pyproject.toml").is_file()


def test_the_environment_is_honoured() -> None:
    settings = Settings.from_environment(
        {
            "ENERGY_STORE": "s3://bucket/prefix",
            "ENERGY_DATA": "/somewhere/else",
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:5000",
            "ENERGY_REFRESH_SECONDS": "2.5",
            "ENERGY_DATASET": "examples/visitors/series.toml",
            "ENERGY_WORKERS": "64",
        }
    )
    assert settings.workers == 64
    assert settings.refresh_seconds == 2.5
    assert settings.dataset == Path("examples/visitors/series.toml")
    assert settings.store == "s3://bucket/prefix"
    assert settings.data == Path("/somewhere/else")
    assert settings.tracking_uri == "http://127.0.0.1:5000"


@pytest.mark.parametrize("text", ["often", "-1", "nan", "inf", "1e9"])
def test_seconds_that_are_none(text: str) -> None:
    with pytest.raises(EnergyError, match=rf"SECONDS is {text}; expected 0 to 86400") as caught:
        Settings.from_environment({"ENERGY_REFRESH_SECONDS": text})
    assert caught.value.code == "misconfigured"


@pytest.mark.parametrize("text", ["many", "0", "-2", "1.5", "1001"])
def test_workers_that_are_none(text: str) -> None:
    with pytest.raises(EnergyError, match=rf"WORKERS is {text}; expected 1 to 1000") as caught:
        Settings.from_environment({"ENERGY_WORKERS": text})
    assert caught.value.code == "misconfigured"


def test_empty_is_unset() -> None:
    names = ("ENERGY_STORE", "ENERGY_DATA", "MLFLOW_TRACKING_URI", "ENERGY_REFRESH_SECONDS")
    names += ("ENERGY_DATASET", "ENERGY_WORKERS")
    empty = dict.fromkeys(names, "")
    assert Settings.from_environment(empty) == Settings()


def test_the_process_s_own_environment_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_STORE", "/a/store")
    assert Settings.from_environment().store == "/a/store"


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().store = "elsewhere"  # type: ignore[misc]


def test_the_app_is_told_whom_to_ask() -> None:
    given = {"ENERGY_API_URL": "https://api.example/", "ENERGY_FUNCTION": "energy-forecast:live"}
    settings = Settings.from_environment(given)
    assert (settings.api_url, settings.function) == (
        "https://api.example",
        "energy-forecast:live",
    )
    assert (Settings().api_url, Settings().function) == ("", "")

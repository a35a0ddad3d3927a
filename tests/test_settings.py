"""Settings come from the environment once, and what is not set has a default inside the project."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

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
        }
    )
    assert settings.store == "s3://bucket/prefix"
    assert settings.data == Path("/somewhere/else")
    assert settings.tracking_uri == "http://127.0.0.1:5000"


def test_empty_is_unset() -> None:
    empty = {"ENERGY_STORE": "", "ENERGY_DATA": "", "MLFLOW_TRACKING_URI": ""}
    assert Settings.from_environment(empty) == Settings()


def test_the_process_s_own_environment_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENERGY_STORE", "/a/store")
    assert Settings.from_environment().store == "/a/store"


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().store = "elsewhere"  # type: ignore[misc]

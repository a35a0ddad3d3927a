"""Settings come from the environment; the defaults are inside the project."""

from __future__ import annotations

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


VALUES = {
    "ENERGY_STORE": ("s3://bucket/prefix", "store", "s3://bucket/prefix"),
    "ENERGY_DATA": ("/somewhere/else", "data", Path("/somewhere/else")),
    "MLFLOW_TRACKING_URI": ("http://127.0.0.1:5000", "tracking_uri", "http://127.0.0.1:5000"),
    "ENERGY_REFRESH_SECONDS": ("2.5", "refresh_seconds", 2.5),
    "ENERGY_DATASET": ("examples/series.toml", "dataset", Path("examples/series.toml")),
    "ENERGY_WORKERS": ("64", "workers", 64),
    "ENERGY_API_URL": ("https://api.example/", "api_url", "https://api.example"),
    "ENERGY_FUNCTION": ("energy-forecast:live", "function", "energy-forecast:live"),
}


def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.from_environment({name: text for name, (text, _, _) in VALUES.items()})
    for _, field, value in VALUES.values():
        assert getattr(settings, field) == value
    monkeypatch.setenv("ENERGY_STORE", "/a/store")
    assert Settings.from_environment().store == "/a/store"


@pytest.mark.parametrize(
    ("name", "text", "limits"),
    [
        *(
            ("ENERGY_REFRESH_SECONDS", text, "0 to 86400")
            for text in ("often", "-1", "nan", "inf", "1e9")
        ),
        *(("ENERGY_WORKERS", text, "1 to 1000") for text in ("many", "0", "-2", "1.5", "1001")),
    ],
)
def test_an_invalid_number_is_rejected(name: str, text: str, limits: str) -> None:
    with pytest.raises(EnergyError, match=rf"{name} is {text}; expected {limits}") as caught:
        Settings.from_environment({name: text})
    assert caught.value.code == "misconfigured"


def test_an_empty_variable_is_not_set() -> None:
    assert Settings.from_environment(dict.fromkeys(VALUES, "")) == Settings()

"""Tests see nothing of this machine: no ingested data, no runs, no exported variables."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from energy.data.archive import list_vintages
from energy.settings import ROOT, Settings

EXPORTED = {
    "ENERGY_STORE": "s3://nowhere/store",
    "ENERGY_DATA": "/nowhere",
    "ENERGY_DATASET": "/nowhere/series.toml",
    "ENERGY_WORKERS": "none",
    "ENERGY_REFRESH_SECONDS": "often",
    "ENERGY_RUN_NOTES": "/nowhere",
    "MLFLOW_TRACKING_URI": "http://127.0.0.1:1",
    "AWS_PROFILE": "nobody",
    "AWS_CA_BUNDLE": "/nowhere",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "METAFLOW_PROFILE": "nobody",
    "METAFLOW_DEFAULT_DATASTORE": "s3",
}


def test_settings_lead_to_the_embedded_data_alone() -> None:
    settings = Settings.from_environment()
    (vintage,) = list_vintages(settings.data)
    assert vintage.vintage_id.startswith("2022-07-")
    for place in (settings.data, Path(settings.store), settings.artifacts):
        assert not place.is_relative_to(ROOT)
    unchanged = ("store", "data", "tracking_uri")
    other = {name: getattr(settings, name) for name in Settings.__slots__ if name not in unchanged}
    assert other == {name: getattr(Settings(), name) for name in other}


def test_no_account_or_profile_is_found() -> None:
    import botocore.session
    from metaflow import metaflow_config

    session = botocore.session.Session()
    assert (session.profile, session.get_credentials()) == (None, None)
    assert metaflow_config.DEFAULT_DATASTORE == "local"


def test_exported_variables_change_no_result(request: pytest.FixtureRequest) -> None:
    tests = (test_settings_lead_to_the_embedded_data_alone, test_no_account_or_profile_is_found)
    command = [sys.executable, "-m", "pytest", "-n0"]
    command += [f"{__file__}::{test.__name__}" for test in tests]
    ran = subprocess.run(
        command,
        cwd=request.config.rootpath,
        env={**os.environ, **EXPORTED},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr

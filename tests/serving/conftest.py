"""Releases whose champion uses the weather, or does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from forecasts import AWARE, UNAWARE

from energy.releases.reader import Release, ReleaseReader
from energy.releases.store import open_store


@pytest.fixture(scope="session")
def released(made_store: Callable[[str], Path]) -> Callable[[str], Release]:
    """The release of a champion, which is unpickled once."""

    @functools.cache
    def get(forecaster: str) -> Release:
        return ReleaseReader(open_store(str(made_store(forecaster))), 60).current().release

    return get


@pytest.fixture(params=[AWARE, UNAWARE])
def release(request: pytest.FixtureRequest, released: Callable[[str], Release]) -> Release:
    return released(request.param)


@pytest.fixture
def aware(released: Callable[[str], Release]) -> Release:
    return released(AWARE)


@pytest.fixture
def unaware(released: Callable[[str], Release]) -> Release:
    return released(UNAWARE)

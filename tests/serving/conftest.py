"""Releases to answer from: a champion that uses weather, and one that does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from energy.releases.reader import Release, ReleaseReader
from energy.releases.store import open_store

AWARE, UNAWARE = "weather_normalised_components", "theta"


@pytest.fixture(scope="session")
def released(made_store: Callable[[str], Path]) -> Callable[[str], Release]:
    """The release of that champion, held by this session: its champion is unpickled once."""
    held: dict[str, Release] = {}

    def get(forecaster: str) -> Release:
        if forecaster not in held:
            store = open_store(str(made_store(forecaster)))
            held[forecaster] = ReleaseReader(store, 60).current().release
        return held[forecaster]

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

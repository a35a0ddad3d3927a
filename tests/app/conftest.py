"""The app on a small, real release, with whatever is scripted in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from app_pages_told import ENTRY
from contract_server import Scripted
from streamlit.testing.v1 import AppTest

from energy.settings import Settings
from streamlit_app import service
from streamlit_app.client.local import Local


@pytest.fixture
def local(made_store: Callable[[str], Path]) -> Callable[[str], Local]:
    """The service in this process, on a release of that champion."""

    def on(forecaster: str = "weather_normalised_components") -> Local:
        return Local(Settings(store=str(made_store(forecaster)), refresh_seconds=600))

    return on


@pytest.fixture
def scripted(local: Callable[[str], Local], monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """What the app asks: the real service, until a test scripts something else."""
    transport = Scripted(local())
    monkeypatch.setattr(service, "choose", lambda settings: transport)
    st.cache_resource.clear()  # but not what is kept for a release: it is the same one
    return transport


@pytest.fixture
def opened(scripted: Scripted) -> Callable[[str], AppTest]:
    """Opens a page by the name of its file."""

    def on(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ENTRY), default_timeout=30)
        if page != "forecast":
            app.switch_page(f"app_pages/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return on

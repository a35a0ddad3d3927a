"""The app on a small, real release, with scripted responses of the service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from page_text import ENTRY
from scripted_service import ScriptedTransport
from streamlit.testing.v1 import AppTest

from energy.settings import Settings
from streamlit_app import queries
from streamlit_app.client.local import Local


@pytest.fixture
def local(made_store: Callable[[str], Path]) -> Callable[[str], Local]:
    """The service in this process, on a release of that champion."""

    def on(forecaster: str = "weather_normalised_components") -> Local:
        return Local(Settings(store=str(made_store(forecaster)), refresh_seconds=600))

    return on


@pytest.fixture
def scripted(local: Callable[[str], Local], monkeypatch: pytest.MonkeyPatch) -> ScriptedTransport:
    """The app's transport: the real service, until a test scripts a response."""
    transport = ScriptedTransport(local())
    monkeypatch.setattr(queries, "choose_transport", lambda settings: transport)
    st.cache_resource.clear()  # documents of the same release stay cached
    return transport


@pytest.fixture
def open_page(scripted: ScriptedTransport) -> Callable[[str], AppTest]:
    """Opens a page by the name of its file, with query parameters."""

    def on(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ENTRY), default_timeout=30)
        if page != "forecast":
            app.switch_page(f"app_pages/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return on

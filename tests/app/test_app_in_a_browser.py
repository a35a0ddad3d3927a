"""Every page in a real browser: nothing fails, the slider moves, the file holds the answer.

With $ENERGY_APP_PICTURES, a folder, pictures of every page stay there for a person to look at.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browser_page import PAGES, BrowserPage

from energy.contract import ForecastRequest
from energy.settings import Settings
from streamlit_app import forecast_data
from streamlit_app.client import Client, choose_transport

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
}
"""Streamlit takes its word, and not the size of the window, for when to close the menu."""


@pytest.fixture(scope="module")
def store(made_store: Callable[[str], Path]) -> str:
    return str(made_store("weather_normalised_components"))


@pytest.fixture(scope="module")
def parts() -> Any:
    """The scripts that serve the app and drive the browser."""
    from scripts.dev import draw_pictures

    if draw_pictures.browser_path() is None:
        pytest.skip("Chromium is not installed ('make browser' installs it)")
    return draw_pictures


@pytest.fixture(scope="module")
def url(parts: Any, store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("app") / "log"
    with parts.app(store, log) as found:
        yield found
    assert "Traceback" not in log.read_text("utf-8")


@pytest.fixture(scope="module")
def browser(parts: Any) -> Iterator[Any]:
    with parts.browser() as started:
        yield started


@pytest.fixture(scope="module")
def window(browser: Any, url: str) -> Iterator[BrowserPage]:
    """A window that all tests on a desktop share: what is loaded once need not be loaded again."""
    context = browser.new_context(**DESKTOP)
    yield BrowserPage(context, url)
    context.close()


@pytest.fixture
def desktop(window: BrowserPage) -> Iterator[BrowserPage]:
    """It, in the light, with nothing wrong yet; and with nothing wrong afterwards."""
    window.page.emulate_media(color_scheme="light")
    window.wrong.clear()
    yield window
    assert window.wrong == []


Picture = Callable[[BrowserPage, str], None]


@pytest.fixture(scope="module")
def picture() -> Picture:
    """Take a picture of a page, under a name, if pictures are wanted."""
    wanted = os.environ.get("ENERGY_APP_PICTURES")

    def take(watched: BrowserPage, name: str) -> None:
        if wanted:
            folder = ROOT / wanted
            folder.mkdir(parents=True, exist_ok=True)
            watched.picture(folder / f"{name}.png")

    return take


def told(look: str, title: str, seconds: float) -> None:
    print(f"{look:8} {title:16} {seconds:5.2f} s")


def stands(watched: BrowserPage, title: str) -> None:
    wide = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{title} is {wide} pixels too wide"


def test_every_page_stands_at_its_address_in_the_dark_and_in_the_light(
    desktop: BrowserPage, picture: Picture
) -> None:
    for title, name in PAGES.items():
        desktop.page.emulate_media(color_scheme="dark")
        told("desktop", title, desktop.load(title))
        for kind in ("dark", "desktop"):
            stands(desktop, title)
            picture(desktop, f"{name or 'forecast'}-{kind}")
            desktop.page.emulate_media(color_scheme="light")


def test_a_visitor_walks_through_all_pages_on_a_phone(
    browser: Any, url: str, picture: Picture
) -> None:
    context = browser.new_context(**PHONE)
    phone = BrowserPage(context, url)
    for title in (*PAGES, "Forecast"):
        told("phone", title, phone.turn_to(title))
        stands(phone, title)
        picture(phone, f"{PAGES[title] or 'forecast'}-phone")
    context.close()
    assert phone.wrong == []


def test_the_slider_moves_the_difference_and_the_address(desktop: BrowserPage) -> None:
    desktop.load("Weather what-if", "?degrees=-1.0")
    value = desktop.page.locator("[data-testid=stMetricValue]").first
    value.get_by_text("+").wait_for()
    thumb = desktop.page.get_by_role("slider")
    thumb.focus()
    for _ in range(4):
        thumb.press("ArrowRight")
    value.get_by_text("\u2212").wait_for()
    desktop.page.wait_for_url(re.compile(r"degrees=1(\.0)?$"))


def test_the_file_is_what_the_client_is_answered(desktop: BrowserPage, store: str) -> None:
    desktop.turn_to("Forecast")
    files = {}
    for name in ("Download CSV", "PNG", "SVG"):
        with desktop.page.expect_download() as download:
            desktop.page.get_by_role("button", name=name).first.click()
        files[name] = Path(download.value.path()).read_bytes()
    answer = Client(choose_transport(Settings(store=store))).forecast(ForecastRequest(periods=24))
    found = pd.read_csv(io.BytesIO(files["Download CSV"]))
    assert set(found["release"]) == {answer.release_id}
    pd.testing.assert_frame_equal(
        found[["month", "forecast", "lower80", "upper80", "lower95", "upper95"]],
        forecast_data.forecast_table(answer),
        check_dtype=False,
    )
    assert files["PNG"].startswith(b"\x89PNG")
    assert files["SVG"].startswith(b"<svg")


def test_it_can_be_used_with_the_keyboard_alone(desktop: BrowserPage) -> None:
    desktop.load("Forecast")  # where the keyboard begins at the top
    reached = set()
    for _ in range(30):
        desktop.page.keyboard.press("Tab")
        reached.add(
            desktop.page.evaluate(
                "(e => e.getAttribute('aria-label') || e.innerText || e.tagName)"
                "(document.activeElement)"
            )
        )
    text = "\n".join(reached)
    assert all(name in text for name in ("Weather what-if", "Mtoe", "History from", "Download CSV"))


def test_charts_follow_a_theme_that_is_changed_while_the_page_is_open(desktop: BrowserPage) -> None:
    desktop.turn_to("Forecast")
    line = desktop.page.locator("[data-testid=stVegaLiteChart] svg .mark-line path").first
    colour = "e => getComputedStyle(e).stroke"
    assert line.evaluate(colour) == "rgb(36, 41, 47)"
    desktop.page.emulate_media(color_scheme="dark")
    desktop.page.wait_for_timeout(500)
    assert line.evaluate(colour) == "rgb(230, 237, 243)"

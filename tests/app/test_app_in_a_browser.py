"""Every page in a real browser: no errors, a slider that works, files with the forecast.

With the folder ENERGY_APP_PICTURES set, pictures of every page are saved there.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile_release
import pandas as pd
import pytest
from browser_page import PAGES, BrowserPage

from energy.contract import ForecastRequest
from energy.settings import Settings
from streamlit_app import forecast_data
from streamlit_app.client import choose_transport
from streamlit_app.client.client import Client

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
FOREIGN = "iframe, [src*=evil], [href*=evil]:not([href^='#']), [href^=javascript]"
"""Elements that only a hostile release could add; the headings of charts link to themselves."""
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
}
"""Streamlit closes its menu by the user agent, not by the size of the window."""


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
    with parts.app(store, log) as address:
        yield address
    assert "Traceback" not in log.read_text("utf-8")


@pytest.fixture(scope="module")
def browser(parts: Any) -> Iterator[Any]:
    with parts.browser() as started:
        yield started


@pytest.fixture(scope="module")
def window(browser: Any, url: str) -> Iterator[BrowserPage]:
    """A window that all tests on a desktop share, so that it loads its scripts once."""
    context = browser.new_context(**DESKTOP)
    yield BrowserPage(context, url)
    context.close()


@pytest.fixture
def desktop(window: BrowserPage) -> Iterator[BrowserPage]:
    """The window in the light theme; at the end, no error may have occurred."""
    window.page.emulate_media(color_scheme="light")
    window.wrong.clear()
    yield window
    assert window.wrong == []


Picture = Callable[[BrowserPage, str], None]


@pytest.fixture(scope="module")
def picture() -> Picture:
    """Saves a picture of a page under a name, if ENERGY_APP_PICTURES is set."""
    folder_name = os.environ.get("ENERGY_APP_PICTURES")

    def take(watched: BrowserPage, name: str) -> None:
        if folder_name:
            folder = ROOT / folder_name
            folder.mkdir(parents=True, exist_ok=True)
            watched.picture(folder / f"{name}.png")

    return take


def report(look: str, title: str, seconds: float) -> None:
    print(f"{look:8} {title:16} {seconds:5.2f} s")


def assert_fits(watched: BrowserPage, title: str) -> None:
    wide = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{title} is {wide} pixels too wide"


def test_every_page_opens_at_its_address_in_dark_and_light(
    desktop: BrowserPage, picture: Picture
) -> None:
    for title, name in PAGES.items():
        desktop.page.emulate_media(color_scheme="dark")
        report("desktop", title, desktop.load(title))
        for kind in ("dark", "desktop"):
            assert_fits(desktop, title)
            picture(desktop, f"{name or 'forecast'}-{kind}")
            desktop.page.emulate_media(color_scheme="light")


def test_all_pages_can_be_visited_on_a_phone(browser: Any, url: str, picture: Picture) -> None:
    context = browser.new_context(**PHONE)
    phone = BrowserPage(context, url)
    for title in (*PAGES, "Forecast"):
        report("phone", title, phone.turn_to(title))
        assert_fits(phone, title)
        picture(phone, f"{PAGES[title] or 'forecast'}-phone")
    context.close()
    assert phone.wrong == []


def test_the_slider_changes_the_difference_and_the_address(desktop: BrowserPage) -> None:
    desktop.load("Weather what-if", "?degrees=-1.0")
    value = desktop.page.locator("[data-testid=stMetricValue]").first
    value.get_by_text("+").wait_for()
    thumb = desktop.page.get_by_role("slider")
    thumb.focus()
    for _ in range(4):
        thumb.press("ArrowRight")
    value.get_by_text("-").wait_for()
    desktop.page.wait_for_url(re.compile(r"degrees=1(\.0)?$"))


def test_the_file_has_the_forecast_of_the_client(desktop: BrowserPage, store: str) -> None:
    desktop.turn_to("Forecast")
    files = {}
    for name in ("Download CSV", "PNG", "SVG"):
        with desktop.page.expect_download() as download:
            desktop.page.get_by_role("button", name=name).first.click()
        files[name] = Path(download.value.path()).read_bytes()
    answer = Client(choose_transport(Settings(store=store))).forecast(ForecastRequest(periods=24))
    table = pd.read_csv(io.BytesIO(files["Download CSV"]))
    assert set(table["release"]) == {answer.release_id}
    pd.testing.assert_frame_equal(
        table[["month", "forecast", "lower80", "upper80", "lower95", "upper95"]],
        forecast_data.forecast_table(answer),
        check_dtype=False,
    )
    assert files["PNG"].startswith(b"\x89PNG")
    assert files["SVG"].startswith(b"<svg")


def test_pages_can_be_used_with_the_keyboard_alone(desktop: BrowserPage) -> None:
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


def test_charts_follow_a_change_of_theme(desktop: BrowserPage) -> None:
    desktop.turn_to("Forecast")
    line = desktop.page.locator("[data-testid=stVegaLiteChart] svg .mark-line path").first
    colour = "e => getComputedStyle(e).stroke"
    assert line.evaluate(colour) == "rgb(36, 41, 47)"
    desktop.page.emulate_media(color_scheme="dark")
    desktop.page.wait_for_timeout(500)
    assert line.evaluate(colour) == "rgb(230, 237, 243)"


def test_a_hostile_release_loads_nothing_and_adds_no_markup(
    parts: Any, browser: Any, tmp_path: Path
) -> None:
    release_id = hostile_release.publish(tmp_path / "store")
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with parts.app(str(tmp_path / "store"), tmp_path / "log") as address:
        for name in (*PAGES.values(), "series"):
            page.goto(f"{address}/{name}")
            page.get_by_text(release_id).last.wait_for()
            page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
            page.get_by_text("iframe srcdoc").first.wait_for()
            assert page.locator(FOREIGN).count() == 0
            assert page.title() != "1"
    context.close()
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []

"""Every page in a real browser: nothing fails, the slider moves, the file holds the answer.

Pictures of every page stay in `app-pictures/` (or $ENERGY_APP_PICTURES) for a person to look at.
"""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy.contract import ForecastRequest
from energy.settings import Settings
from streamlit_app import figures
from streamlit_app.client import Client, choose

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
PAGES = {
    "Forecast": "",
    "Weather what-if": "weather",
    "Leaderboard": "leaderboard",
    "Track record": "track_record",
    "Data": "data",
    "How it works": "how_it_works",
}
LOOKS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
PROBES = re.compile(r"/(\w+)/_stcore/(health|host-config)$")
"""Streamlit's own look for its server under the path of a page, which ends in a 404 by design."""


@pytest.fixture(scope="module")
def store(made_store: Callable[[str], Path]) -> str:
    return str(made_store("weather_normalised_components"))


@pytest.fixture(scope="module")
def parts() -> Iterator[Any]:
    """The scripts that serve the app and drive the browser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        import local.app

        if local.app.installed() is None:
            pytest.skip("there is no chromium ('make browser' installs it)")
        yield local.app


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
def pictures() -> Path:
    folder = Path(os.environ.get("ENERGY_APP_PICTURES") or ROOT / "app-pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Watched:
    """A page of the browser that remembers what went wrong."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type == "error" and not PROBES.search(message.location.get("url", "")):
            self.wrong.append(f"console: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in str(request.failure):  # a page that is left behind
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def _response(self, response: Any) -> None:
        if response.status >= 400 and not PROBES.search(response.url):
            self.wrong.append(f"{response.status}: {response.url}")

    def settle(self, title: str) -> float:
        """Wait until a page stands; seconds that it took."""
        began = time.monotonic()
        heading = {"Forecast": "UK energy consumption, month by month"}.get(title, title)
        self.page.get_by_role("heading", name=heading, exact=True).wait_for()
        self.page.locator("[data-testid=stStatusWidget]").wait_for(state="detached")
        if title not in ("Track record", "How it works"):
            self.page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
        if title == "How it works":
            self.page.locator("[data-testid=stGraphVizChart] svg").first.wait_for()
        self.page.get_by_text("Open Government Licence v3.0. Source").last.wait_for()
        return time.monotonic() - began

    def picture(self, path: Path) -> None:
        """The whole page, not only what the window shows."""
        window = self.page.viewport_size
        tall = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({**window, "height": max(window["height"], tall)})
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=path)
        self.page.set_viewport_size(window)


def told(look: str, title: str, seconds: float) -> None:
    print(f"{look:8} {title:16} {seconds:5.2f} s")


@pytest.mark.parametrize("look", ["desktop", "phone"])
def test_every_page_stands_and_nothing_fails(
    browser: Any, url: str, pictures: Path, look: str
) -> None:
    context = browser.new_context(**LOOKS[look])
    watched = Watched(context)
    for title, path in PAGES.items():
        began = time.monotonic()
        watched.page.goto(f"{url}/{path}")
        watched.settle(title)
        told(look, title, time.monotonic() - began)
        wide = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{title} is {wide} pixels too wide"
        watched.picture(pictures / f"{path or 'forecast'}-{look}.png")
    context.close()
    assert watched.wrong == []


def test_a_visitor_walks_through_all_pages_in_the_dark(
    browser: Any, url: str, pictures: Path
) -> None:
    context = browser.new_context(**LOOKS["dark"])
    watched = Watched(context)
    watched.page.goto(url)
    watched.settle("Forecast")
    for title in (*list(PAGES)[1:], "Forecast"):
        watched.page.get_by_role("link", name=title).first.click()
        told("click", title, watched.settle(title))
        watched.picture(pictures / f"{PAGES[title] or 'forecast'}-dark.png")
    context.close()
    assert watched.wrong == []


def test_the_slider_moves_the_difference_and_the_address(browser: Any, url: str) -> None:
    context = browser.new_context(**LOOKS["desktop"])
    watched = Watched(context)
    watched.page.goto(f"{url}/weather?degrees=-1.0")
    watched.settle("Weather what-if")
    value = watched.page.locator("[data-testid=stMetricValue]").first
    value.get_by_text("+").wait_for()
    thumb = watched.page.get_by_role("slider")
    thumb.focus()
    for _ in range(4):
        thumb.press("ArrowRight")
    value.get_by_text("\u2212").wait_for()
    watched.page.wait_for_url(re.compile(r"degrees=1(\.0)?$"))
    context.close()
    assert watched.wrong == []


def test_the_file_is_what_the_client_is_answered(browser: Any, url: str, store: str) -> None:
    context = browser.new_context(**LOOKS["desktop"])
    watched = Watched(context)
    watched.page.goto(url)
    watched.settle("Forecast")
    files = {}
    for name in ("Download CSV", "PNG", "SVG"):
        with watched.page.expect_download() as download:
            watched.page.get_by_role("button", name=name).first.click()
        files[name] = Path(download.value.path()).read_bytes()
    context.close()
    answer = Client(choose(Settings(store=store))).forecast(ForecastRequest(periods=24))
    found = pd.read_csv(io.BytesIO(files["Download CSV"]))
    assert set(found["release"]) == {answer.release_id}
    pd.testing.assert_frame_equal(
        found[["month", "forecast", "lower80", "upper80", "lower95", "upper95"]],
        figures.as_table(answer),
        check_dtype=False,
    )
    assert files["PNG"].startswith(b"\x89PNG")
    assert files["SVG"].startswith(b"<svg")
    assert watched.wrong == []


def test_it_can_be_used_with_the_keyboard_alone(browser: Any, url: str) -> None:
    context = browser.new_context(**LOOKS["desktop"])
    watched = Watched(context)
    watched.page.goto(url)
    watched.settle("Forecast")
    reached = set()
    for _ in range(30):
        watched.page.keyboard.press("Tab")
        reached.add(
            watched.page.evaluate(
                "(e => e.getAttribute('aria-label') || e.innerText || e.tagName)"
                "(document.activeElement)"
            )
        )
    text = "\n".join(reached)
    assert all(name in text for name in ("Weather what-if", "Mtoe", "History from", "Download CSV"))
    context.close()
    assert watched.wrong == []


def test_charts_follow_a_theme_that_is_changed_while_the_page_is_open(
    browser: Any, url: str
) -> None:
    context = browser.new_context(**LOOKS["desktop"])
    watched = Watched(context)
    watched.page.goto(url)
    watched.settle("Forecast")
    line = watched.page.locator("[data-testid=stVegaLiteChart] svg .mark-line path").first
    colour = "e => getComputedStyle(e).stroke"
    assert line.evaluate(colour) == "rgb(36, 41, 47)"
    watched.page.emulate_media(color_scheme="dark")
    watched.page.wait_for_timeout(500)
    assert line.evaluate(colour) == "rgb(230, 237, 243)"
    context.close()
    assert watched.wrong == []

"""A page of the browser that remembers what went wrong, and knows when a page of the app stands."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

PAGES = {
    "Forecast": "",
    "Weather what-if": "weather",
    "Leaderboard": "leaderboard",
    "Track record": "track_record",
    "Data": "data",
    "How it works": "how_it_works",
}
PROBES = re.compile(r"/(\w+)/_stcore/(health|host-config)$")
"""Streamlit's own look for its server under the path of a page, which ends in a 404 by design."""


class BrowserPage:
    """A page of the browser that remembers what went wrong."""

    def __init__(self, context: Any, url: str) -> None:
        self.page, self.url = context.new_page(), url
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

    def load(self, title: str, query: str = "") -> float:
        """Open a page by its address; seconds that it took."""
        began = time.monotonic()
        self.page.goto(f"{self.url}/{PAGES[title]}{query}")
        self.settle(title)
        return time.monotonic() - began

    def turn_to(self, title: str) -> float:
        """Turn to a page as a visitor does, by its link; by its address if no page is open yet."""
        if not self.page.url.startswith(self.url):
            return self.load(title)
        menu = self.page.get_by_test_id("stExpandSidebarButton")
        if is_phone := menu.is_visible():
            menu.click()
        self.page.get_by_role("link", name=title, exact=True).first.click()
        if is_phone:  # where the menu covers the page, and goes once a page is chosen
            menu.wait_for()
        return self.settle(title)

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

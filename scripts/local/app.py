"""The app, served on this machine, and a browser that stays off the network."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from local.processes import running, wait_until_listening

BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")
"""What Chromium is called, by Debian and by Google; the first that is found is taken, as in the
Makefile. Ubuntu's `chromium-browser` is a snap, or a script that asks for one."""
ALONE = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
"""Flags that keep Chromium off the network."""


@contextmanager
def app(store: str, log: Path) -> Iterator[str]:
    """Serve the app on a store, answering in its own process; yields its URL.

    Args:
        store: A directory or an S3 URL.
        log: Where it writes.
    """
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app/streamlit_app.py"]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with running(command, {"ENERGY_STORE": store}, log) as process:
        wait_until_listening(process, port)
        yield f"http://127.0.0.1:{port}"


def installed() -> str | None:
    """Where the browser is, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def browser() -> Iterator[Any]:
    """The browser, driven by Playwright, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=installed(), args=list(ALONE))
        yield started
        started.close()

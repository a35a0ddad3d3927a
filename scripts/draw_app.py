"""Draw the README's picture of the app: its first page, on the release in service."""

import sys
import tempfile
from pathlib import Path

from local.app import app, browser, installed

from energy.settings import ROOT, Settings

PICTURE = ROOT / "docs" / "images" / "app.png"
WINDOW = {"width": 1120, "height": 930}


def main() -> int:
    if installed() is None:
        print("error: there is no chromium; 'make browser' installs it.", file=sys.stderr)
        return 1
    store = Settings.from_environment().store
    with (
        tempfile.TemporaryDirectory() as folder,
        app(store, Path(folder) / "log") as url,
        browser() as started,
    ):
        page = started.new_page(viewport=WINDOW)
        page.goto(url)
        page.locator("[data-testid=stVegaLiteChart] svg").wait_for()
        page.wait_for_timeout(1000)  # until the last of it has faded in
        page.screenshot(path=PICTURE)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Where the pages of the app are, and the text of one."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "streamlit_app" / "streamlit_app.py"
PAGES = sorted(path.stem for path in (ROOT / "streamlit_app" / "app_pages").glob("*.py"))


def page_text(app: AppTest) -> str:
    """The titles, text and notices of a page."""
    kinds = (app.title, app.markdown, app.caption, app.warning, app.error, app.info, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)

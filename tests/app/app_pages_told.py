"""What tests of pages share: where pages are, and what one says."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
ENTRY = ROOT / "streamlit_app" / "streamlit_app.py"
PAGES = sorted(path.stem for path in (ROOT / "streamlit_app" / "app_pages").glob("*.py"))


def said(app: AppTest) -> str:
    """Everything that a page says in words."""
    kinds = (app.title, app.markdown, app.caption, app.warning, app.error, app.info, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)

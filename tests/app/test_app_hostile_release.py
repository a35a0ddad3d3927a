"""A hostile release cannot add markup, a link or an image to any page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hostile_release
import pytest
import streamlit as st
from hypothesis import example, given, strategies
from markdown_it import MarkdownIt
from page_text import PAGES, ROOT
from scripted_service import ScriptedTransport
from streamlit.testing.v1 import AppTest

from energy.settings import Settings
from streamlit_app import markdown
from streamlit_app.client.local import Local

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
INERT = {"text", "code_inline", "softbreak", "text_special"}
"""Tokens that show characters as they are."""


def tokens(text: str) -> list[tuple[str, str]]:
    """Types of the inline tokens of a Markdown text, with the address of links."""
    blocks = PARSER.parse(text)
    inline = [child for block in blocks for child in block.children or []]
    return [(token.type, str(token.attrs.get("href", ""))) for token in [*blocks, *inline]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Local:
    folder: Path = tmp_path_factory.mktemp("hostile")
    hostile_release.publish(folder)
    return Local(Settings(store=str(folder), refresh_seconds=600))


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_more_than_text(
    open_page: Callable[..., AppTest], scripted: ScriptedTransport, hostile: Local, page: str
) -> None:
    scripted.fallback = hostile
    st.cache_data.clear()
    app = open_page(page)
    assert not app.exception
    assert "Something went wrong" not in "".join(error.value for error in app.error)
    kinds = (app.title, app.markdown, app.caption, app.warning, app.error, app.info, app.subheader)
    texts = [str(element.value) for kind in kinds for element in kind]
    texts += [f"{metric.label}\n\n{metric.value}\n\n{metric.delta}" for metric in app.metric]
    assert any("iframe" in text for text in texts)
    for text in texts:
        for kind, address in tokens(text):
            assert kind not in ("html_inline", "html_block", "image"), text
            assert "evil" not in address, text
            assert "javascript" not in address, text
    st.cache_data.clear()


@given(strategies.text())
@example("# heading")
@example("- item")
@example("1. item")
@example("[a](javascript:alert(1))")
@example("<iframe srcdoc='<b>'>")
@example("a | b\n--- | ---\n1 | 2")
@example("\\[a](b)")
@example("&lt;b&gt;")
@example(":red[a]")
def test_escaped_text_is_one_paragraph_of_text(text: str) -> None:
    kinds = {kind for kind, _ in tokens(f"Text: {markdown.escape(text)}")}
    assert kinds <= INERT | {"inline", "paragraph_open", "paragraph_close"}
    kinds = {kind for kind, _ in tokens(f"Code: {markdown.code(text)} end")}
    assert kinds <= INERT | {"inline", "paragraph_open", "paragraph_close"}


@pytest.mark.parametrize(
    "text", ["http://evil.example", "https://a.b", "www.evil.example", "a@evil.example", ":red[a]",
             ":material/home:", ":tada:"],
)  # fmt: skip
def test_addresses_and_directives_are_broken_up(text: str) -> None:
    assert markdown.WORD_JOINER in markdown.escape(text)


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://assets.publishing.service.gov.uk/media/1/ET_1.2_SEP_22.xlsx", True),
        ("https://www.gov.uk/government/statistics/energy-trends", True),
        ("http://www.gov.uk/", False),
        ("https://www.gov.uk.evil.example/", False),
        ("https://evilgov.uk/", False),
        ("https://www.gov.uk/) ![x](http://evil.example", False),
        ("javascript:alert(1)", False),
        ("given by hand: visitors.csv", False),
    ],
)
def test_only_pages_of_the_government_are_linked(address: str, is_link: bool) -> None:
    links = [href for kind, href in tokens(markdown.source(address)) if kind == "link_open"]
    assert links == ([address] if is_link else [])


def test_no_page_allows_html() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "streamlit_app").rglob("*.py")]
    assert not any("unsafe_allow_html" in source for source in sources)

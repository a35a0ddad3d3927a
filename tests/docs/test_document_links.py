"""Every link, picture and path in the documents leads to something that exists."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from documents import GENERATED, ROOT, documents, prose, relative

DOCUMENTS = documents()
LINK = re.compile(r"\]\(([^)\s]+)\)|<(?:img|a)[^>]+(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
PATH = re.compile(r"`([\w.-]+/[\w./-]+)`")
IN_GIT = (
    *("energy/", "flows/", "lambda_handler/", "scripts/", "tests/", "docs/", "benchmarks/"),
    "research/",
)
"""Folders whose files are all in Git, so that a named file must exist."""


@functools.cache
def anchors(document: Path) -> frozenset[str]:
    """Anchors of a document's headings, as GitHub and the site make them."""
    result: list[str] = []
    for heading in HEADING.findall(without_code(document)):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        result.append(f"{slug}-{result.count(slug)}" if slug in result else slug)
    return frozenset(result)


def links(document: Path) -> list[str]:
    """Targets of a document's links and pictures."""
    return [link for match in LINK.findall(without_code(document)) for link in match if link]


def without_code(document: Path) -> str:
    """A document without its code blocks."""
    return re.sub(r"(?ms)^ *```.*?^ *```", "", document.read_text("utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_link_resolves(document: Path) -> None:
    wrong = []
    for link in links(document):
        if re.match(r"(https?:|mailto:)", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (document.parent / path).resolve() if path else document
        readme = target / "README.md" if target.is_dir() else target
        if not target.exists() or not target.is_relative_to(ROOT):
            wrong.append(f"{link}: there is no such file")
        elif anchor and (not readme.is_file() or anchor not in anchors(readme)):
            wrong.append(f"{link}: there is no such heading")
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_named_file_exists(document: Path) -> None:
    paths = {path for path in PATH.findall(prose(document)) if path.startswith(IN_GIT)}
    assert {path for path in paths if "…" not in path and not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_markers_are_paired(document: Path) -> None:
    text = document.read_text("utf-8")
    closing = set(re.findall(r"<!-- /([\w-]+) -->", text))
    assert closing == {match[1] for match in GENERATED.finditer(text)}


def test_the_documents_contain_links() -> None:
    assert sum(len(links(document)) for document in DOCUMENTS) > 60
    assert "prediction-intervals" in anchors(ROOT / "docs" / "forecasting.md")

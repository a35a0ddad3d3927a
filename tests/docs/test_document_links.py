"""Every link, picture and path in every document leads to something that is there."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from documents import MARKED, ROOT, documents, prose

DOCUMENTS = documents()
LINK = re.compile(r"\]\(([^)\s]+)\)|<(?:img|a)[^>]+(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
CODE = re.compile(r"`([\w.-]+/[\w./-]+)`")
OURS = ("energy/", "flows/", "lambda_handler/", "scripts/", "tests/", "docs/", "benchmarks/")
"""Folders whose files are all in Git, so that one that is named must be there."""


@functools.cache
def anchors(document: Path) -> frozenset[str]:
    """Anchors of a document's headings, as GitHub and the site make them."""
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", document.read_text("utf-8"))
    found: list[str] = []
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return frozenset(found)


def linked(document: Path) -> list[str]:
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", document.read_text("utf-8"))
    return [one for found in LINK.findall(text) for one in found if one]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    wrong = []
    for link in linked(document):
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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_is_named_is_there(document: Path) -> None:
    named = set(CODE.findall(prose(document)))
    wrong = {
        path
        for path in named
        if path.startswith(OURS) and "…" not in path and not (ROOT / path).exists()
    }
    assert wrong == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_markers_stand_in_pairs(document: Path) -> None:
    text = document.read_text("utf-8")
    opened = set(re.findall(r"<!-- /([\w-]+) -->", text))
    assert opened == {found[1] for found in MARKED.finditer(text)}


def test_there_are_links_to_hold_to_it() -> None:
    assert sum(len(linked(document)) for document in DOCUMENTS) > 60
    assert "intervals-that-hold" in anchors(ROOT / "docs" / "forecasting.md")

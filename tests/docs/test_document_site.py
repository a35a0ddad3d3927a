"""The site contains every page and module, and standard terms; `make docs` builds it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import ROOT, Block, blocks, documents, prose, relative

DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text("utf-8")
LANDING = (DOCS / "index.md").read_text("utf-8")
PRIVATE_WORDS = re.compile(
    r"\bin service\b|\busual miss\b|\btaken apart\b|\b(?:the|whole|light) bench\b"
    r"|\b\d\d% (?:holds?|intervals? holds?)\b|\bof one's own\b",
    re.IGNORECASE,
)
"""Words that the glossary in docs/DESIGN.md replaces by standard terms."""


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without importing what its tags name."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
SITE = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)  # noqa: S506 - a safe loader


def pages(nav: Any) -> list[str]:
    """Every page of a navigation, in order."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [page for part in parts for page in pages(part)]


def diagrams(path: Path) -> list[Block]:
    return [block for block in blocks(path) if block.language == "mermaid"]


def test_the_navigation_lists_every_page_once() -> None:
    listed = pages(SITE["nav"])
    assert len(listed) == len(set(listed))
    own = {page for page in listed if not page.startswith("repository/")}
    assert own == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    others = {page.removeprefix("repository/") for page in listed if page not in own}
    assert [page for page in others if not (ROOT / page).is_file()] == []


def test_the_entry_pages_are_short_and_show_the_forecast() -> None:
    assert len(SITE["nav"]) <= 8
    assert len(README.splitlines()) <= 160
    assert README.index("docs/images/forecast.svg") < README.index("## Quick start")
    assert "](images/forecast.svg)" in LANDING
    assert "](images/app.png)" in LANDING
    (diagram,) = diagrams(ROOT / "README.md")
    assert diagram.text == diagrams(DOCS / "index.md")[0].text


def test_every_decision_is_listed_and_has_four_parts() -> None:
    folder = DOCS / "decisions"
    index = (folder / "index.md").read_text("utf-8")
    paths = sorted(path for path in folder.glob("*.md") if path.name != "index.md")
    for number, path in enumerate(paths, start=1):
        text = path.read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert path.name.startswith(f"{number:02}-")
        assert f"- [{title}]({path.name})" in index
        for part in ("Context.", "Decision.", "Alternatives.", "Consequences."):
            assert f"\n**{part}** " in text, f"{path.name}: {part}"


def test_the_reference_contains_every_module() -> None:
    text = "\n".join(path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
    listed = re.findall(r"^::: ([\w.]+)$", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    package = ROOT / "energy"
    modules = {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    modules |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert {f"energy.{name}" for name in modules} | {"lambda_handler"} == set(listed)


def test_the_layout_lists_every_module() -> None:
    layout = next(block.text for block in blocks(DOCS / "DESIGN.md") if block.language == "text")
    paths = [*(ROOT / "energy").rglob("*.py"), *(ROOT / "lambda_handler").glob("*.py")]
    names = {path.stem for path in paths if path.stem != "__init__"}
    assert names <= set(re.findall(r"\w+", layout))


def test_reading_the_site_fetches_nothing() -> None:
    """System fonts; mermaid, the theme's only download, is part of the site (`hooks`)."""
    assert SITE["theme"]["font"] is False
    assert [Path(hook).name for hook in SITE["hooks"]] == ["site_hooks.py"]
    assert not re.search(r"https?://", (DOCS / "css" / "site.css").read_text("utf-8"))


def test_the_diagram_of_trainflow_has_its_steps() -> None:
    flow = (ROOT / "flows" / "trainflow.py").read_text("utf-8")
    steps = set(re.findall(r"@step\n    def (\w+)", flow)) - {"end"}
    assert steps == set(re.findall(r"<b>(\w+)</b>", diagrams(DOCS / "flows.md")[0].text))


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_documents_use_the_terms_of_the_glossary(document: Path) -> None:
    assert PRIVATE_WORDS.findall(prose(document)) == []

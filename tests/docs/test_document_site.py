"""The site holds every page and every module; `make docs` builds it, which this does not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import ROOT, Block, blocks

DOCS = ROOT / "docs"


class Loader(yaml.SafeLoader):
    """Reads mkdocs.yml without running what its tags name."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
SITE = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)  # noqa: S506 - a safe one


def pages(nav: Any) -> list[str]:
    """Every page of a navigation, in order."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [page for part in parts for page in pages(part)]


def diagrams(path: Path) -> list[Block]:
    return [block for block in blocks(path) if block.language == "mermaid"]


def test_every_page_can_be_found() -> None:
    listed = pages(SITE["nav"])
    assert len(listed) == len(set(listed))
    ours = {page for page in listed if not page.startswith("repository/")}
    assert ours == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    others = {page.removeprefix("repository/") for page in listed if page not in ours}
    assert [page for page in others if not (ROOT / page).is_file()] == []


def test_every_decision_is_listed_under_its_number() -> None:
    folder = DOCS / "decisions"
    found = sorted(path for path in folder.glob("*.md") if path.name != "index.md")
    index = (folder / "index.md").read_text("utf-8")
    for number, path in enumerate(found, start=1):
        title = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        assert path.name.startswith(f"{number:02}-")
        assert f"- [{title}]({path.name})" in index
        for part in ("What.", "Why.", "What else was weighed.", "What it costs."):
            assert f"\n**{part}** " in path.read_text("utf-8"), f"{path.name}: {part}"


def test_every_module_is_in_the_reference() -> None:
    told = "\n".join(path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
    covered = re.findall(r"^::: ([\w.]+)$", told, re.MULTILINE)
    assert len(covered) == len(set(covered))
    tops = [path.with_suffix("") for path in (ROOT / "energy").iterdir()]
    tops = [
        path for path in tops if (ROOT / "energy" / f"{path.name}.py").exists() or path.is_dir()
    ]
    modules = {f"energy.{path.name}" for path in tops if not path.name.startswith("__")}
    assert modules | {"lambda_handler"} == set(covered)


def test_nothing_is_fetched_to_read_it() -> None:
    """Fonts aside, the theme's one fetch is mermaid; scripts/site/hooks.py brings ours along."""
    assert SITE["theme"]["font"] is False
    assert SITE["hooks"] == ["scripts/site/hooks.py"]
    assert not re.search(r"https?://", (DOCS / "css" / "site.css").read_text("utf-8"))


def test_the_readme_shows_the_same_architecture() -> None:
    (shown,) = diagrams(ROOT / "README.md")
    assert shown.text == diagrams(DOCS / "index.md")[0].text


@pytest.mark.parametrize("path", [DOCS / "flows.md"])
def test_the_diagram_of_a_flow_has_its_steps(path: Path) -> None:
    flow = (ROOT / "flows" / "trainflow.py").read_text("utf-8")
    steps = set(re.findall(r"@step\n    def (\w+)", flow)) - {"end"}
    assert steps == set(re.findall(r"<b>(\w+)</b>", diagrams(path)[0].text))

"""What mkdocs is told beyond mkdocs.yml: files outside docs/, diagrams without a network, no CDN.

Documents link to one another as they lie in the repository, so that the links work on GitHub. What
they name outside docs/ becomes part of the site, under `repository/`, and is checked as all is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OUTSIDE = "repository"
MERMAID = "assets/mermaid.min.js"
FETCHED = ROOT / ".venv" / "mermaid.min.js"
LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[)#])")
"""What a Markdown link names, without its anchor; nothing with a scheme."""
DIAGRAM = re.compile(r'<pre class="mermaid">.*?</pre>', re.DOTALL)
ELSEWHERE = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>"
)
"""A tag that makes a browser fetch something from another place."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the documents name outside docs/, and mermaid."""
    queue = [path for path in DOCS.rglob("*.md") if DOCS / "reference" not in path.parents]
    seen = set(queue)
    while queue:
        for path in linked(queue.pop()):
            if path in seen or path.is_relative_to(DOCS):
                continue
            seen.add(path)
            files.append(File.generated(config, address(path), abs_src_path=str(path)))
            if path.suffix == ".md":
                queue.append(path)
    if not FETCHED.exists():
        raise PluginError(f"{FETCHED} is missing; 'make docs' fetches it.")
    files.append(File.generated(config, MERMAID, abs_src_path=str(FETCHED)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Make every link between files of the repository one between pages of the site."""
    source = Path(page.file.abs_src_path or "")
    here = dirname(page.file.src_uri)

    def moved(found: re.Match[str]) -> str:
        path = target(source, found[1])
        return relpath(address(path), here or ".") if path else found[1]

    return LINK.sub(moved, markdown)


def on_page_content(html: str, **_: object) -> str:
    """Give every diagram a frame to be scrolled in, where the page is narrower than it."""
    return DIAGRAM.sub(r'<div class="diagram">\g<0></div>', html)


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Load mermaid where there is a diagram, and refuse what would be fetched from elsewhere."""
    if 'class="mermaid"' in output:
        script = f'<script src="{get_relative_url(MERMAID, page.url)}"></script>'
        output = output.replace("</head>", f"{script}</head>", 1)
    if found := ELSEWHERE.search(output):
        raise PluginError(f"{page.file.src_uri} would fetch from elsewhere: {found[0]}")
    return output


def linked(source: Path) -> Iterator[Path]:
    """Files of the repository that a document links to."""
    for found in LINK.finditer(source.read_text("utf-8")):
        if path := target(source, found[1]):
            yield path


def target(source: Path, link: str) -> Path | None:
    """The file that a link names; a folder's README; None if there is none in the repository."""
    path = (source.parent / link).resolve()
    path = path / "README.md" if path.is_dir() else path
    return path if path.is_file() and path.is_relative_to(ROOT) else None


def address(path: Path) -> str:
    """Where a file of the repository lies in the site."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    return f"{OUTSIDE}/{path.relative_to(ROOT).as_posix()}"

"""Hooks of mkdocs: files outside docs/, diagrams without a CDN, docstrings for the site.

Documents link to each other by their paths in the repository, so that links work on GitHub. Files
outside docs/ that they link to become part of the site, under `repository/`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any

import griffe
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
"""Target of a Markdown link without its anchor; links with a scheme do not match."""
DIAGRAM = re.compile(r'<pre class="mermaid">.*?</pre>', re.DOTALL)
ELSEWHERE = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^>]*>"
)
"""A tag that makes a browser load something from another host."""
EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)
"""An example: from the first `>>>` to the next blank line."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files outside docs/ that documents link to, and mermaid."""
    queue = [path for path in DOCS.rglob("*.md") if DOCS / "reference" not in path.parents]
    visited = set(queue)
    while queue:
        for path in linked(queue.pop()):
            if path in visited or path.is_relative_to(DOCS):
                continue
            visited.add(path)
            files.append(File.generated(config, address(path), abs_src_path=str(path)))
            if path.suffix == ".md":
                queue.append(path)
    if not FETCHED.exists():
        raise PluginError(f"{FETCHED} is missing; 'make docs' downloads it.")
    files.append(File.generated(config, MERMAID, abs_src_path=str(FETCHED)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    source = Path(page.file.abs_src_path or "")
    here = dirname(page.file.src_uri)

    def relocate(match: re.Match[str]) -> str:
        path = target(source, match[1])
        return relpath(address(path), here or ".") if path else match[1]

    return LINK.sub(relocate, markdown)


def on_page_content(html: str, **_: object) -> str:
    """Wrap every diagram in a frame that scrolls on narrow screens."""
    return DIAGRAM.sub(r'<div class="diagram">\g<0></div>', html)


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Load mermaid where there is a diagram, and reject anything from another host."""
    if 'class="mermaid"' in output:
        script = f'<script src="{get_relative_url(MERMAID, page.url)}"></script>'
        output = output.replace("</head>", f"{script}</head>", 1)
    if match := ELSEWHERE.search(output):
        raise PluginError(f"{page.file.src_uri} would load from another host: {match[0]}")
    return output


def linked(source: Path) -> Iterator[Path]:
    """Files of the repository that a document links to."""
    for match in LINK.finditer(source.read_text("utf-8")):
        if path := target(source, match[1]):
            yield path


def target(source: Path, link: str) -> Path | None:
    """The file that a link names, or a folder's README; None if the repository has neither."""
    path = (source.parent / link).resolve()
    path = path / "README.md" if path.is_dir() else path
    return path if path.is_file() and path.is_relative_to(ROOT) else None


def address(path: Path) -> str:
    """Path of a file of the repository in the site."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    return f"{OUTSIDE}/{path.relative_to(ROOT).as_posix()}"


class Doctests(griffe.Extension):
    """Fences the examples in docstrings: Markdown would render `>>>` as quotations."""

    def on_instance(self, *, obj: griffe.Object | griffe.Alias, **_: Any) -> None:
        """Rewrite a docstring when its source is read."""
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(
                lambda match: f"```pycon\n{match[0]}\n```", obj.docstring.value
            )


class StructFields(griffe.Extension):
    """Lists the fields of a msgspec struct, with the descriptions in their annotations."""

    def on_class_members(self, *, cls: griffe.Class, **_: Any) -> None:
        """Add a section `Attributes` to the docstring of a struct."""
        if not cls.docstring or not {"Struct", "Document"} & {
            str(base).rpartition(".")[2] for base in cls.bases
        }:
            return
        values = {name: str(item.value) for name, item in cls.module.attributes.items()}
        lines = []
        for name, field in cls.attributes.items():
            if field.docstring or field.annotation is None:
                continue
            lines.append(f"    {name}: {description(str(field.annotation), values)}".rstrip())
            match field.annotation:
                case griffe.ExprSubscript(slice=griffe.ExprTuple(elements=[first, *_])) as expr:
                    field.annotation = first if str(expr.left) == "Annotated" else expr
        if lines:
            cls.docstring.value += "\n\nAttributes:\n" + "\n".join(lines)


def description(annotation: str, values: Mapping[str, str]) -> str:
    """The text of `doc(…)` in an annotation, or in a type alias that it names; '' without."""
    nodes = list(ast.walk(ast.parse(annotation, mode="eval")))
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "doc":
            source = ast.unparse(node.args[0])
            constants = {
                name: eval(values[name])  # noqa: S307 - a constant of the package
                for name in re.findall(r"\b[A-Z_]+\b", source)
                if name in values
            }
            return str(eval(source, constants))  # noqa: S307 - a text of the package
    named = [node.id for node in nodes if isinstance(node, ast.Name)]
    texts = (description(values[name], values) for name in named if name in values)
    return next(filter(None, texts), "")

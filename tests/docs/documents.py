"""Parse the documents: their code blocks, the commands in them, and their prose."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("data", "terraform", "examples", "notebooks", "benchmarks", "research", "streamlit_app")
SHELLS = {"", "bash", "sh", "console", "shell"}
"""Languages of blocks with commands; a block without a language has commands too."""
OTHER_LANGUAGES = {
    *("text", "json", "python", "mermaid", "yaml", "toml", "csv", "hcl", "html", "diff"),
}
REQUIREMENT = re.compile(r"<!-- needs (an account|Docker) -->")
FENCE = re.compile(r"^ *```(\S*) *$")
GENERATED = re.compile(r"<!-- ([\w-]+) -->\n.*?<!-- /\1 -->", re.DOTALL)
"""Text between a pair of markers, which a script writes."""


@dataclass(frozen=True)
class Block:
    """A fenced code block, and what it requires that a test cannot provide."""

    document: Path
    line: int
    language: str
    text: str
    requirement: str = ""

    def __str__(self) -> str:
        return f"{relative(self.document)}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command: its place, the variables set for it, and its words."""

    place: str
    environment: tuple[str, ...]
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {' '.join(self.words)}"


def relative(document: Path) -> str:
    """A document's path in the repository."""
    return document.relative_to(ROOT).as_posix()


def documents() -> list[Path]:
    """Every Markdown document of the project, without installed or built files."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/*.md")]
    for folder in FOLDERS:
        paths += (ROOT / folder).rglob("*.md")
    return sorted(path for path in paths if ".terraform" not in path.parts)


def blocks(document: Path) -> Iterator[Block]:
    """The fenced code blocks of a document."""
    requirement, start, language, lines = "", 0, "", list[str]()
    for number, line in enumerate(document.read_text("utf-8").splitlines(), start=1):
        if fence := FENCE.match(line):
            if start:
                yield Block(document, start, language, "\n".join(lines), requirement)
                requirement, start, lines = "", 0, []
            else:
                start, language = number, fence[1]
        elif start:
            lines.append(line)
        elif line.strip():
            match = REQUIREMENT.fullmatch(line.strip())
            requirement = match[1] if match else ""
    assert not start, f"{document}: a code block is not closed"


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block, one for each program that is started."""
    pending = ""
    for number, line in enumerate(block.text.splitlines(), start=block.line + 1):
        pending += line.removeprefix("$ ") if not pending else f"\n{line}"
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        try:
            words = _words(pending)
        except ValueError:  # a quotation that continues on the next line
            continue
        pending = ""
        for part in _split(words):
            yield _command(f"{relative(block.document)}:{number}", part)
    assert not pending.strip(), f"{block}: a command does not end"


def prose(document: Path) -> str:
    """A document without code blocks and generated text; line numbers stay the same."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    text = GENERATED.sub(blank, document.read_text("utf-8"))
    return re.sub(r"(?ms)^ *```.*?^ *```", blank, text)


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    return list(lexer)


def _split(words: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if set(word) <= set(";&|"):
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _command(place: str, words: list[str]) -> Command:
    count = 0
    while count < len(words) and re.match(r"[A-Z][A-Z0-9_]*=", words[count]):
        count += 1
    return Command(place, tuple(words[:count]), tuple(words[count:]))

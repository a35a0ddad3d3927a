"""The documents as the tests read them: their blocks of code, and the commands in those."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("data", "terraform", "examples", "notebooks", "benchmarks", "streamlit_app")
COMMANDS = {"", "bash", "sh", "console", "shell"}
"""Languages of blocks that a person would type: none named counts as one."""
OTHERS = {"text", "json", "python", "mermaid", "yaml", "toml", "csv", "hcl", "html", "diff"}
MARK = re.compile(r"<!-- needs (an account|Docker) -->")
FENCE = re.compile(r"^ *```(\S*) *$")
MARKED = re.compile(r"<!-- ([\w-]+) -->\n.*?<!-- /\1 -->", re.DOTALL)
"""What a run wrote: text between a pair of markers."""


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, what it is in, and what it needs that a test has not."""

    document: Path
    line: int
    language: str
    text: str
    needs: str = ""

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One command: what is set for it, and its words."""

    place: str
    environment: tuple[str, ...]
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: {' '.join(self.words)}"


def documents() -> list[Path]:
    """Every document that is ours, but for what is installed or built here."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/*.md")]
    for folder in FOLDERS:
        found += (ROOT / folder).rglob("*.md")
    return sorted(path for path in found if ".terraform" not in path.parts)


def blocks(document: Path) -> Iterator[Block]:
    """The fenced blocks of a document."""
    needs, opened, language, kept = "", 0, "", list[str]()
    for number, line in enumerate(document.read_text("utf-8").splitlines(), start=1):
        if fence := FENCE.match(line):
            if opened:
                yield Block(document, opened, language, "\n".join(kept), needs)
                needs, opened, kept = "", 0, []
            else:
                opened, language = number, fence[1]
        elif opened:
            kept.append(line)
        elif line.strip():
            found = MARK.fullmatch(line.strip())
            needs = found[1] if found else ""
    assert not opened, f"{document}: a block is not closed"


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block, one for each program that is started."""
    waiting = ""
    for number, line in enumerate(block.text.splitlines(), start=block.line + 1):
        waiting += line.removeprefix("$ ") if not waiting else f"\n{line}"
        if waiting.endswith("\\"):
            waiting = waiting[:-1]
            continue
        try:
            words = _words(waiting)
        except ValueError:  # a quotation that goes on in the next line
            continue
        waiting = ""
        for part in _split(words):
            yield _command(f"{block.document.relative_to(ROOT)}:{number}", part)
    assert not waiting.strip(), f"{block}: a command does not end"


def _words(text: str) -> list[str]:
    reader = shlex.shlex(text, posix=True, punctuation_chars=";&|")
    reader.whitespace_split = True
    return list(reader)


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


def prose(document: Path) -> str:
    """A document without its code and without what a run wrote; its lines stay where they are."""

    def blank(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n")

    text = MARKED.sub(blank, document.read_text("utf-8"))
    return re.sub(r"(?ms)^ *```.*?^ *```", blank, text)

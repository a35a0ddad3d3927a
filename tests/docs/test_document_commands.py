"""Every command in the documents exists, with its arguments and variables.

Only `make help` is run here. A block that no test can run is marked in the line before it:
`<!-- needs an account -->` or `<!-- needs Docker -->`.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from documents import (
    OTHER_LANGUAGES,
    ROOT,
    SHELLS,
    Block,
    Command,
    blocks,
    commands,
    documents,
    relative,
)
from programs import LITERAL, PROGRAMS, SETTINGS, check_make, check_variables, parameters

DOCUMENTS = documents()
BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
COMMANDS = [command for block in BLOCKS if block.language in SHELLS for command in commands(block)]
USAGE = (ROOT / "docs" / "usage.md").read_text("utf-8")


def check(command: Command) -> str:
    """What is wrong with a command, or an empty text."""
    if (error := check_variables(command.environment)) or not command.words:
        return error
    program = Path(command.words[0]).name
    line = " ".join((program, *command.words[1:]))
    if any(re.fullmatch(literal, line) for literal in LITERAL):
        return ""
    if program not in PROGRAMS:
        return f"{program} is unknown: add it to tests/docs/programs.py, or mark the block"
    return PROGRAMS[program](command.words[1:])


def test_the_documents_contain_commands() -> None:
    names = {relative(path) for path in DOCUMENTS}
    assert {"README.md", "CONTRIBUTING.md", "docs/index.md", "data/README.md"} <= names
    assert len(COMMANDS) > 40
    programs = {command.words[0] for command in COMMANDS if command.words}
    assert programs >= {"make", "curl", ".venv/bin/python"}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_has_a_known_language(block: Block) -> None:
    assert block.language in SHELLS | OTHER_LANGUAGES


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.language in SHELLS and block.requirement != "an account"],
    ids=str,
)
def test_every_command_exists(block: Block) -> None:
    wrong = {str(command): error for command in commands(block) if (error := check(command))}
    assert wrong == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_commands_within_a_sentence_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    targets = re.findall(r"`make ([a-z0-9-]+)((?: \w+=[^`]*)?)`", text)
    wrong = [error for target, more in targets if (error := check_make([target, *_words(more)]))]
    energy = re.findall(r"`(?:\.venv/bin/)?energy ([a-z][^`…]*)`", text)
    wrong += [error for words in energy if (error := PROGRAMS["energy"](words.split()))]
    assert wrong == []


def _words(text: str) -> list[str]:
    return [text.strip().replace('"', "")] if text.strip() else []


def test_make_help_lists_every_target() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    run = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    listed = re.findall(r"^  make (\S+) +\S", run.stdout, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY:((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert set(listed) == set(phony.replace("\\", "").split())


def test_every_parameter_of_trainflow_is_documented() -> None:
    rows = re.findall(r"^\| `--([a-z-]+)` \|", USAGE, re.MULTILINE)
    assert sorted(rows) == sorted(parameters(ROOT / "flows" / "trainflow.py"))


def test_every_variable_of_the_settings_is_documented() -> None:
    rows = [line for line in USAGE.splitlines() if line.startswith("| `")]
    assert [name for name in SETTINGS if not any(f"`{name}`" in row for row in rows)] == []


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if block.language == "python"], ids=str
)
def test_python_blocks_parse_and_import_what_exists(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(str(node.module))
            assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            assert [name for name in names if not importlib.util.find_spec(name)] == []


FLOW = ".venv/bin/python flows/trainflow.py"
RIGHT = (
    *("make run", "make run ARGS='--target coal'", "make e2e ARGS=--stay", "dvc repro"),
    *(f"{FLOW} run --real-time True", f"{FLOW} card view leaderboard"),
    f"{FLOW} --with kubernetes:image=a argo-workflows create --only-json",
    *("energy ingest --file a.xlsx", "energy forecast --temperature-change -2"),
    *("export ENERGY_DATASET=a.toml", "curl $API/v1/forecast?periods=2"),
)
WRONG = (
    *("make runn", "make run ARGS='--goal coal'", "make e2e ARGS=--leave", "make clean ARGS=--all"),
    *("make test ARGS=tests/nowhere", "make run \\\n  ARGS='--goal coal'"),
    *(f"{FLOW} run --realtime True", f"{FLOW} card view start"),
    *(f"{FLOW} --with batch:image=a@b argo-workflows create", "make run && rm -rf /"),
    *(f"{FLOW} --with conda argo-workflows create", ".venv/bin/python scripts/nothing.py"),
    *("energy ingest --fil a.xlsx", "energy digest", "energy releases promise --why more"),
    *("export ENERGIE=a", "curl $API/v1/forecasts", "curl $API/v1/forecast?period=2"),
    *("dvc destroy", "rm -rf /"),
)


@pytest.mark.parametrize("text", [*RIGHT, *WRONG])
def test_a_wrong_command_is_detected(text: str) -> None:
    block = Block(ROOT / "README.md", 1, "", text)
    assert any(check(command) for command in commands(block)) == (text in WRONG)

"""Every command in every document: there is such a thing, and a test is named that runs it.

Nothing is run here but `--help`. A block that no test can run is marked, in the line before it:
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
from documents import COMMANDS, OTHERS, ROOT, Block, Command, blocks, commands, documents
from programs import INVOCATIONS, PROGRAMS, SHOWN, TARGETS, evidence, make, parameters

DOCUMENTS = documents()
BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
TYPED = [one for block in BLOCKS if block.language in COMMANDS for one in commands(block)]
ENVIRONMENT = re.compile(r"(ENERGY|AWS|MLFLOW|METAFLOW)_[A-Z_]+")


def judged(command: Command) -> str:
    """What is wrong with a command, or nothing."""
    if not command.words:
        return ""
    program = Path(command.words[0]).name
    told = " ".join((program, *command.words[1:]))
    if any(re.fullmatch(known, told) for known in SHOWN):
        return ""
    if program not in PROGRAMS:
        return f"nothing is known of {program}: see tests/docs/programs.py, or mark the block"
    return PROGRAMS[program](command.words[1:])


def known_variables() -> set[str]:
    sources = [*(ROOT / "energy").rglob("*.py"), *(ROOT / "lambda_handler").rglob("*.py")]
    return {found[0] for path in sources for found in ENVIRONMENT.finditer(path.read_text("utf-8"))}


def test_there_are_documents_and_commands_to_hold_to_it() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS}
    assert {"README.md", "CONTRIBUTING.md", "docs/index.md", "data/README.md"} <= names
    assert len(TYPED) > 40
    assert {one.words[0] for one in TYPED if one.words} >= {"make", "curl", ".venv/bin/python"}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_says_what_it_is_in(block: Block) -> None:
    assert block.language in COMMANDS | OTHERS


@pytest.mark.parametrize(
    "block",
    [one for one in BLOCKS if one.language in COMMANDS and one.needs != "an account"],
    ids=str,
)
def test_every_command_is_known_and_run_by_a_test(block: Block) -> None:
    wrong = {str(one): told for one in commands(block) if (told := judged(one))}
    assert wrong == {}


def test_what_is_set_for_a_command_is_read_by_something() -> None:
    known = known_variables() | {"AWS_ENDPOINT_URL", "AWS_PROFILE", "API"}  # API: for curl
    given = {pair.partition("=")[0] for one in TYPED for pair in one.environment}
    assert given - known == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_within_a_sentence_are_known_too(document: Path) -> None:
    text = document.read_text("utf-8")
    spoken = re.findall(r"`make ([a-z0-9-]+)((?: \w+=[^`]*)?)`", text)
    wrong = [told for target, more in spoken if (told := make([target, *_words(more)]))]
    energy = re.findall(r"`(?:\.venv/bin/)?energy ([a-z][^`…]*)`", text)
    wrong += [told for words in energy if (told := PROGRAMS["energy"](words.split()))]
    assert wrong == []


def _words(text: str) -> list[str]:
    return [text.strip().replace('"', "")] if text.strip() else []


@pytest.mark.parametrize("path", sorted(set(evidence())))
def test_the_tests_that_are_named_exist(path: str) -> None:
    assert (ROOT / path).is_file()


def test_make_help_lists_every_target_that_a_person_would_call() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    ran = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    listed = re.findall(r"^  make (\S+) +\S", ran.stdout, re.MULTILINE)
    assert set(TARGETS) <= set(listed)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY:((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert set(listed) == set(phony.replace("\\", "").split())


def test_every_parameter_of_the_flow_stands_in_the_readme_s_table() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| `--([a-z-]+)` \|", readme, re.MULTILINE)
    assert sorted(listed) == sorted(parameters(ROOT / "flows" / "trainflow.py"))


def test_the_emulator_listens_where_the_documents_say() -> None:
    assert INVOCATIONS in (ROOT / "scripts" / "local" / "emulator.py").read_text("utf-8")


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.language == "python"], ids=str)
def test_python_in_documents_is_python_and_imports_what_exists(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom):
            found = importlib.import_module(str(node.module))
            assert [one.name for one in node.names if not hasattr(found, one.name)] == []
        elif isinstance(node, ast.Import):
            assert [one.name for one in node.names if not importlib.util.find_spec(one.name)] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("make run", False),
        ("make runn", True),
        ("make run ARGS='--target coal'", False),
        ("make run ARGS='--goal coal'", True),
        ("make e2e ARGS=--stay", False),
        ("make e2e ARGS=--leave", True),
        ("make clean ARGS=--all", True),
        ("make test ARGS=tests/nowhere", True),
        (".venv/bin/python flows/trainflow.py run --real-time True", False),
        (".venv/bin/python flows/trainflow.py run --realtime True", True),
        (".venv/bin/python flows/trainflow.py card view leaderboard", False),
        (".venv/bin/python flows/trainflow.py card view start", True),
        (
            "python flows/trainflow.py --with kubernetes:image=a argo-workflows create --only-json",
            False,
        ),
        ("python flows/trainflow.py --with batch:image=a@b argo-workflows create", True),
        ("python flows/trainflow.py --with conda argo-workflows create", True),
        (".venv/bin/python scripts/nothing.py", True),
        ("energy ingest --file a.xlsx", False),
        ("energy ingest --fil a.xlsx", True),
        ("energy digest", True),
        ("energy forecast --temperature-change -2", False),
        ("energy releases promise --why more", True),
        ("export ENERGY_DATASET=a.toml", False),
        ("export ENERGIE=a", True),
        ("curl $API/v1/forecast?periods=2", False),
        ("curl $API/v1/forecasts", True),
        ("curl $API/v1/forecast?period=2", True),
        ("dvc repro", False),
        ("dvc destroy", True),
        ("rm -rf /", True),
        ("make run && rm -rf /", True),
        ("make run \\\n  ARGS='--goal coal'", True),
    ],
)
def test_a_command_that_would_not_work_is_found(text: str, wrong: bool) -> None:
    block = Block(ROOT / "README.md", 1, "", text)
    assert any(judged(one) for one in commands(block)) == wrong

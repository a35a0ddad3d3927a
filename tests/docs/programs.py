"""The programs that documents may start, and which arguments each takes.

A checker takes the words after a program's name and returns what is wrong, or an empty text. A
program without a checker may appear only in a block that is marked with what it requires.
tests/scripts/test_every_script_starts.py starts what the Makefile's recipes do.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from documents import ROOT

from scripts.dev.emulator import INVOCATIONS

SETTINGS = re.findall(r"\bENERGY_[A-Z_]+", (ROOT / "energy" / "settings.py").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
FLOW_COMMANDS = {"run", "resume", "card"}
ENGINES = {"argo-workflows": "kubernetes", "step-functions": "batch"}
"""Where a flow is deployed, and where its steps then run: test_engines.py does both."""
DEPLOY_COMMANDS = (("create",), ("create", "--only-json"))
LITERAL = (
    r"dvc (repro|status|metrics (show|diff)|plots show --open|exp run -S prepare\.share=0\.7)",
    r"dvc remote add --local --default s3 s3://BUCKET/PREFIX",
    r"cp terraform/terraform\.tfvars\.example terraform/terraform\.tfvars",
    r"weed mini -dir=\S+ -ip=127\.0\.0\.1 -bucket=energy",
    r"pre-commit (install|run --all-files)",
    r"python run_opponents\.py request\.json answer_dir .*",
)
"""Commands that are accepted word by word; tests of DVC, S3 and the repository run them."""

Checker = Callable[[Sequence[str]], str]


def recipe(target: str) -> str:
    """The commands of a Make target, or an empty text."""
    match = re.search(rf"(?m)^{re.escape(target)}:.*\n((?:\t.*\n)*)", MAKEFILE)
    return match[1] if match else ""


def check_make(words: Sequence[str]) -> str:
    """Targets must exist, and ARGS must be arguments of what they start."""
    targets = [word for word in words if "=" not in word]
    for target in targets:
        if not recipe(target):
            return f"make has no target {target}"
    for word in words:
        name, equals, value = word.partition("=")
        if equals and (f"$({name})" not in "".join(map(recipe, targets)) and name != "PYTHON"):
            return f"make {' '.join(targets)} does not use {name}"
        if equals and name == "ARGS" and (wrong := _check_args(recipe(targets[0]), value)):
            return wrong
    return ""


def _check_args(lines: str, value: str) -> str:
    match = re.search(r"\bpython (-m )?(pytest|[\w./]+)", lines)
    if match is None:
        return f"the tests cannot check ARGS={value}"
    words = shlex.split(value)
    if match[2] == "pytest":
        paths = [word for word in words if word.startswith("tests")]
        return next((f"there is no {path}" for path in paths if not (ROOT / path).exists()), "")
    if match[2].startswith("flows/"):
        return check_python([match[2], "run", *words])
    file = f"{match[2].replace('.', '/')}.py" if match[1] else match[2]
    return _check_flags(ROOT / file, words)


def check_python(words: Sequence[str]) -> str:
    """A flow with parameters that it has, or a script that can be started."""
    if words[0] == "-m":
        words = [f"{words[1].replace('.', '/')}.py", *words[2:]]
    path = ROOT / words[0]
    if not path.is_file():
        return f"there is no {words[0]}"
    if path.parent.name == "flows":
        return _check_flow(path, words)
    return "" if "__main__" in path.read_text("utf-8") else f"{words[0]} cannot be started"


def _check_flow(path: Path, words: Sequence[str]) -> str:
    if words[1] == "--with":
        return _check_deployment(words)
    if words[1] not in FLOW_COMMANDS:
        return f"expected one of {sorted(FLOW_COMMANDS)} after {words[0]}"
    if words[1] == "card":
        valid = len(words) == 4 and words[2] == "view" and words[3] in card_steps(path)
        return "" if valid else "expected: card view STEP"
    options = {f"--{name}" for name in parameters(path)} | {"--help"}
    used = [word for word in words[2:] if word.startswith("--")]
    return next((f"{words[0]} has no {option}" for option in used if option not in options), "")


def _check_deployment(words: Sequence[str]) -> str:
    """A flow compiled for an engine, with an image for its steps."""
    decorators = [word for before, word in pairwise(words) if before == "--with"]
    compute, rest = decorators[0].partition(":")[0], words[1 + 2 * len(decorators) :]
    supported = re.compile(r"(kubernetes|batch):image=|environment:|\$TASK_ENVIRONMENT$")
    unknown = [decorator for decorator in decorators if not supported.match(decorator)]
    if unknown:
        return f"the tests cannot check --with {unknown[0]}"
    if ENGINES.get(rest[0]) != compute or tuple(rest[1:]) not in DEPLOY_COMMANDS:
        return f"test_engines.py does not run {' '.join(rest)} with {compute}"
    return ""


def parameters(flow: Path) -> list[str]:
    """Names of a flow's parameters, from its source."""
    return [
        str(ast.literal_eval(node.args[0]))
        for node in ast.walk(ast.parse(flow.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Parameter"
    ]


def card_steps(flow: Path) -> list[str]:
    """Names of a flow's steps that have a card, from its source."""
    return [
        node.name
        for node in ast.walk(ast.parse(flow.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any("card" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


def _check_flags(script: Path, words: Sequence[str]) -> str:
    source = script.read_text("utf-8")
    used = [word.partition("=")[0] for word in words if word.startswith("--")]
    return next((f"{script.name} has no {flag}" for flag in used if f'"{flag}"' not in source), "")


def check_energy(words: Sequence[str]) -> str:
    """Subcommands and options that `energy --help` lists."""
    import typer

    from energy.cli import app

    command: Any = typer.main.get_command(app)
    rest = list(words)
    while rest and hasattr(command, "commands") and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"energy has no command {rest[0]}"
        command = command.commands[rest.pop(0)]
    options = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    used = [word.partition("=")[0] for word in rest if re.match(r"-[^\d]", word)]
    return next(
        (f"energy has no {option} there" for option in used if option not in {*options, "--help"}),
        "",
    )


def check_curl(words: Sequence[str]) -> str:
    """A route of the handler, or the address of the emulator."""
    from lambda_handler.routes import ROUTES

    (url,) = [word for word in words if word.startswith(("$API/", "http://127.0.0.1:"))]
    parts = urlsplit(url.replace("$API", "http://api"))
    if parts.path == INVOCATIONS:
        return ""
    if parts.path not in ROUTES:
        return f"the handler has no {parts.path}"
    names = {"periods", "months", "coverage", "target", "temperature_change", "year"}
    unknown = [name for name, _ in parse_qsl(parts.query) if name not in names]
    return f"the handler takes no {unknown[0]}" if unknown else ""


def check_docker(words: Sequence[str]) -> str:
    """A Dockerfile that exists; the tests of the images check what is built from it."""
    files = [words[i + 1] for i, word in enumerate(words) if word in ("-f", "--file")]
    return next((f"there is no {file}" for file in files if not (ROOT / file).is_file()), "")


def check_variables(words: Sequence[str]) -> str:
    """Variables of the settings or of a library, or those that the documents define."""
    names = [word.partition("=")[0] for word in words]
    supported = re.compile(r"(AWS|MLFLOW|METAFLOW)_[A-Z0-9_]+|IMAGE|API")
    unknown = [name for name in names if not supported.fullmatch(name)]
    return next((f"nothing reads {name}" for name in unknown if name not in SETTINGS), "")


PROGRAMS: dict[str, Checker] = {
    "make": check_make,
    "python": check_python,
    "energy": check_energy,
    "curl": check_curl,
    "docker": check_docker,
    "export": check_variables,
    "unset": check_variables,
}

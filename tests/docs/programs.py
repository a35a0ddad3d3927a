"""The programs that documents may start: which test runs each, and which arguments it takes.

A checker takes the words after a program's name and returns what is wrong, or an empty text. A
program without a checker may appear only in a block that is marked with what it requires.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from documents import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
MANUAL = "manual: "
TARGETS = {
    "run": "test_a_run.py",
    "test": MANUAL + "it runs this test",
    "mutants": MANUAL + "takes an hour; test_try_mutants.py tests its parts",
    "lint": MANUAL + "continuous integration runs it",
    "style": MANUAL + "it fixes what make lint checks",
    "help": "test_document_commands.py",
    "data": "test_dvc.py",
    "cards": "test_a_run.py",
    "mlflow": MANUAL + "MLflow's own server; test_runs.py reads what it shows",
    "picture": "test_make_targets.py",
    "answers": "test_make_targets.py",
    "lambda": "test_make_targets.py",
    "events": "test_make_targets.py",
    "e2e": "test_e2e.py",
    "image": MANUAL + "needs root and minutes; test_image.py tests what it builds",
    "bench": MANUAL + "minutes on an idle machine",
    "bench-scale": MANUAL + "minutes on an idle machine; test_bench_scale.py tests its parts",
    "bench-compare": MANUAL + "as bench; test_compare_benchmarks.py tests its parts",
    "bench-accuracy": MANUAL + "half an hour; test_accuracy_tables.py tests its parts",
    "bench-lambda": MANUAL + "minutes on an idle machine",
    "bench-requests": "test_bench_requests.py",
    "bench-engine": MANUAL + "two runs; test_bench_engine.py tests its tables",
    "requirements": MANUAL + "it resolves versions on the package index",
    "app": "test_app_in_a_browser.py",
    "app-pictures": MANUAL + "needs a browser; test_app_in_a_browser.py draws the same pages",
    "browser": MANUAL + "continuous integration runs it",
    "monitor": "test_monitor_flow.py",
    "bench-drift": "test_bench_drift.py",
    "replay": MANUAL + "trains for every month; test_replay_history.py tests its parts",
    "study": "test_forecast_studies.py",
    "test-research": MANUAL + "it runs tests",
    "deploy": "test_there_and_back.py",
    "destroy": "test_there_and_back.py",
    "smoke": "test_deployed_check.py",
    "rollback-function": "test_alias.py",
    "costs": "test_serving_costs.py",
    "infra-lint": MANUAL + "make lint runs it",
    "infra-lock": MANUAL + "needs Terraform's registry; test_terraform.py tests the module",
    "workflow-lint": MANUAL + "make lint runs it",
    "notebooks": "test_notebooks.py",
    "docs": MANUAL + "needs npm; test_document_site.py tests the rest",
    "docs-serve": MANUAL + "as make docs",
}
"""Make targets in documents: the test that runs the same code, or the reason why none does."""
FLOWS = {
    "trainflow.py": ("test_a_run.py", "test_trouble.py"),
    "ingestflow.py": ("test_ingest_flow.py",),
    "monitorflow.py": ("test_monitor_flow.py",),
}
ENERGY = {
    "forecast": "test_forecast.py",
    "ingest": "test_ingest.py",
    "releases": "test_releases.py",
    "track-record": "test_track_record_shown.py",
}
"""Subcommands of `energy` and the test that runs each."""
FLOW_COMMANDS = {"run", "resume", "card"}
ENGINES = {"argo-workflows": "kubernetes", "step-functions": "batch"}
"""Where a flow is deployed, and where its steps then run: test_engines.py does both."""
DEPLOY_COMMANDS = (("create",), ("create", "--only-json"))
SCRIPTS = {"embed_vintage.py": "test_embed_vintage.py"}
LITERAL = {
    r"dvc repro": "test_dvc.py",
    r"dvc status": "test_dvc.py",
    r"dvc metrics (show|diff)": "test_dvc.py",
    r"dvc plots show --open": "test_dvc.py",
    r"dvc exp run -S prepare\.share=0\.7": "test_dvc.py",
    r"dvc remote add --local --default s3 s3://BUCKET/PREFIX": "test_dvc.py",
    r"cp terraform/terraform\.tfvars\.example terraform/terraform\.tfvars": "test_deploy_docs.py",
    r"weed mini -dir=\S+ -ip=127\.0\.0\.1 -bucket=energy": "s3_server.py",
    r"pre-commit (install|run --all-files)": "test_repository.py",
    r"python run_opponents\.py request\.json answer_dir .*": "test_field.py",
}
"""Commands that are accepted word by word, and the test that runs or configures them."""
INVOCATIONS = "/2015-03-31/functions/function/invocations"

Checker = Callable[[Sequence[str]], str]


def named_tests() -> Iterator[str]:
    """File names of every test that is named here."""
    values = (*TARGETS.values(), *ENERGY.values(), *SCRIPTS.values(), *LITERAL.values())
    for value in (*values, *(name for names in FLOWS.values() for name in names)):
        yield from re.findall(r"\w+\.py", value)
    yield "test_engines.py"


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
        if target not in TARGETS:
            return f"tests/docs/programs.py names no test for make {target}"
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
    """A flow with parameters that it has, or a script that a test runs."""
    if words[0] == "-m":
        words = [f"{words[1].replace('.', '/')}.py", *words[2:]]
    path = ROOT / words[0]
    if not path.is_file():
        return f"there is no {words[0]}"
    if path.name in SCRIPTS and path.is_relative_to(ROOT / "scripts"):
        return ""
    if path.name not in FLOWS or path.parent.name != "flows":
        return f"no test is named that runs {words[0]}"
    return _check_flow(path, words)


def _check_flow(path: Path, words: Sequence[str]) -> str:
    if words[1] == "--with":
        return _check_deployment(words)
    if words[1] not in FLOW_COMMANDS:
        return f"no test is named that runs {words[0]} {words[1]}"
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
        return f"no test is named that runs {' '.join(rest)} with {compute}"
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
    if rest and rest[0] in command.commands and rest[0] not in ENERGY:
        return f"tests/docs/programs.py names no test for energy {rest[0]}"
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
    """Variables that the package or one of its libraries reads."""
    names = [word.partition("=")[0] for word in words]
    supported = re.compile(r"(ENERGY|AWS|MLFLOW|METAFLOW)_[A-Z0-9_]+|IMAGE")
    return next((f"nothing reads {name}" for name in names if not supported.fullmatch(name)), "")


PROGRAMS: dict[str, Checker] = {
    "make": check_make,
    "python": check_python,
    "energy": check_energy,
    "curl": check_curl,
    "docker": check_docker,
    "export": check_variables,
    "unset": check_variables,
}

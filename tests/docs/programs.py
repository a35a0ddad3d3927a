"""What is known of each program that a document may start: who tests it, and what it takes.

Every judge takes a command's words after the program's name and says what is wrong with them, or
nothing. A program without one here may not stand in a document unless its block is marked.
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
BY_HAND = "by hand: "
TARGETS = {
    "run": "tests/flows/test_a_run.py",
    "test": BY_HAND + "it is what runs this",
    "mutants": BY_HAND + "an hour; tests/scripts/test_try_mutants.py holds its parts",
    "lint": BY_HAND + ".ci/run does, before the tests",
    "style": BY_HAND + "it writes what make lint checks",
    "help": "tests/docs/test_document_commands.py",
    "data": "tests/test_dvc.py",
    "cards": "tests/flows/test_cards_saved.py",
    "mlflow": BY_HAND + "MLflow's own server; tests/test_tracking.py reads what it shows",
    "picture": "tests/scripts/test_what_make_runs.py",
    "answers": "tests/scripts/test_what_make_runs.py",
    "lambda": "tests/scripts/test_what_make_runs.py",
    "events": "tests/scripts/test_what_make_runs.py",
    "e2e": "tests/lambda/test_e2e.py",
    "image": BY_HAND + "root and minutes; tests/lambda/test_image.py holds what it builds",
    "bench": BY_HAND + "minutes of an idle machine",
    "bench-scale": BY_HAND
    + "minutes of an idle machine; tests/scripts/test_scale.py has its parts",
    "bench-compare": BY_HAND + "as bench; tests/scripts/test_compare_benchmarks.py holds its parts",
    "bench-accuracy": BY_HAND + "half an hour; tests/scripts/test_accuracy.py holds its parts",
    "bench-lambda": BY_HAND + "minutes of an idle machine",
    "bench-requests": "tests/scripts/load/test_bench_requests.py",
    "bench-engine": BY_HAND + "two runs; tests/scripts/engine/test_engine_cost.py holds its tables",
    "requirements": BY_HAND + "it resolves anew, from the package index",
    "app": "tests/app/test_app_in_a_browser.py",
    "app-pictures": BY_HAND + "a browser; tests/app/test_app_in_a_browser.py draws the same pages",
    "browser": BY_HAND + ".ci/run does, before the tests",
    "monitor": "tests/flows/test_monitor_flow.py",
    "bench-drift": "tests/scripts/test_measure_drift.py",
    "replay": BY_HAND + "it trains for every month; tests/scripts/replay holds its workbooks",
    "deploy": "tests/scripts/cloud/test_there_and_back.py",
    "destroy": "tests/scripts/cloud/test_there_and_back.py",
    "smoke": "tests/scripts/cloud/test_smoke.py",
    "rollback-function": "tests/scripts/cloud/test_alias.py",
    "costs": "tests/scripts/cloud/test_cost.py",
    "infra-lint": BY_HAND + "make lint does",
    "infra-lock": BY_HAND + "Terraform's registry; tests/infra/test_terraform.py holds the module",
    "workflow-lint": BY_HAND + "make lint does",
    "notebooks": "tests/notebooks/test_notebooks.py",
    "docs": BY_HAND + "npm; tests/docs/test_document_site.py holds what needs no build",
    "docs-serve": BY_HAND + "as make docs",
}
"""The Makefile's targets that documents name, and which test runs the same, or why none."""
FLOWS = {
    "trainflow.py": ("tests/flows/test_a_run.py", "tests/flows/test_trouble.py"),
    "ingestflow.py": ("tests/flows/test_ingest_flow.py",),
    "monitorflow.py": ("tests/flows/test_monitor_flow.py",),
}
ENERGY = {
    "forecast": "tests/cli/test_forecast.py",
    "ingest": "tests/cli/test_ingest.py",
    "releases": "tests/cli/test_releases.py",
    "track-record": "tests/cli/test_track_record_shown.py",
}
"""Commands of `energy`, and the test that runs each."""
VERBS = {"run", "resume", "card"}
ENGINES = {"argo-workflows": "kubernetes", "step-functions": "batch"}
"""What a flow is deployed to, and what its steps run on there: tests/flows/test_engines.py does."""
DEPLOYING = (("create",), ("create", "--only-json"))
SCRIPTS = {"embed_vintage.py": "tests/scripts/test_embed_vintage.py"}
SHOWN = {
    r"dvc repro": "tests/test_dvc.py",
    r"dvc status": "tests/test_dvc.py",
    r"dvc metrics (show|diff)": "tests/test_dvc.py",
    r"dvc plots show --open": "tests/test_dvc.py",
    r"dvc exp run -S prepare\.share=0\.7": "tests/test_dvc.py",
    r"dvc remote add --local --default s3 s3://BUCKET/PREFIX": "tests/test_dvc.py",
    r"cp terraform/terraform\.tfvars\.example terraform/terraform\.tfvars": (
        "tests/infra/test_deploy_docs.py"
    ),
    r"weed mini -dir=\S+ -ip=127\.0\.0\.1 -bucket=energy": "tests/s3_server.py",
    r"pre-commit (install|run --all-files)": "tests/test_repository.py",
    r"python forecast\.py request\.json answer_dir .*": "tests/benchmarks/test_field.py",
}
"""Commands known word by word, and the test that runs them or holds their configuration."""
INVOCATIONS = "/2015-03-31/functions/function/invocations"

Judge = Callable[[Sequence[str]], str]


def evidence() -> Iterator[str]:
    """Every test that is named here."""
    for told in (*TARGETS.values(), *ENERGY.values(), *SCRIPTS.values(), *SHOWN.values()):
        yield from re.findall(r"tests/[\w/]+\.py", told)
    for told in FLOWS.values():
        yield from told
    yield "tests/flows/test_engines.py"


def recipe(target: str) -> str:
    """The lines that make runs for a target, or nothing."""
    found = re.search(rf"(?m)^{re.escape(target)}:.*\n((?:\t.*\n)*)", MAKEFILE)
    return found[1] if found else ""


def make(words: Sequence[str]) -> str:
    """Targets that there are, and ARGS that what they start takes."""
    targets = [word for word in words if "=" not in word]
    for target in targets:
        if not recipe(target):
            return f"make has no target {target}"
        if target not in TARGETS:
            return f"tests/docs/programs.py does not say who runs make {target}"
    for word in words:
        name, given, value = word.partition("=")
        if given and (f"$({name})" not in "".join(map(recipe, targets)) and name != "PYTHON"):
            return f"make {' '.join(targets)} does not use {name}"
        if given and name == "ARGS" and (wrong := _arguments(recipe(targets[0]), value)):
            return wrong
    return ""


def _arguments(lines: str, value: str) -> str:
    started = re.search(r"\bpython (?:-m )?(flows/\S+|scripts/\S+|pytest)", lines)
    if started is None:
        return f"nothing is known of ARGS={value}"
    if started[1] == "pytest":
        paths = [word for word in shlex.split(value) if word.startswith("tests")]
        return next((f"there is no {path}" for path in paths if not (ROOT / path).exists()), "")
    if started[1].startswith("flows/"):
        return python([started[1], "run", *shlex.split(value)])
    return _flags(ROOT / started[1], shlex.split(value))


def python(words: Sequence[str]) -> str:
    """A flow with parameters that it has, or a script that a test runs."""
    path = ROOT / words[0]
    if not path.is_file():
        return f"there is no {words[0]}"
    if path.name not in (SCRIPTS if path.parent.name == "scripts" else FLOWS):
        return f"no test is named that runs {words[0]}"
    return "" if path.name in SCRIPTS else _flow(path, words)


def _flow(path: Path, words: Sequence[str]) -> str:
    if words[1] == "--with":
        return _deployed(words)
    if words[1] not in VERBS:
        return f"no test is named that runs {words[0]} {words[1]}"
    if words[1] == "card":
        ok = len(words) == 4 and words[2] == "view" and words[3] in steps(path)
        return "" if ok else "expected: card view STEP"
    known = {f"--{name}" for name in parameters(path)} | {"--help"}
    given = [word for word in words[2:] if word.startswith("--")]
    return next((f"{words[0]} has no {one}" for one in given if one not in known), "")


def _deployed(words: Sequence[str]) -> str:
    """A flow compiled for an engine, each of its steps with an image."""
    given = [word for before, word in pairwise(words) if before == "--with"]
    compute, rest = given[0].partition(":")[0], words[1 + 2 * len(given) :]
    known = re.compile(r"(kubernetes|batch):image=|environment:|\$TOLD$")
    wrong = [one for one in given if not known.match(one)]
    if wrong:
        return f"nothing is known of --with {wrong[0]}"
    if ENGINES.get(rest[0]) != compute or tuple(rest[1:]) not in DEPLOYING:
        return f"no test is named that runs {' '.join(rest)} with {compute}"
    return ""


def parameters(flow: Path) -> list[str]:
    """Names of a flow's parameters, as its source has them."""
    return [
        str(ast.literal_eval(node.args[0]))
        for node in ast.walk(ast.parse(flow.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Parameter"
    ]


def steps(flow: Path) -> list[str]:
    """Names of a flow's steps that draw a card."""
    return [
        node.name
        for node in ast.walk(ast.parse(flow.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any("card" in ast.unparse(one) for one in node.decorator_list)
    ]


def _flags(script: Path, words: Sequence[str]) -> str:
    source = script.read_text("utf-8")
    given = [word.partition("=")[0] for word in words if word.startswith("--")]
    return next((f"{script.name} has no {one}" for one in given if f'"{one}"' not in source), "")


def energy(words: Sequence[str]) -> str:
    """Subcommands and options that the command has, as it would tell with --help."""
    import typer

    from energy.cli import app

    found: Any = typer.main.get_command(app)
    rest = list(words)
    if rest and rest[0] in found.commands and rest[0] not in ENERGY:
        return f"tests/docs/programs.py does not say who runs energy {rest[0]}"
    while rest and hasattr(found, "commands") and not rest[0].startswith("-"):
        if rest[0] not in found.commands:
            return f"energy has no command {rest[0]}"
        found = found.commands[rest.pop(0)]
    known = {flag for one in found.params for flag in (*one.opts, *one.secondary_opts)}
    given = [word.partition("=")[0] for word in rest if re.match(r"-[^\d]", word)]
    return next(
        (f"energy has no {one} there" for one in given if one not in {*known, "--help"}), ""
    )


def curl(words: Sequence[str]) -> str:
    """A route of the handler, or the emulator's own address."""
    from lambda_handler.routes import ROUTES

    (url,) = [word for word in words if word.startswith(("$API/", "http://127.0.0.1:"))]
    parts = urlsplit(url.replace("$API", "http://api"))
    if parts.path == INVOCATIONS:
        return ""
    if parts.path not in ROUTES:
        return f"the handler has no {parts.path}"
    known = {"periods", "months", "coverage", "target", "temperature_change", "year"}
    strange = [name for name, _ in parse_qsl(parts.query) if name not in known]
    return f"the handler takes no {strange[0]}" if strange else ""


def docker(words: Sequence[str]) -> str:
    """A file that is there; test_image.py of tests/lambda and test_training_image.py of tests/flows
    hold what is built from it."""
    named = [words[i + 1] for i, word in enumerate(words) if word in ("-f", "--file")]
    return next((f"there is no {one}" for one in named if not (ROOT / one).is_file()), "")


def variables(words: Sequence[str]) -> str:
    """What export and unset name: a variable that the package or a library of its reads."""
    names = [word.partition("=")[0] for word in words]
    read = re.compile(r"(ENERGY|AWS|MLFLOW|METAFLOW)_[A-Z0-9_]+|IMAGE")
    return next((f"{one} is nothing we read" for one in names if not read.fullmatch(one)), "")


PROGRAMS: dict[str, Judge] = {
    "make": make,
    "python": python,
    "energy": energy,
    "curl": curl,
    "docker": docker,
    "export": variables,
    "unset": variables,
}

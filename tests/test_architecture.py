"""Who may import whom, and what may not be loaded where it would cost every task a second."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 250
"""Lines beyond which a file does more than one thing."""
HEAVY = {"sktime", "statsmodels", "mlflow", "sklearn", "scipy", "pandas", "numpy", "altair"}
FREE = ("energy.errors", "energy.settings", "energy.contract")
FORECASTING = ("energy.forecasting", *FREE)
TRAINED = ("energy.training", "energy.breakdown", *FORECASTING)
SHOWN = ("energy.charts", "energy.components")
CARDS = ("energy.panel_card", "energy.score_card")
SCORED = ("energy.forecasting.scores", "energy.forecasting.fold_files", "energy.forecasting.bench")
"""What the app reads scores and folds with: tables, and nothing that fits."""
IN_PROCESS = (
    "lambda_handler.service",
    "lambda_handler.telling",
    "energy.releases.reading",
    "energy.releases.store",
    "energy.serving.champion",
)
"""What the app's own transport answers with, where there is no other service."""
PUBLISHED = ("energy.publishing", "energy.summary")

HOUSES = ("energy", "lambda_handler", "streamlit_app")

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in HOUSES
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def imports(path: Path, *, top_alone: bool = False) -> Iterator[str]:
    """Names of the modules that a file imports; at its top alone, or anywhere in it."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in at_top(tree) if top_alone else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            whole = str(node.module)
            found = {f"{whole}.{alias.name}" for alias in node.names} & set(MODULES)
            yield from found or {whole}


def at_top(node: ast.AST) -> Iterator[ast.AST]:
    """What runs on import: everything outside functions, and not for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_top(child)


@functools.cache
def ours(name: str) -> frozenset[str]:
    found = imports(MODULES[name])
    return frozenset(one for one in found if part_of(one, *HOUSES))


def part_of(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_there_is_something_to_hold_to_the_rules() -> None:
    assert {*FREE, "energy.data.monthly", "energy.forecasting.bench"} <= set(MODULES)
    assert "energy.forecasting.backtest" in ours("energy.training")
    assert {"energy.breakdown", "energy.training"} <= ours("energy.publishing")
    assert "energy.errors" in ours("energy.forecasting.fitting")


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("energy.errors", FREE),
        ("energy.settings", FREE),
        ("energy.contract", FREE),
        ("energy.data", ("energy.data", *FREE)),
        ("energy.forecasting", FORECASTING),
        ("energy.releases", ("energy.releases", "energy.contract", "energy.errors")),
        ("energy.serving", ("energy.serving", "energy.releases", *FORECASTING)),
        ("lambda_handler", ("lambda_handler", "energy.serving", "energy.releases", *FREE)),
        ("energy.training", FORECASTING),
        ("energy.panels", ("energy.data", *FORECASTING)),
        ("energy.panel_card", (*SHOWN, *FREE)),
        ("energy.score_card", (*SHOWN, *TRAINED)),
        ("energy.breakdown", ("energy.training", *FORECASTING)),
        (
            "energy.monitoring",
            ("energy.monitoring", "energy.data", "energy.releases", *FORECASTING),
        ),
        ("energy.monitor_card", ("energy.monitoring", *SHOWN, *FREE)),
        ("energy.incumbent", ("energy.releases", *FREE)),
        ("energy.gate", ("energy.incumbent", "energy.training", "energy.releases", *FORECASTING)),
        ("energy.probe", ("energy.serving.answer", "energy.releases", *FREE)),
        (
            "energy.publishing",
            ("energy.gate", "energy.incumbent", "energy.probe", "energy.releases", *TRAINED),
        ),
        ("energy.registered", FORECASTING),
        ("energy.charts", ("energy.charts", *FORECASTING)),
        ("energy.cards", (*SHOWN, *TRAINED)),
        (
            "energy.release_card",
            ("energy.releases.decisions", *CARDS, *SHOWN, *PUBLISHED, *TRAINED),
        ),
        (
            "energy.cli",
            ("energy.cli", "energy.ingesting", "energy.serving.answer", "energy.releases", *FREE),
        ),
        (
            "streamlit_app",
            (
                "streamlit_app",
                "energy.charts",
                *SCORED,
                *IN_PROCESS,
                "energy.monitoring.due",
                *FREE,
            ),
        ),
    ],
)
def test_a_package_knows_those_it_may_and_no_others(package: str, allowed: tuple) -> None:
    known = {name: ours(name) for name in MODULES if part_of(name, package)}
    assert known
    wrong = {
        name: outside
        for name, found in known.items()
        if (outside := sorted(one for one in found if not part_of(one, *allowed)))
    }
    assert wrong == {}


def test_only_flows_know_how_flows_are_run() -> None:
    known = {
        name
        for name in MODULES
        if "metaflow" in {one.partition(".")[0] for one in imports(MODULES[name])}
    }
    assert known <= {"energy.reporting", "energy.components", "energy.engine"}


def test_only_one_transport_of_the_app_knows_who_answers() -> None:
    """Everything else in the app speaks the HTTP contract, and never with sktime."""
    for name, path in MODULES.items():
        if part_of(name, "streamlit_app") and name != "streamlit_app.client.local":
            assert not [one for one in ours(name) if part_of(one, *IN_PROCESS)], name
            found = {one.partition(".")[0] for one in imports(path)}
            assert not found & (HEAVY - {"pandas", "altair"}), name


def test_the_app_answers_in_process_only_when_it_is_asked_to() -> None:
    top = set(imports(MODULES["streamlit_app.client.local"], top_alone=True))
    assert not [one for one in top if part_of(one, *IN_PROCESS, *HEAVY)]


def test_there_are_no_cycles() -> None:
    TopologicalSorter({name: ours(name) - {name} for name in MODULES}).prepare()


def test_releases_are_read_without_pandas_or_numpy() -> None:
    """Wherever it stands in the file: a release is read where neither is installed."""
    for name, path in MODULES.items():
        if part_of(name, "energy.releases", *FREE):
            assert not {one.partition(".")[0] for one in imports(path)} & HEAVY, name


@pytest.mark.parametrize("package", ["energy.serving", "lambda_handler"])
def test_what_serves_reaches_for_forecasting_only_when_it_must(package: str) -> None:
    """A look-up runs what stands at the top of these files, and nothing below."""
    for name, path in MODULES.items():
        if part_of(name, package):
            top = set(imports(path, top_alone=True))
            assert not {one.partition(".")[0] for one in top} & HEAVY, name
            assert not [one for one in top if part_of(one, "energy.forecasting")], name


def loaded_at_top(start: Path) -> dict[str, str]:
    """Every package that importing a file loads, and which of our modules asks for it."""
    found: dict[str, str] = {}
    queue, seen = [(start.name, start)], set()
    while queue:
        asker, path = queue.pop()
        for name in imports(path, top_alone=True):
            found.setdefault(name.partition(".")[0], asker)
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):  # importing a.b imports a first
                parent = ".".join(parts[:depth])
                if parent in MODULES and parent not in seen:
                    seen.add(parent)
                    queue.append((parent, MODULES[parent]))
    return found


@pytest.mark.parametrize(
    "start",
    [
        *sorted((ROOT / "flows").glob("*.py")),
        MODULES["energy.running"],
        MODULES["energy.reporting"],
    ],
    ids=lambda path: path.name,
)
def test_nothing_heavy_is_loaded_at_the_top_of_a_flow(start: Path) -> None:
    """Every task of a run imports the flow file anew."""
    found = loaded_at_top(start)
    assert {name: asker for name, asker in found.items() if name in HEAVY} == {}


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("energy.forecasting")])
def test_sktime_is_imported_where_it_is_used(name: str) -> None:
    """But for the forecasters of our own, which inherit from it."""
    top = {one.partition(".")[0] for one in imports(MODULES[name], top_alone=True)}
    assert not top & {"sktime", "statsmodels", "sklearn", "mlflow"} or name.endswith(".degree_days")


SLOW = HEAVY - {"pandas", "numpy"}
LIGHT = {
    "lambda_handler.app": HEAVY,
    "lambda_handler.openapi": HEAVY,
    "energy.serving.answer": HEAVY,
    "energy.releases.reading": HEAVY,
    "energy.releases.bundle": HEAVY,
    "energy.releases.promotion": HEAVY,
    "energy.releases.store": HEAVY,
    "energy.contract": HEAVY,
    "energy.monitoring.service": HEAVY,
    "energy.monitoring.cloudwatch": HEAVY,
    "energy.cli": HEAVY,
    "energy.probe": HEAVY,
    "energy.running": HEAVY,
    "energy.forecasting.bench": SLOW,
    "energy.monitoring.track_record": SLOW,
    "energy.training": SLOW,
    "energy.breakdown": SLOW,
    "energy.publishing": SLOW,
    "streamlit_app.drawings": SLOW - {"altair"},
}


def test_what_must_start_fast_loads_nothing_heavy() -> None:
    """As it happens, not as the source reads: one interpreter, the lightest modules first."""
    asked = sorted(LIGHT, key=lambda name: -len(LIGHT[name]))
    code = "\n".join(
        f"import {name}; print({name!r}, *(h for h in {sorted(LIGHT[name])} if h in sys.modules))"
        for name in asked
    )
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ran.stdout.splitlines() == asked


@pytest.mark.parametrize(
    "folder", ["energy", "flows", "lambda_handler", "scripts", "streamlit_app"]
)
def test_a_file_stays_short_enough_to_be_read(folder: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    assert lengths
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}

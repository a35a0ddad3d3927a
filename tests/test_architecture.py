"""Layers between packages, and what must start without loading anything heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 600
"""Lines beyond which a file does more than one thing."""
HEAVY = {"sktime", "statsmodels", "mlflow", "sklearn", "scipy", "pandas", "numpy", "altair"}
SLOW = HEAVY - {"pandas", "numpy"}
PRODUCT = ("energy", "lambda_handler", "streamlit_app", "flows")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in PRODUCT
    for path in sorted((ROOT / folder).rglob("*.py"))
}
LIGHT = {
    "lambda_handler.app": HEAVY,
    "lambda_handler.openapi": HEAVY,
    "energy.contract": HEAVY,
    "energy.serving.predict": HEAVY,
    "energy.serving.smoke_test": HEAVY,
    "energy.releases.reader": HEAVY,
    "energy.releases.inventory": HEAVY,
    "energy.monitoring.live_releases": HEAVY,
    "energy.monitoring.cloudwatch": HEAVY,
    "energy.cli": HEAVY,
    "energy.orchestration": HEAVY,
    "energy.flow_decorators": HEAVY,
    "energy.forecasting.models": SLOW,
    "energy.monitoring.track_record": SLOW,
    "energy.pipelines.prepare": SLOW,
    "energy.pipelines.train": SLOW,
    "energy.pipelines.publish": SLOW,
    "streamlit_app.page_charts": SLOW - {"altair"},
}
"""What must start fast, and what it does not load."""


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    """The packages and modules that a file imports; at its top only, or anywhere."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in run_on_import(tree) if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield str(node.module)


def run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """Everything outside functions, and not for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from run_on_import(child)


def packages(path: Path, *, top_only: bool = False) -> set[str]:
    return {name.partition(".")[0] for name in imports(path, top_only=top_only)}


def test_the_layers_hold() -> None:
    """The contracts in pyproject.toml, under [tool.importlinter]."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_only_orchestration_imports_metaflow() -> None:
    users = {name for name, path in MODULES.items() if "metaflow" in packages(path)}
    users = {name for name in users if not name.startswith("flows.")}
    assert users <= {"energy.flow_decorators", "energy.reports.components"}


def test_a_release_is_read_without_pandas_or_numpy() -> None:
    """Wherever the import stands in the file: a reader may have neither installed."""
    for name, path in MODULES.items():
        if name.startswith(("energy.releases", "energy.contract", "energy.errors")):
            assert not packages(path) & HEAVY, name


@pytest.mark.parametrize("name", [n for n in MODULES if n.startswith("energy.forecasting")])
def test_sktime_is_imported_where_it_is_used(name: str) -> None:
    """Except by our own forecasters, which inherit from it."""
    heavy = packages(MODULES[name], top_only=True) & {"sktime", "statsmodels", "sklearn", "mlflow"}
    assert not heavy or name == "energy.forecasting.degree_days"


def test_what_must_start_fast_loads_nothing_heavy() -> None:
    """Measured in one interpreter, the lightest modules first."""
    names = sorted(LIGHT, key=lambda name: -len(LIGHT[name]))
    lines = (
        f"import {name}; print({name!r}, *(m for m in {sorted(LIGHT[name])} if m in sys.modules))"
        for name in names
    )
    code = "\n".join(("import sys", *lines))
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert result.stdout.splitlines() == names


@pytest.mark.parametrize("flow", sorted((ROOT / "flows").glob("*.py")), ids=lambda path: path.name)
def test_a_flow_file_loads_nothing_heavy(flow: Path) -> None:
    """Every task of a run imports the flow file anew."""
    code = f"import sys, runpy; runpy.run_path({str(flow)!r}, run_name='flow')\nprint(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert not {name for name in result.stdout.split() if name in HEAVY}


def test_files_are_short_enough_to_read() -> None:
    folders = (*PRODUCT, "scripts")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    lengths = {str(f.relative_to(ROOT)): len(f.read_text("utf-8").splitlines()) for f in files}
    assert lengths
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}

"""What can be held true of the image without building it; `make image ARGS=--training` does."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from energy.tracking.lineage import PACKAGES

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "flows" / "Dockerfile"
SERVING = ROOT / "lambda_handler" / "Dockerfile"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; ([^\\]+))? \\$", re.MULTILINE)
CALLED = {
    "python_calamine": "python-calamine",
    "sklearn": "scikit-learn",
    "skbase": "scikit-base",
    "vl_convert": "vl-convert-python",
}
"""Distributions that are not called as what is imported."""
ELSEWHERE = {"openpyxl", "odf", "IPython", "mypy_boto3_s3"}
"""What no task imports: it embeds a vintage, shows in a notebook, or is for the type checker."""


def pins(path: str) -> set[tuple[str, str]]:
    text = (ROOT / path).read_text("utf-8")
    return {(name, number) for name, number, _ in PIN.findall(text)}


def test_it_has_the_locked_versions_each_with_its_hashes() -> None:
    trained = pins("flows/requirements.txt")
    assert trained <= pins("requirements.txt") | pins("requirements-dev.txt")
    assert {*PACKAGES, "metaflow", "mlflow"} <= {name for name, _ in trained}
    text = (ROOT / "flows" / "requirements.txt").read_text("utf-8")
    found = PIN.split(text)[4::4]
    assert len(found) == len(PIN.findall(text)) > 50
    assert all(after.lstrip().startswith("--hash=sha256:") for after in found)


def test_a_champion_is_served_with_what_it_was_fitted_with() -> None:
    trained, served = (
        {pin for pin in pins(path) if pin[0] in PACKAGES}
        for path in ("flows/requirements.txt", "lambda_handler/requirements.txt")
    )
    assert trained == served
    base = re.compile(r"^FROM (\S+)", re.MULTILINE)
    files = (DOCKERFILE, SERVING)
    assert len({one for file in files for one in base.findall(file.read_text("utf-8"))}) == 1


def test_it_has_every_package_that_the_code_sent_to_it_imports() -> None:
    imported: set[str] = set()
    for path in [*(ROOT / "energy").rglob("*.py"), *(ROOT / "flows").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    theirs = imported - sys.stdlib_module_names - {"energy"} - ELSEWHERE
    assert len(theirs) > 10
    listed = {name for name, _ in pins("flows/requirements.txt")}
    assert {CALLED.get(name, name) for name in theirs} - listed == set()


def test_it_copies_what_exists_and_what_reaches_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert set(sources) == {"flows/requirements.txt", "data/raw"}
    assert [source for source in sources if not list(ROOT.glob(source))] == []
    let_in = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{source}" for source in sources} <= set(let_in)


def test_it_runs_as_nobody_installs_nothing_and_has_data() -> None:
    text = DOCKERFILE.read_text("utf-8")
    for line in (
        *("USER 65534:65534", "WORKDIR /tmp", "METAFLOW_SKIP_INSTALL_DEPENDENCIES=1"),
        *("--invalidation-mode unchecked-hash", "ENERGY_DATA=/opt/data"),
    ):
        assert line in text

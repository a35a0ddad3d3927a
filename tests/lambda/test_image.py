"""The image's files, without building it; `make image ARGS=--check` builds it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from energy.tracking.lineage import PACKAGES

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "lambda_handler" / "Dockerfile"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; ([^\\]+))? \\$", re.MULTILINE)


def pins(path: str) -> set[tuple[str, str, str]]:
    return {pin.groups(default="") for pin in PIN.finditer((ROOT / path).read_text("utf-8"))}


def test_the_image_has_the_packages_that_the_champion_was_pickled_with() -> None:
    """With other versions than in training, the champion is rejected."""
    served = pins("lambda_handler/requirements.txt")
    assert set(PACKAGES) <= {name for name, _, _ in served}
    trained = pins("requirements.txt") | pins("requirements-dev.txt")
    versions = {(name, number) for name, number, _ in trained}
    assert {(name, number) for name, number, _ in served} - versions == set()


def test_every_pin_of_the_image_has_its_hashes() -> None:
    text = (ROOT / "lambda_handler" / "requirements.txt").read_text("utf-8")
    following = PIN.split(text)[4::4]
    assert len(following) == len(PIN.findall(text)) > 20
    assert all(lines.lstrip().startswith("--hash=sha256:") for lines in following)


def test_the_image_copies_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert len(sources) > 5
    assert [source for source in sources if not list(ROOT.glob(source))] == []


def test_the_image_has_every_module_that_its_modules_import() -> None:
    """Wherever the import stands: the fitted champion is loaded when it is first needed."""
    text = DOCKERFILE.read_text("utf-8")
    copied = [ROOT / word for word in re.findall(r"energy/\w+(?:\.py)?(?= )", text)]
    files = {file for path in copied for file in ([path] if path.is_file() else path.glob("*.py"))}
    modules = {".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files}
    packages = {module.rpartition(".")[0] for module in modules}
    for file in files | set((ROOT / "lambda_handler").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if name.startswith("energy"):
                assert name in modules | packages, f"{file.name} imports {name}"


@pytest.mark.parametrize("line", ["USER 65534:65534", "--invalidation-mode unchecked-hash"])
def test_the_image_runs_as_nobody_on_compiled_byte_code(line: str) -> None:
    assert line in DOCKERFILE.read_text("utf-8")

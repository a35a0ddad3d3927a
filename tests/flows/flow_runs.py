"""TrainFlow as a user runs it: a fresh checkout of its own, a process of its own."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from energy.contract import SCHEMA, Calibration, ForecastMonth, ForecastTable, Lineage, Manifest
from energy.releases.bundle import digest, encode_document, iso_timestamp, release_id, write_release
from energy.releases.promotion import promote
from energy.releases.store import open_store

Made = TypeVar("Made")
Once = Callable[[str, Callable[[Path], Made]], Made]
ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--forecasters", "theta,weather_normalised_theta", "--folds", "6")
"""A bench of three (the baseline comes by itself) and few folds: 20 seconds."""
PREAMBLE = re.compile(
    r"Metaflow [\d.]+ executing TrainFlow for user:(?!root)\S+\n"
    r"Validating your flow\.\.\.\n"
    r"    The graph looks good!\n"
)
_OURS = ("METAFLOW", "MLFLOW", "ENERGY", "AWS", "PYTEST", "COV", "GIT")
_UNSET = ("USER", "USERNAME", "LOGNAME", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS")


@dataclass(frozen=True)
class Ended:
    """What a process that ended left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def run_id(self) -> str:
        found = re.search(r"run-id (\d+)", self.stdout)
        assert found, self.stdout
        return found[1]

    @property
    def closing(self) -> str:
        """What it said once Metaflow was done."""
        _, done, words = self.stdout.partition("Done!\n")
        assert done, self.stdout + self.stderr
        return words

    @property
    def release_id(self) -> str:
        """The release it wrote, in service or not."""
        found = re.search(r"\nRelease    \S+/releases/(\S+)\n", self.closing)
        assert found, self.closing
        return found[1]

    @property
    def tasks(self) -> list[str]:
        """The steps whose tasks ran, in order, with those cloned by a resume left out."""
        return re.findall(r"\[\d+/(\w+)/\d+ \(pid \d+\)\] Task is starting\.", self.stdout)

    def good(self) -> Ended:
        assert self.code == 0, self.stdout + self.stderr
        return self

    def refused(self) -> str:
        """The one line that says why it failed, held to what every failure owes its user."""
        assert self.code != 0, self.stdout
        *before, last = self.stderr.splitlines()
        assert last.startswith("error: "), self.stderr
        assert not [line for line in before if line.startswith("error: ")], self.stderr
        assert "Traceback" not in self.stderr, self.stderr
        return last.removeprefix("error: ")


@dataclass(frozen=True)
class Checkout:
    """The project as somebody has just cloned it: no store, no runs, one commit."""

    root: Path
    commit: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def database(self) -> Path:
        return self.root / "mlruns" / "mlflow.db"

    @property
    def tracking_uri(self) -> str:
        return f"sqlite:///{self.database}"

    def python(self, *arguments: str, cwd: Path | None = None, **changes: str) -> Ended:
        environ = {
            name: value
            for name, value in os.environ.items()
            if name not in _UNSET and name.partition("_")[0] not in _OURS
        }
        environ |= {
            "PYTHONPATH": str(self.root),  # before the project that is installed
            "METAFLOW_HOME": str(self.root / "nobody"),
            **self.environment,
            **changes,
        }
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.root,
            env=environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def flow(self, *arguments: str, **changes: str) -> Ended:
        """`python flows/trainflow.py …` from the root."""
        return self.python("flows/trainflow.py", *arguments, **changes)

    def artifact_bytes(self) -> int:
        """Size of everything that all runs' steps keep, compressed as they keep it."""
        data = self.root / ".metaflow" / "TrainFlow" / "data"
        return sum(file.stat().st_size for file in data.rglob("*") if file.is_file())

    def card(self, run_id: str, step: str, flow: str = "TrainFlow") -> Card:
        """The card of a step of a run."""
        folder = self.root / ".metaflow" / "mf.cards" / flow / "runs" / run_id
        (file,) = folder.glob(f"steps/{step}/tasks/*/cards/*.html")
        return Card.of(file)


@dataclass(frozen=True)
class Good:
    """A checkout, and the last run that was made in it."""

    checkout: Checkout
    run: Ended


@dataclass(frozen=True)
class Stopped:
    """A run that was refused, then resumed and good; the store before, between and after."""

    checkout: Checkout
    refused: Ended
    run: Ended
    stores: tuple[dict[str, bytes], dict[str, bytes], dict[str, bytes]]


@dataclass(frozen=True)
class Card:
    """A card's page, and what is in it once its base64 is decoded."""

    file: Path
    components: list[dict[str, Any]]

    @classmethod
    def of(cls, file: Path) -> Card:
        found = re.search(r'__MF_DATA__\["[^"]+"\]\s*=\s*"([^"]+)"', file.read_text("utf-8"))
        assert found, file
        document = json.loads(base64.b64decode(found[1]))
        return cls(file, list(_flat(document["components"])))

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [component for component in self.components if component["type"] == kind]

    @property
    def text(self) -> str:
        """Everything it says: paragraphs and cells."""
        return "\n".join(str(part["source"]) for part in self.of_kind("markdown"))


def _flat(parts: Any) -> Any:
    """Every component, however deep: in pages and sections, in a table's cells."""
    if isinstance(parts, list):
        for part in parts:
            yield from _flat(part)
    elif isinstance(parts, dict):
        if "type" in parts:
            yield parts
        for inside in (parts.get("contents"), parts.get("data")):
            yield from _flat(inside)


def check_out(folder: Path, **environment: str) -> Checkout:
    """Copy what a clone would hold to `folder`, and commit it."""
    root = folder / "checkout"
    made_here = shutil.ignore_patterns("vintages", "quarantine")
    for name in ("energy", "flows", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=made_here)
    shutil.copy(ROOT / ".gitignore", root)

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
        command = ["git", "-C", str(root), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "A fresh checkout")
    return Checkout(root, git("rev-parse", "HEAD"), environment)


def put_in_service(url: str, target: str = "total", unit: str = "Mtoe") -> None:
    """Publish a small release, so that there is one in service before anything goes wrong."""
    now = datetime(2022, 9, 29, tzinfo=UTC)
    months = (ForecastMonth("2022-08", 1, 9.5, (1.0, 2.0, 3.0, 9.5, 10.0, 11.0, 12.0)),)
    calibration = Calibration((0.1,), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)
    table = ForecastTable(target, unit, "2022-07", "theta", months, calibration)
    files = {
        "forecast.json": encode_document("forecast.json", table.to_dict()),
        "model.zip": b"a model",
        "scores.json": encode_document("scores.json", {"schema": SCHEMA}),
    }
    manifest = Manifest(
        release_id("2022-07", now, digest(files)),
        iso_timestamp(now),
        target,
        unit,
        "2022-07",
        "theta",
        Lineage({"a.xlsx": "0" * 64}, "unknown", {}, {}, "3.11"),
    )
    store = open_store(url)
    write_release(store, manifest, files)
    promote(store, manifest.release_id, "to have one", now)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, byte for byte."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }

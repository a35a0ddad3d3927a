"""Where a release comes from: the commit and the packages that made it."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from energy.contract import Lineage
from energy.orchestration import code_package

PACKAGES = ("sktime", "pandas", "numpy", "scipy", "statsmodels", "scikit-learn", "scikit-base")
"""Packages whose version a pickled forecaster depends on."""


def commit(root: Path) -> str:
    """Hash of the commit checked out at `root`, with `-dirty` if there are uncommitted changes.

    A task on an engine has no git: there it is `code-` and the hash of the code that Metaflow sent.
    `unknown` if there is neither.
    """
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        package = code_package()
        return f"code-{package}" if package else "unknown"
    return head + ("-dirty" if changed else "")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def lineage(vintage: Mapping[str, str], commit: str, runs: Mapping[str, str]) -> Lineage:
    """The lineage of a release made in this environment.

    The vintage has the SHA-256 of each raw workbook by file name; the runs, their ids by system.
    """
    packages = {name: version(name) for name in PACKAGES}
    return Lineage(dict(vintage), commit, dict(runs), packages, platform.python_version())


def pins(lineage: Lineage) -> list[str]:
    """Requirements `package==version` of the packages that a pickled forecaster depends on."""
    return [f"{name}=={number}" for name, number in lineage.packages.items()]

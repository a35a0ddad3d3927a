"""The module, prepared once for all workers, and what stands after two of its own runs."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from filelock import FileLock
from infra.terraforming import Module, found, prepare


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    terraform = found()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, why = shared / "terraform", shared / "terraform.why"
    with FileLock(shared / "terraform.lock"):
        if not why.exists():
            why.write_text(prepare(terraform, folder), "utf-8")
    if trouble := why.read_text("utf-8"):
        # One that was named must work; one that is merely there may have no way to its provider.
        (pytest.fail if os.environ.get("TERRAFORM") else pytest.skip)(
            f"{terraform} cannot get the AWS provider: {trouble}"
        )
    lines = (folder / "said.jsonl").read_text("utf-8").splitlines()
    return Module(terraform, folder, [json.loads(line) for line in lines])


@pytest.fixture(scope="session")
def deployed(module: Module) -> dict[str, dict[str, Any]]:
    """What stands with the defaults and an image."""
    return module.state("deployed", "deployed")


@pytest.fixture(scope="session")
def chosen(module: Module) -> dict[str, dict[str, Any]]:
    """What stands with everything that can be switched on."""
    return module.state("chosen", "everything")

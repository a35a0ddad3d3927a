"""The Terraform module, tested once for all workers, and the resources of two of its tests."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from filelock import FileLock
from infra.terraform_module import Module, find_terraform, run_module_tests


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    terraform = find_terraform()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, error_file = shared / "terraform", shared / "terraform.error"
    with FileLock(shared / "terraform.lock"):
        if not error_file.exists():
            error_file.write_text(run_module_tests(terraform, folder), "utf-8")
    if error := error_file.read_text("utf-8"):
        # Without TERRAFORM, a machine without access to the registry only skips the tests.
        stop = pytest.fail if os.environ.get("TERRAFORM") else pytest.skip
        stop(f"{terraform} cannot install the AWS provider: {error}")
    lines = (folder / "messages.jsonl").read_text("utf-8").splitlines()
    return Module(terraform, folder, [json.loads(line) for line in lines])


@pytest.fixture(scope="session")
def defaults(module: Module) -> dict[str, dict[str, Any]]:
    """Resources with an image and the default settings."""
    return module.resources("defaults")


@pytest.fixture(scope="session")
def custom(module: Module) -> dict[str, dict[str, Any]]:
    """Resources with every option switched on."""
    return module.resources("custom")

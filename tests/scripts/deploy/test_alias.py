"""The alias of the function moves to another version."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.deploy import deployment


@pytest.fixture
def function(account: Any, request: pytest.FixtureRequest) -> Any:
    """Three versions, the alias on the newest; its name."""
    functions = account.client("lambda")
    name = f"f{abs(hash(request.node.name)) % 10**10}"
    role = f"arn:aws:iam::{account.number}:role/{account.name}"
    for number in range(3):
        image = {"ImageUri": f"energy-forecast@sha256:{number:064x}"}
        if number:
            functions.update_function_code(FunctionName=name, Publish=True, **image)
        else:
            functions.create_function(
                FunctionName=name, PackageType="Image", Code=image, Role=role, Publish=True
            )
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="3")
    return name


def test_the_alias_moves_back_version_by_version(account: Any, function: str) -> None:
    functions = account.client("lambda")
    assert deployment.live_version(functions, function) == "3"
    assert deployment.move_alias(functions, function) == deployment.AliasMove("3", "2")
    assert deployment.move_alias(functions, function) == deployment.AliasMove("2", "1")
    assert deployment.live_version(functions, function) == "1"
    with pytest.raises(RuntimeError, match="no version before 1"):
        deployment.move_alias(functions, function)


def test_the_alias_moves_to_a_named_version(account: Any, function: str) -> None:
    functions = account.client("lambda")
    assert deployment.move_alias(functions, function, to="1") == deployment.AliasMove("3", "1")
    assert deployment.move_alias(functions, function, to="3") == deployment.AliasMove("1", "3")
    with pytest.raises(RuntimeError, match="has no version 9; it has 1, 2, 3"):
        deployment.move_alias(functions, function, to="9")
    assert deployment.live_version(functions, function) == "3"


def test_versions_are_sorted_as_numbers() -> None:
    """'10' is after '9', and $LATEST is no version to go back to."""
    updates: list[dict[str, Any]] = []

    class Functions:
        def get_alias(self, **_: str) -> dict[str, str]:
            return {"FunctionVersion": "11", "RevisionId": "r"}

        def get_paginator(self, _: str) -> Functions:
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            return [
                {"Versions": [{"Version": version} for version in ("$LATEST", "9", "11", "10")]}
            ]

        def update_alias(self, **options: Any) -> None:
            updates.append(options)

    assert deployment.move_alias(Functions(), "f") == deployment.AliasMove("11", "10")
    assert updates[0]["RevisionId"] == "r"  # refused by AWS if somebody else updates it meanwhile
    assert updates[0]["RoutingConfig"] == {"AdditionalVersionWeights": {}}


def test_there_is_no_alias_before_the_first_deployment(account: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        deployment.live_version(account.client("lambda"), "never-was-there")

"""The alias that callers reach: which version it leads to, and back to the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LIVE = "live"


@dataclass(frozen=True)
class Moved:
    """An alias that was moved: from which version, to which."""

    before: str
    after: str


def live_version(functions: Any, function: str, alias: str = LIVE) -> str:
    """The version that an alias leads to, such as '7'.

    Args:
        functions: A client for Lambda.
        function: Name of the function.
        alias: Its name.
    """
    return functions.get_alias(FunctionName=function, Name=alias)["FunctionVersion"]


def take_back(functions: Any, function: str, to: str = "", alias: str = LIVE) -> Moved:
    """Lead an alias to the version before the one it leads to, or to another that is named.

    Terraform moves it forward again with the next deploy; until then its plan shows the difference.

    Args:
        functions: A client for Lambda.
        function: Name of the function.
        to: A version; empty for the newest of those older than the present one.
        alias: Its name.

    Raises:
        RuntimeError: There is no such version.
        ClientError: Somebody else moved the alias meanwhile (`PreconditionFailedException`).
    """
    found = functions.get_alias(FunctionName=function, Name=alias)
    present = found["FunctionVersion"]
    every = _versions(functions, function)
    if to and to not in every:
        raise RuntimeError(f"{function} has no version {to}; it has {', '.join(every) or 'none'}")
    older = [one for one in every if int(one) < int(present)]
    if not to and not older:
        raise RuntimeError(f"{function} has no version before {present} to go back to")
    target = to or older[-1]
    functions.update_alias(
        FunctionName=function,
        Name=alias,
        FunctionVersion=target,
        RoutingConfig={"AdditionalVersionWeights": {}},
        RevisionId=found["RevisionId"],
    )
    return Moved(present, target)


def _versions(functions: Any, function: str) -> list[str]:
    """Published versions, oldest first."""
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    found = [one["Version"] for page in pages for one in page["Versions"]]
    return sorted((one for one in found if one.isdigit()), key=int)

"""What of a project is still in an account: by its tag, and by name where tags do not tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from cloud.account import GLOBAL, Account
from cloud.state import exists

TRIES, PAUSE = 7, 20.0
"""The index of tags tells of what was just deleted for a minute or two more."""


def remains(account: Account) -> list[str]:
    """Everything that is left, a line each, sorted; empty when the account is as before."""
    return sorted({one for look in LOOKS for one in look(account)})


def wait_until_gone(
    account: Account, expected: Callable[[str], bool], tries: int = TRIES, pause: float = PAUSE
) -> list[str]:
    """Look again until nothing is left but what is expected to stay; what is left then.

    Args:
        account: Where.
        expected: Whether a line of `remains` is meant to stay.
        tries: How often to look at most.
        pause: Seconds between two looks.
    """
    left: list[str] = []
    for again in range(tries - 1, -1, -1):
        left = remains(account)
        if all(map(expected, left)) or not again:
            break
        print(f"{len(left)} still listed; looking again in {pause:.0f} s.", flush=True)
        time.sleep(pause)
    return left


def _tagged(account: Account) -> Iterator[str]:
    """In our region, and where the tags of global services are kept."""
    for region in sorted({account.region, GLOBAL}):
        pages = (
            account.client("resourcegroupstaggingapi", region)
            .get_paginator("get_resources")
            .paginate(TagFilters=[{"Key": "Project", "Values": [account.name]}])
        )
        yield from (one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"])


def _roles(account: Account) -> Iterator[str]:
    """The tag index knows no roles."""
    for page in account.client("iam").get_paginator("list_roles").paginate():
        yield from (one["Arn"] for one in page["Roles"] if _ours(account, one["RoleName"]))


def _log_groups(account: Account) -> Iterator[str]:
    """A last invocation may make its log group again, without a tag."""
    logs = account.client("logs")
    for prefix in (f"/aws/lambda/{account.name}", f"/aws/apigateway/{account.name}"):
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        yield from (one["arn"].removesuffix(":*") for page in pages for one in page["logGroups"])


def _state(account: Account) -> Iterator[str]:
    if exists(account.client("s3"), account.state_bucket):
        yield f"arn:aws:s3:::{account.state_bucket}"


def _ours(account: Account, name: str) -> bool:
    return name == account.name or name.startswith(f"{account.name}-")


LOOKS: tuple[Callable[[Account], Any], ...] = (_tagged, _roles, _log_groups, _state)

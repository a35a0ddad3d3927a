"""Remove everything that `make deploy` made, and report what is left."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.deploy.account import (
    GLOBAL,
    Account,
    bucket_exists,
    empty_bucket,
    empty_repository,
    remove_bucket,
)
from scripts.deploy.terraform import Terraform, agree, agree_by_name

NEEDS_IMAGE = (":lambda:", ":alarm:")
"""Parts of the ARNs of resources that need an image. The others cost nothing without one: roles, an
empty bucket and repository, an API without routes, an idle training queue."""
LOOKS, PAUSE = 7, 20.0
"""The tag index lists deleted resources for a minute or two more."""


@dataclass(frozen=True)
class Destruction:
    """What to remove, and what was confirmed on the command line.

    Attributes:
        account: The AWS account.
        terraform: The root module.
        typed: The project's name as a confirmation; None to ask for it.
        remove_state: Whether to delete Terraform's state too; None to ask.
        leave_way_in: Whether to keep the roles and what they name, emptied: a workflow cannot
            delete the role that it runs as.
    """

    account: Account
    terraform: Terraform
    typed: str | None = None
    remove_state: bool | None = None
    leave_way_in: bool = False


def destroy(destruction: Destruction, pause: float = PAUSE) -> list[str]:
    """Ask for confirmation, empty buckets and repository, and destroy.

    Args:
        destruction: What to remove.
        pause: Seconds between two checks of what is left.

    Returns:
        The resources that are left and were not meant to stay.

    Raises:
        RuntimeError: The name was not typed, or a step failed; it can be run again.
    """
    account = destruction.account
    s3 = account.client("s3")
    if bucket_exists(s3, account.state_bucket):
        destruction.terraform.init(account.state_bucket, account.region)
        _destroy_resources(destruction)
        if not destruction.leave_way_in and _remove_state(destruction):
            remove_bucket(s3, account.state_bucket)
            print(f"{account.state_bucket} is deleted.")
    else:
        print(f"There is no {account.state_bucket}: nothing was deployed from here.")
    return _report(destruction, pause)


def _destroy_resources(destruction: Destruction) -> None:
    account = destruction.account
    variables = {"name": account.name, "region": account.region}
    with tempfile.TemporaryDirectory() as folder:
        plan = str(Path(folder, "plan"))
        # Without an image, the module plans what an image needs and nothing that runs.
        destruction.terraform.plan(plan, variables, destroy=not destruction.leave_way_in)
        warning = (
            f"Everything above in account {account.number}, {account.region}, will be deleted, "
            "with every release, vintage and image. This cannot be undone."
        )
        if not agree_by_name(warning, account.name, destruction.typed):
            raise RuntimeError(f"'{account.name}' was not typed: nothing was destroyed")
        # Named without Terraform's outputs: a destroy that failed halfway has none left.
        bucket, name = account.bucket, account.name
        print(f"{bucket}: {empty_bucket(account.client('s3'), bucket)} versions deleted.")
        print(f"{name}: {empty_repository(account.client('ecr'), name)} images deleted.")
        destruction.terraform.apply(plan)


def _remove_state(destruction: Destruction) -> bool:
    if not destruction.terraform.empty():
        print("Terraform's state is kept: it still lists resources.")
        return False
    if destruction.remove_state is not None:
        return destruction.remove_state
    return agree(f"Delete {destruction.account.state_bucket} with Terraform's state too?", False)


def _report(destruction: Destruction, pause: float) -> list[str]:
    remaining = wait_until_gone(destruction.account, _meant_to_stay(destruction), pause=pause)
    if not remaining:
        print("What is left: nothing.")
        return []
    print("What is left:")
    for line in remaining:
        print(f"  {line}")
    return [line for line in remaining if not _meant_to_stay(destruction)(line)]


def _meant_to_stay(destruction: Destruction) -> Callable[[str], bool]:
    def meant(line: str) -> bool:
        if destruction.leave_way_in:
            return not any(part in line for part in NEEDS_IMAGE)
        return destruction.remove_state is not True and line.endswith(
            f":::{destruction.account.state_bucket}"
        )

    return meant


def remaining_resources(account: Account) -> list[str]:
    """ARNs of the project's resources, sorted: by tag, and by name where AWS has no tags."""
    return sorted({line for search in SEARCHES for line in search(account)})


def wait_until_gone(
    account: Account, expected: Callable[[str], bool], tries: int = LOOKS, pause: float = PAUSE
) -> list[str]:
    """Wait until nothing is left but what is expected to stay; return what is left.

    Args:
        account: The AWS account.
        expected: Whether an ARN is meant to stay.
        tries: How often to check at most.
        pause: Seconds between two checks.
    """
    remaining: list[str] = []
    for remaining_tries in range(tries - 1, -1, -1):
        remaining = remaining_resources(account)
        if all(map(expected, remaining)) or not remaining_tries:
            break
        print(
            f"{len(remaining)} resources are still listed; checking again in {pause:.0f} s.",
            flush=True,
        )
        time.sleep(pause)
    return remaining


def _tagged(account: Account) -> Iterator[str]:
    """In the project's region, and in the region that lists global services."""
    for region in sorted({account.region, GLOBAL}):
        pages = (
            account.client("resourcegroupstaggingapi", region)
            .get_paginator("get_resources")
            .paginate(TagFilters=[{"Key": "Project", "Values": [account.name]}])
        )
        yield from (
            resource["ResourceARN"] for page in pages for resource in page["ResourceTagMappingList"]
        )


def _roles(account: Account) -> Iterator[str]:
    """The tag index does not list roles."""
    for page in account.client("iam").get_paginator("list_roles").paginate():
        yield from (role["Arn"] for role in page["Roles"] if _belongs_to(account, role["RoleName"]))


def _log_groups(account: Account) -> Iterator[str]:
    """A last invocation may create its log group again, without a tag."""
    logs = account.client("logs")
    for prefix in (f"/aws/lambda/{account.name}", f"/aws/apigateway/{account.name}"):
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        yield from (
            group["arn"].removesuffix(":*") for page in pages for group in page["logGroups"]
        )


def _state(account: Account) -> Iterator[str]:
    if bucket_exists(account.client("s3"), account.state_bucket):
        yield f"arn:aws:s3:::{account.state_bucket}"


def _belongs_to(account: Account, name: str) -> bool:
    return name == account.name or name.startswith(f"{account.name}-")


SEARCHES: tuple[Callable[[Account], Any], ...] = (_tagged, _roles, _log_groups, _state)

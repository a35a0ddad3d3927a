"""Back to nothing: everything that `make deploy` made is gone, and what is left is shown."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cloud import state
from cloud.account import Account
from cloud.emptying import empty_bucket, empty_repository
from cloud.remains import PAUSE, wait_until_gone
from cloud.running import agree, agree_by_name
from cloud.terraform import Terraform

RUNS = (":lambda:", ":alarm:")
"""Parts of the ARN of what is gone once there is no image. What is there without one costs nothing:
the roles, the empty bucket and repository, the API without a route, an idle queue of training."""


@dataclass(frozen=True)
class Destruction:
    """What a destruction is made with.

    Attributes:
        account: Where.
        terraform: The root module.
        typed: The name, typed on the command line; None to ask for it.
        remove_state: Whether Terraform's state goes too; None to ask.
        leave_way_in: Whether the roles stay and what they name, emptied: a workflow cannot delete
            the role that it acts as.
    """

    account: Account
    terraform: Terraform
    typed: str | None = None
    remove_state: bool | None = None
    leave_way_in: bool = False


def destroy(one: Destruction, pause: float = PAUSE) -> list[str]:
    """Ask, empty, destroy; what is left that was not meant to stay.

    Args:
        one: With what.
        pause: Seconds between two looks at what is left.

    Raises:
        RuntimeError: The name was not typed, or a step failed; it can be started again.
    """
    account = one.account
    s3 = account.client("s3")
    if state.exists(s3, account.state_bucket):
        one.terraform.init(account.state_bucket, account.region)
        _destroy_resources(one)
        if not one.leave_way_in and _state_too(one):
            state.remove(s3, account.state_bucket)
            print(f"{account.state_bucket} is gone.")
    else:
        print(f"There is no {account.state_bucket}: nothing was deployed from here.")
    return _told(one, pause)


def _destroy_resources(one: Destruction) -> None:
    variables = {"name": one.account.name, "region": one.account.region}
    with tempfile.TemporaryDirectory() as folder:
        plan = str(Path(folder, "plan"))
        # Without an image Terraform wants what an image needs, and nothing that runs.
        one.terraform.plan(plan, variables, destroy=not one.leave_way_in)
        warning = (
            f"All of the above in account {one.account.number}, {one.account.region}, will be "
            "gone, with every release, vintage and image. Nothing brings them back."
        )
        if not agree_by_name(warning, one.account.name, one.typed):
            raise RuntimeError(f"'{one.account.name}' was not typed: nothing was destroyed")
        # Not by Terraform's outputs: a destroy that half failed has none left.
        bucket, name = one.account.bucket, one.account.name
        print(f"{bucket}: {empty_bucket(one.account.client('s3'), bucket)} versions deleted.")
        print(f"{name}: {empty_repository(one.account.client('ecr'), name)} images deleted.")
        one.terraform.apply(plan)


def _state_too(one: Destruction) -> bool:
    if not one.terraform.empty():
        print("Terraform's state stays: it still names what was not destroyed.")
        return False
    if one.remove_state is not None:
        return one.remove_state
    return agree(f"Delete {one.account.state_bucket}, and with it Terraform's state, too?", False)


def _told(one: Destruction, pause: float) -> list[str]:
    left = wait_until_gone(one.account, _meant_to_stay(one), pause=pause)
    if not left:
        print("What is left: nothing.")
        return []
    print("What is left:")
    for line in left:
        print(f"  {line}")
    return [line for line in left if not _meant_to_stay(one)(line)]


def _meant_to_stay(one: Destruction) -> Callable[[str], bool]:
    def meant(line: str) -> bool:
        if one.leave_way_in:
            return not any(part in line for part in RUNS)
        return one.remove_state is not True and line.endswith(f":::{one.account.state_bucket}")

    return meant

"""From an empty account to a URL: bucket and repository first, then the image, then the rest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from cloud import alias, image, state
from cloud.account import Account
from cloud.releases import first_release
from cloud.running import Runner, agree
from cloud.smoke import Unwell, smoke, through_alias
from cloud.terraform import Terraform
from energy.releases.store import open_store
from energy.settings import ROOT
from energy.tracking import lineage

PREFIX = "store"
"""Of the releases in the bucket."""


NEEDED = {"repository_url", "bucket", "deploy_role_arn", "retrain_role_arn"}
"""Outputs of a first apply that came to its end."""


@dataclass(frozen=True)
class Deployment:
    """What a deployment is made with.

    Attributes:
        account: Where to.
        runner: Runs docker and terraform.
        terraform: The root module.
        architecture: arm64 or x86_64.
        yes: Whether plans are applied without asking.
        guarded: Whether callers of the API must say who they are.
    """

    account: Account
    runner: Runner
    terraform: Terraform
    architecture: str
    yes: bool = False
    guarded: bool = False

    def variables(self, digest: str = "") -> dict[str, str]:
        """What Terraform is told here; the rest comes from TF_VAR_* and terraform.tfvars."""
        told = {
            "name": self.account.name,
            "region": self.account.region,
            "architecture": self.architecture,
        }
        return told | ({"image_digest": digest} if digest else {})


def deploy(one: Deployment, local_store: str) -> None:
    """Everything, in order; what is there already is left as it is.

    Args:
        one: With what.
        local_store: Where the first release is, if the bucket has none.

    Raises:
        RuntimeError: A step failed, a plan was not agreed to, or what was deployed does not answer
            as it should; in that case the version before it is in service again.
    """
    prepare(one)
    digest = build(one)
    release(one, local_store)
    live = serving(one)
    try:
        with tempfile.TemporaryDirectory() as folder:
            apply(one, str(Path(folder, "plan")), digest)
    except RuntimeError:
        if live and serving(one) not in ("", live):  # it failed after the alias had moved
            check_or_take_back(one, live)
        raise
    check_or_take_back(one, live)
    tell(one)


def prepare(one: Deployment) -> None:
    """Open the state; make bucket, repository and roles if there are none."""
    account = one.account
    if state.ensure(account.client("s3"), account.state_bucket, account.region, account.name):
        print(f"Made {account.state_bucket} for Terraform's state.")
    one.terraform.init(account.state_bucket, account.region)
    if not one.terraform.outputs().keys() >= NEEDED:
        print("First bucket, repository and roles: the function needs an image to start from.")
        with tempfile.TemporaryDirectory() as folder:
            apply(one, str(Path(folder, "plan")))


def build(one: Deployment) -> str:
    """Build and push the image of what is checked out; its digest."""
    url = one.terraform.outputs()["repository_url"]
    found = image.push(
        one.runner, one.account.client("ecr"), url, lineage.commit(ROOT), one.architecture
    )
    print(f"The image is {found}.")
    return found


def release(one: Deployment, local_store: str) -> None:
    """Give the bucket the release in service here, if it has none of its own."""
    store = open_store(f"s3://{one.terraform.outputs()['bucket']}/{PREFIX}")
    if copied := first_release(open_store(local_store), store):
        print(f"Published release {copied} to {store.url}.")


def plan(one: Deployment, file: str, digest: str = "") -> bool:
    """Show and write down what would change; whether there is anything."""
    return one.terraform.plan(file, one.variables(digest))


def apply(one: Deployment, file: str, digest: str = "") -> None:
    """Plan, ask, apply.

    Raises:
        RuntimeError: It was not agreed to, or failed.
    """
    if not plan(one, file, digest):
        print("Nothing changes.")
    elif agree("Apply this plan?", one.yes):
        one.terraform.apply(file)
    else:
        raise RuntimeError("the plan was not applied: nothing was changed by it")


def serving(one: Deployment) -> str:
    """The version in service; '' before the first deployment."""
    if (name := one.terraform.outputs().get("function_name")) is None:
        return ""
    return alias.live_version(one.account.client("lambda"), name)


def check(one: Deployment) -> None:
    """Ask the live alias and the API.

    Raises:
        Unwell: They do not answer as they should.
    """
    told = one.terraform.outputs()
    invoke = through_alias(one.account.client("lambda"), told["live_alias_arn"])
    for line in smoke(told["api_url"].rstrip("/"), invoke, one.guarded):
        print(line)


def check_or_take_back(one: Deployment, before: str) -> None:
    """Ask; if the answer is wrong, put the version of before in service again.

    Args:
        one: With what.
        before: That version; '' if there was none.

    Raises:
        RuntimeError: The answer was wrong.
    """
    try:
        check(one)
    except Unwell as error:
        if not before or before == serving(one):
            raise RuntimeError(f"what is in service does not answer well: {error}") from error
        take_back(one, before)
        raise RuntimeError(
            f"what was deployed does not answer well: {error}\n"
            f"version {before} is in service again; the next deploy moves forward from it"
        ) from error


def take_back(one: Deployment, to: str = "") -> None:
    """Lead the alias to the version before, or to another that is named."""
    name = one.terraform.outputs()["function_name"]
    moved = alias.take_back(one.account.client("lambda"), name, to)
    print(f"{name}: from version {moved.before} to version {moved.after}.")


def tell(one: Deployment) -> None:
    """Say where it is."""
    told = one.terraform.outputs()
    for what in ("api_url", "dashboard_url", "deploy_role_arn", "retrain_role_arn", "bucket"):
        print(f"{what:17} {told.get(what, '')}")

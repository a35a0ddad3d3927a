"""Deploy to AWS: bucket and repository, image, first release, function; and roll back a version."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from energy.contract import Manifest
from energy.releases.bundle import verify_release, write_release
from energy.releases.promotion import promote
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store
from energy.settings import ROOT
from energy.tracking import lineage
from scripts.deploy.account import Account, ensure_state_bucket
from scripts.deploy.deployed_check import CheckFailed, smoke, through_alias
from scripts.deploy.terraform import Runner, Terraform, agree

STORE_PREFIX = "store"
"""Prefix of the releases in the bucket."""
FIRST_OUTPUTS = {"repository_url", "bucket", "deploy_role_arn", "retrain_role_arn"}
"""Outputs of a first apply that succeeded."""
PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
DOCKERFILE = "lambda_handler/Dockerfile"
LIVE_ALIAS = "live"


@dataclass(frozen=True)
class Deployment:
    """Where to deploy, with what, and whether `guarded`; with `yes`, plans are applied unasked."""

    account: Account
    runner: Runner
    terraform: Terraform
    architecture: str
    yes: bool = False
    guarded: bool = False

    def variables(self, digest: str = "") -> dict[str, str]:
        """Terraform variables set here; others come from TF_VAR_* and terraform.tfvars."""
        values = {
            "name": self.account.name,
            "region": self.account.region,
            "architecture": self.architecture,
        }
        return values | ({"image_digest": digest} if digest else {})


def deploy(deployment: Deployment, local_store: str) -> None:
    """Run every step of a deployment, in order; steps that are done already change nothing.

    The first release comes from a local store, if the bucket has none.

    Raises:
        RuntimeError: A step failed, a plan was declined, or the deployed function fails its check;
            after a failed check the alias is back on the version before.
    """
    prepare_account(deployment)
    digest = build_image(deployment)
    publish_first_release(deployment, local_store)
    live = serving_version(deployment)
    try:
        with tempfile.TemporaryDirectory() as folder:
            apply(deployment, str(Path(folder, "plan")), digest)
    except RuntimeError:
        if live and serving_version(deployment) not in ("", live):  # the alias has moved already
            check_or_roll_back(deployment, live)
        raise
    check_or_roll_back(deployment, live)
    print_outputs(deployment)


def prepare_account(deployment: Deployment) -> None:
    """Open the state, and create bucket, repository and roles if they are missing."""
    account = deployment.account
    if ensure_state_bucket(
        account.client("s3"), account.state_bucket, account.region, account.name
    ):
        print(f"Created {account.state_bucket} for Terraform's state.")
    deployment.terraform.init(account.state_bucket, account.region)
    if not deployment.terraform.outputs().keys() >= FIRST_OUTPUTS:
        print("Creating bucket, repository and roles first: the function needs an image.")
        with tempfile.TemporaryDirectory() as folder:
            apply(deployment, str(Path(folder, "plan")))


def build_image(deployment: Deployment) -> str:
    """Build and push the image of the checked-out commit; return its digest."""
    url = deployment.terraform.outputs()["repository_url"]
    digest = push_image(
        deployment.runner,
        deployment.account.client("ecr"),
        url,
        lineage.commit(ROOT),
        deployment.architecture,
    )
    print(f"Image: {digest}")
    return digest


def publish_first_release(deployment: Deployment, local_store: str) -> None:
    """Copy the live release of a local store to the bucket, if the bucket has none."""
    store = open_store(f"s3://{deployment.terraform.outputs()['bucket']}/{STORE_PREFIX}")
    if release_id := copy_first_release(open_store(local_store), store):
        print(f"Published release {release_id} to {store.url}.")


def plan(deployment: Deployment, file: str, digest: str = "") -> bool:
    """Write and show the plan; return whether it changes anything."""
    return deployment.terraform.plan(file, deployment.variables(digest))


def apply(deployment: Deployment, file: str, digest: str = "") -> None:
    """Plan, ask for confirmation and apply.

    Raises:
        RuntimeError: The plan was declined, or a step failed.
    """
    if not plan(deployment, file, digest):
        print("No changes.")
    elif agree("Apply this plan?", deployment.yes):
        deployment.terraform.apply(file)
    else:
        raise RuntimeError("the plan was not applied; nothing has changed")


def serving_version(deployment: Deployment) -> str:
    """The version that the live alias points to; '' before the first deployment."""
    if (name := deployment.terraform.outputs().get("function_name")) is None:
        return ""
    return live_version(deployment.account.client("lambda"), name)


def check(deployment: Deployment) -> None:
    """Check the live alias and the API.

    Raises:
        CheckFailed: One of them gives a wrong answer, or none.
    """
    outputs = deployment.terraform.outputs()
    invoke = through_alias(deployment.account.client("lambda"), outputs["live_alias_arn"])
    for line in smoke(outputs["api_url"].rstrip("/"), invoke, deployment.guarded):
        print(line)


def check_or_roll_back(deployment: Deployment, before: str) -> None:
    """Check what was deployed; if the check fails, roll back to the version before, if any.

    Raises:
        RuntimeError: The check failed.
    """
    try:
        check(deployment)
    except CheckFailed as error:
        if not before or before == serving_version(deployment):
            raise RuntimeError(f"the live version fails its check: {error}") from error
        roll_back(deployment, before)
        raise RuntimeError(
            f"the deployed version fails its check: {error}\n"
            f"version {before} is live again; the next deploy moves forward from it"
        ) from error


def roll_back(deployment: Deployment, to: str = "") -> None:
    """Move the alias to the version before, or to a named version."""
    name = deployment.terraform.outputs()["function_name"]
    move = move_alias(deployment.account.client("lambda"), name, to)
    print(f"{name}: from version {move.before} to version {move.after}.")


def print_outputs(deployment: Deployment) -> None:
    """Print the URLs and names of what was deployed."""
    outputs = deployment.terraform.outputs()
    for name in ("api_url", "dashboard_url", "deploy_role_arn", "retrain_role_arn", "bucket"):
        print(f"{name:17} {outputs.get(name, '')}")


def push_image(
    runner: Runner, ecr: Any, repository_url: str, commit: str, architecture: str
) -> str:
    """Build and push the image of a commit, unless the repository has it.

    Attestations are left out: with one, the tag would name an index, which Lambda rejects.

    Args:
        runner: Runs docker.
        ecr: A client.
        repository_url: As Terraform's output has it.
        commit: As `energy.tracking.lineage.commit` returns it; part of the image's tag.
        architecture: arm64 or x86_64.

    Returns:
        The digest: `sha256:` and 64 hex digits.

    Raises:
        RuntimeError: The checkout has uncommitted changes or no commit, or docker failed.
    """
    if not commit.isalnum() or commit == "unknown":
        raise RuntimeError(
            f"the checkout is at '{commit}'; an image is built from a clean commit: commit first"
        )
    registry, _, repository = repository_url.partition("/")
    tag = f"{commit}-{architecture}"
    if digest := image_digest(ecr, repository, tag):
        print(f"The repository has the image of {commit[:12]} already.")
        return digest
    user, password = _registry_login(ecr)
    runner.run("docker", "login", "--username", user, "--password-stdin", registry, stdin=password)
    runner.run(
        *("docker", "buildx", "build", "--platform", PLATFORMS[architecture]),
        *("--provenance=false", "--sbom=false", "--file", DOCKERFILE),
        *("--tag", f"{repository_url}:{tag}", "--push", "."),
    )
    if (digest := image_digest(ecr, repository, tag)) is None:
        raise RuntimeError(
            f"the image of {commit[:12]} was pushed, but the repository does not have it"
        )
    return digest


def image_digest(ecr: Any, repository: str, tag: str) -> str | None:
    """Digest of the image with a tag; None if there is none.

    Raises:
        RuntimeError: The tag names an index of several images.
    """
    try:
        response = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ImageNotFoundException":
            return None
        raise
    if not (details := response["imageDetails"]):
        return None
    (image,) = details
    media_type = image.get("imageManifestMediaType", "")
    if "index" in media_type or "manifest.list" in media_type:
        raise RuntimeError(f"{repository}:{tag} is an index of images ({media_type}), not an image")
    return image["imageDigest"]


def _registry_login(ecr: Any) -> tuple[str, str]:
    (token,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(token["authorizationToken"]).decode().partition(":")
    return user, password


def copy_champion(source: Store, target: Store) -> Manifest:
    """Copy the live release to another store, with every file verified, and make it live there.

    Raises:
        RuntimeError: The source has no release.
        StoreError: A store failed, or a file differs from its manifest.
    """
    if (pointer := read_champion(source)) is None:
        raise RuntimeError(f"{source.url} holds no release yet: 'make run' publishes one")
    manifest = verify_release(source, pointer.release_id)
    folder = f"releases/{manifest.release_id}/"
    files = {name: source.read(folder + name) for name in manifest.files}
    write_release(target, manifest, files)
    promote(target, manifest.release_id, pointer.reason, datetime.now(UTC))
    return manifest


def copy_first_release(source: Store, target: Store) -> str:
    """Copy the live release to a store that has none; its id, or '' if nothing was copied.

    Raises:
        RuntimeError: Neither store has a release.
        StoreError: As for `copy_champion`.
    """
    return "" if read_champion(target) else copy_champion(source, target).release_id


@dataclass(frozen=True)
class AliasMove:
    """From which version an alias was moved, and to which."""

    before: str
    after: str


def live_version(functions: Any, function: str, alias: str = LIVE_ALIAS) -> str:
    """The version that an alias points to, such as '7'."""
    return functions.get_alias(FunctionName=function, Name=alias)["FunctionVersion"]


def move_alias(functions: Any, function: str, to: str = "", alias: str = LIVE_ALIAS) -> AliasMove:
    """Move an alias to the version before the current one, or to a named version.

    The next deploy moves it forward again; until then Terraform's plan shows the difference.

    Args:
        functions: A client for Lambda.
        function: Name of the function.
        to: A version; empty for the newest one before the current version.
        alias: Its name.

    Raises:
        RuntimeError: There is no such version.
        ClientError: The alias was moved by another process (`PreconditionFailedException`).
    """
    current = functions.get_alias(FunctionName=function, Name=alias)
    live = current["FunctionVersion"]
    versions = _published_versions(functions, function)
    if to and to not in versions:
        raise RuntimeError(
            f"{function} has no version {to}; it has {', '.join(versions) or 'none'}"
        )
    older = [version for version in versions if int(version) < int(live)]
    if not to and not older:
        raise RuntimeError(f"{function} has no version before {live} to go back to")
    target = to or older[-1]
    functions.update_alias(
        FunctionName=function,
        Name=alias,
        FunctionVersion=target,
        RoutingConfig={"AdditionalVersionWeights": {}},
        RevisionId=current["RevisionId"],
    )
    return AliasMove(live, target)


def _published_versions(functions: Any, function: str) -> list[str]:
    """Published versions, oldest first."""
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    versions = [version["Version"] for page in pages for version in page["Versions"]]
    return sorted((version for version in versions if version.isdigit()), key=int)

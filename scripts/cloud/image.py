"""The image: built from a commit, pushed under its hash, known by its digest ever after."""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import ClientError

from cloud.running import Runner

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
DOCKERFILE = "lambda_handler/Dockerfile"


def push(runner: Runner, ecr: Any, repository_url: str, commit: str, architecture: str) -> str:
    """Build the image of a commit and push it, unless it is there; its digest.

    Attestations are left out: with one, the tag names an index, which Lambda refuses.

    Args:
        runner: Runs docker.
        ecr: A client.
        repository_url: As Terraform's output has it.
        commit: What is checked out, as `energy.tracking.lineage.commit` tells it; the image's tag.
        architecture: arm64 or x86_64.

    Returns:
        `sha256:` and 64 hex digits.

    Raises:
        RuntimeError: The commit is not one to be found again, or docker failed.
    """
    if not commit.isalnum() or commit == "unknown":
        raise RuntimeError(
            f"the checkout is at '{commit}'; an image is built from a commit: commit first"
        )
    registry, _, repository = repository_url.partition("/")
    tag = f"{commit}-{architecture}"
    if found := digest(ecr, repository, tag):
        print(f"The image of {commit[:12]} is in the repository already.")
        return found
    user, password = _login(ecr)
    runner.run("docker", "login", "--username", user, "--password-stdin", registry, given=password)
    runner.run(
        *("docker", "buildx", "build", "--platform", PLATFORMS[architecture]),
        *("--provenance=false", "--sbom=false", "--file", DOCKERFILE),
        *("--tag", f"{repository_url}:{tag}", "--push", "."),
    )
    if (found := digest(ecr, repository, tag)) is None:
        raise RuntimeError(f"the image of {commit[:12]} was pushed and is not in the repository")
    return found


def digest(ecr: Any, repository: str, tag: str) -> str | None:
    """Digest of the image with a tag; None if there is none.

    Raises:
        RuntimeError: The tag names an index of several images, not one image.
    """
    try:
        answer = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ImageNotFoundException":
            return None
        raise
    if not (details := answer["imageDetails"]):
        return None
    (image,) = details
    kind = image.get("imageManifestMediaType", "")
    if "index" in kind or "manifest.list" in kind:
        raise RuntimeError(f"{repository}:{tag} is an index of images ({kind}), not an image")
    return image["imageDigest"]


def _login(ecr: Any) -> tuple[str, str]:
    (given,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    return user, password

"""Empty what cannot be deleted full: a versioned bucket, a repository of images."""

from __future__ import annotations

from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

IMAGES_AT_ONCE = 100
"""The most that ECR deletes in one call; S3 lists and deletes a thousand."""


def empty_bucket(s3: Any, bucket: str) -> int:
    """Delete every version, every delete marker and every unfinished upload.

    Args:
        s3: A client.
        bucket: Its name; one that is gone counts as empty.

    Returns:
        How many were deleted.

    Raises:
        RuntimeError: S3 refuses to delete something; what is left can be tried again.
    """
    try:
        return _delete_versions(s3, bucket) + _abort_uploads(s3, bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return 0
        raise


def _delete_versions(s3: Any, bucket: str) -> int:
    deleted = 0
    while True:  # always the first page: what was on it is gone
        page = s3.list_object_versions(Bucket=bucket)
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if not found:
            return deleted
        objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if refused := answer.get("Errors"):
            first = refused[0]
            raise RuntimeError(
                f"{len(refused)} objects of {bucket} cannot be deleted, {first['Key']} for one: "
                f"{first.get('Message', first.get('Code'))}"
            )
        deleted += len(objects)


def _abort_uploads(s3: Any, bucket: str) -> int:
    aborted = 0
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for one in page.get("Uploads", ()):
            s3.abort_multipart_upload(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])
            aborted += 1
    return aborted


def empty_repository(ecr: Any, repository: str) -> int:
    """Delete every image, tagged or not.

    Args:
        ecr: A client.
        repository: Its name; one that is gone counts as empty.

    Returns:
        How many were deleted.

    Raises:
        RuntimeError: ECR refuses to delete what is left.
    """
    deleted = 0
    try:
        while digests := _digests(ecr, repository):
            ids = [{"imageDigest": one} for one in islice(digests, IMAGES_AT_ONCE)]
            answer = ecr.batch_delete_image(repositoryName=repository, imageIds=ids)
            gone = {one["imageDigest"] for one in answer.get("imageIds", ())}
            if not gone:  # an image that others refer to goes after them, in a later round
                first, *_ = answer.get("failures") or [{}]
                reason = first.get("failureReason", "no reason is given")
                raise RuntimeError(f"images of {repository} cannot be deleted: {reason}")
            deleted += len(gone)
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryNotFoundException":
            raise
    return deleted


def _digests(ecr: Any, repository: str) -> list[str]:
    pages = ecr.get_paginator("list_images").paginate(repositoryName=repository)
    return sorted({one["imageDigest"] for page in pages for one in page["imageIds"]})

"""The AWS account, the bucket of Terraform's state, and how to empty buckets and repositories."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

NAME = re.compile(r"[a-z][a-z0-9-]{1,25}[a-z0-9]")
"""At most 27 letters: with account and region, the name of the state's bucket has at most 63."""
GLOBAL = "us-east-1"
"""Region that lists the tags of global services."""
STATE_KEY = "terraform.tfstate"
OLD_STATE_DAYS = 90
"""How long overwritten versions of the state are kept."""
IMAGES_PER_CALL = 100
"""The most images that ECR deletes in a call."""


@dataclass(frozen=True)
class Account:
    """An AWS account, a region and the name of the project in it.

    Attributes:
        name: The project's: every resource's name begins with it, and it is the tag `Project`.
        region: Such as eu-west-2.
        number: Twelve digits.
        session: With credentials.
    """

    name: str
    region: str
    number: str
    session: boto3.Session

    @property
    def bucket(self) -> str:
        """Bucket of the releases and vintages, as terraform/ names it."""
        return f"{self.name}-{self.number}-{self.region}"

    @property
    def state_bucket(self) -> str:
        """Bucket of Terraform's state: one for each account, region and name."""
        return f"{self.name}-tfstate-{self.number}-{self.region}"

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client for a service, in the account's region unless another is named."""
        return self.session.client(service, region_name=region or self.region)


def open_account(name: str, region: str | None) -> Account:
    """The account of the credentials that boto3 finds.

    Raises:
        RuntimeError: The name is invalid, no region is set, or no credentials work.
    """
    if not NAME.fullmatch(name):
        raise RuntimeError(
            f"the name is {name!r}; expected 3 to 27 lower-case letters, digits and hyphens"
        )
    try:
        session = boto3.Session(region_name=region)
        if session.region_name is None:
            raise RuntimeError("no region is set: give --region, or set AWS_REGION")
        number = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise RuntimeError(f"no AWS account: {error}") from error
    return Account(name, session.region_name, number, session)


def ensure_state_bucket(s3: Any, bucket: str, region: str, project: str) -> bool:
    """Create the state's bucket with the tag `Project`: versioned, encrypted, private, TLS only.

    Versioning is enabled last, so that a versioned bucket is known to be complete.

    Returns:
        Whether it was created or completed now.

    Raises:
        RuntimeError: The name belongs to another account.
    """
    is_there = bucket_exists(s3, bucket)
    if is_there and s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        return False
    if not is_there:
        # us-east-1 is the default, and S3 rejects it as a constraint.
        where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else where))
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only_policy(bucket)))
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "Project", "Value": project}]})
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [_expire_old_versions()]}
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return True


def bucket_exists(s3: Any, bucket: str) -> bool:
    """Whether the bucket exists in this account.

    Raises:
        RuntimeError: It exists, but these credentials have no access.
    """
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        raise RuntimeError(
            f"no access to bucket {bucket} (HTTP {status}): it belongs to another account, or "
            "these credentials lack permission"
        ) from error
    return True


def remove_bucket(s3: Any, bucket: str) -> None:
    """Empty the bucket and delete it, if it exists."""
    if bucket_exists(s3, bucket):
        empty_bucket(s3, bucket)
        s3.delete_bucket(Bucket=bucket)


def _tls_only_policy(bucket: str) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OverTlsAlone",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _expire_old_versions() -> dict[str, Any]:
    return {
        "ID": "old-states",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_STATE_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


def empty_bucket(s3: Any, bucket: str) -> int:
    """Delete every version, delete marker and unfinished upload; return their number.

    A missing bucket counts as empty.

    Raises:
        RuntimeError: S3 did not delete an object; the call can be repeated.
    """
    try:
        return _delete_versions(s3, bucket) + _abort_uploads(s3, bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return 0
        raise


def _delete_versions(s3: Any, bucket: str) -> int:
    deleted = 0
    while True:  # always the first page: deleted objects are not listed again
        page = s3.list_object_versions(Bucket=bucket)
        versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if not versions:
            return deleted
        objects = [
            {"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions
        ]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := answer.get("Errors"):
            first = errors[0]
            raise RuntimeError(
                f"{len(errors)} objects of {bucket} cannot be deleted, such as {first['Key']}: "
                f"{first.get('Message', first.get('Code'))}"
            )
        deleted += len(objects)


def _abort_uploads(s3: Any, bucket: str) -> int:
    aborted = 0
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", ()):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
            aborted += 1
    return aborted


def empty_repository(ecr: Any, repository: str) -> int:
    """Delete every image, tagged or not; return their number.

    A missing repository counts as empty.

    Raises:
        RuntimeError: ECR does not delete what is left.
    """
    deleted = 0
    try:
        while digests := _image_digests(ecr, repository):
            ids = [{"imageDigest": image} for image in islice(digests, IMAGES_PER_CALL)]
            answer = ecr.batch_delete_image(repositoryName=repository, imageIds=ids)
            gone = {image["imageDigest"] for image in answer.get("imageIds", ())}
            if not gone:  # an image that others refer to is deleted after them, in a later round
                first, *_ = answer.get("failures") or [{}]
                reason = first.get("failureReason", "no reason is given")
                raise RuntimeError(f"images of {repository} cannot be deleted: {reason}")
            deleted += len(gone)
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryNotFoundException":
            raise
    return deleted


def _image_digests(ecr: Any, repository: str) -> list[str]:
    pages = ecr.get_paginator("list_images").paginate(repositoryName=repository)
    return sorted({image["imageDigest"] for page in pages for image in page["imageIds"]})

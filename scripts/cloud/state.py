"""The bucket that Terraform keeps its state in: the one thing that Terraform cannot make itself."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from cloud.emptying import empty_bucket

KEY = "terraform.tfstate"
OLD_DAYS = 90
"""How long an overwritten state can still be had back."""


def ensure(s3: Any, bucket: str, region: str, project: str) -> bool:
    """Make the bucket if it is not there: versioned, encrypted, closed, over TLS alone.

    Versioning is turned on last, so that a bucket with it has everything else.

    Args:
        s3: A client.
        bucket: Its name.
        region: Where it is made.
        project: Value of its tag `Project`.

    Returns:
        Whether it was made, or finished, now.

    Raises:
        RuntimeError: The name is taken by another account.
    """
    found = exists(s3, bucket)
    if found and s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        return False
    if not found:
        # us-east-1 is where a bucket goes when nothing is said, and may not be said.
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
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_over_tls_alone(bucket)))
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "Project", "Value": project}]})
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [_old_versions()]}
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return True


def exists(s3: Any, bucket: str) -> bool:
    """Whether the bucket is there, and ours.

    Raises:
        RuntimeError: It is there, and these credentials may not look at it.
    """
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        raise RuntimeError(
            f"bucket {bucket} cannot be looked at (HTTP {status}): it belongs to another account, "
            "or these credentials may not"
        ) from error
    return True


def remove(s3: Any, bucket: str) -> None:
    """Empty the bucket and delete it; nothing happens where there is none."""
    if exists(s3, bucket):
        empty_bucket(s3, bucket)
        s3.delete_bucket(Bucket=bucket)


def _over_tls_alone(bucket: str) -> dict[str, Any]:
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


def _old_versions() -> dict[str, Any]:
    return {
        "ID": "old-states",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }

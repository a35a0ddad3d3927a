"""The bucket of Terraform's state is created, completed and removed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.deploy import account as aws

PROJECT = "another-project"


def test_the_bucket_is_versioned_encrypted_private_and_tls_only(account: Any) -> None:
    s3, bucket = account.client("s3"), f"{account.state_bucket}-1"
    created = [aws.ensure_state_bucket(s3, bucket, account.region, PROJECT) for _ in range(2)]
    assert created == [True, False]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "Project", "Value": PROJECT}]
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == account.region


def test_an_incomplete_bucket_is_completed(account: Any) -> None:
    s3, bucket = account.client("s3"), f"{account.state_bucket}-2"
    where = {"LocationConstraint": account.region}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    assert aws.ensure_state_bucket(s3, bucket, account.region, PROJECT)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_the_bucket_is_removed_with_all_versions(account: Any) -> None:
    s3, bucket = account.client("s3"), f"{account.state_bucket}-3"
    aws.ensure_state_bucket(s3, bucket, account.region, PROJECT)
    for body in (b"{}", b"[]"):
        s3.put_object(Bucket=bucket, Key=aws.STATE_KEY, Body=body)
    aws.remove_bucket(s3, bucket)
    assert not aws.bucket_exists(s3, bucket)
    aws.remove_bucket(s3, bucket)  # and again: nothing to do


def test_another_account_s_bucket_is_an_error() -> None:
    class Foreign:
        def head_bucket(self, **_: str) -> None:
            answer = {"Error": {"Code": "403"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(answer, "HeadBucket")

    with pytest.raises(RuntimeError, match="belongs to another account"):
        aws.bucket_exists(Foreign(), "somebody-s")

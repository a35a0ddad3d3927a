"""Buckets and a repository are created, emptied and removed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.deploy import account as aws
from scripts.deploy.account import empty_bucket, empty_repository

MANY = 1005
"""More than S3 lists or deletes at once."""


@pytest.fixture
def bucket(account: Any, request: pytest.FixtureRequest) -> Any:
    s3 = account.client("s3")
    name = f"b{abs(hash(request.node.name)) % 10**10}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": account.region})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def test_versions_delete_markers_and_uploads_are_deleted(account: Any, bucket: str) -> None:
    s3 = account.client("s3")
    for body in (b"first", b"second"):
        s3.put_object(Bucket=bucket, Key="store/champion.json", Body=body)
    s3.put_object(Bucket=bucket, Key="vintages/ä b.zip", Body=b"")
    s3.delete_object(Bucket=bucket, Key="store/champion.json")  # leaves a delete marker
    s3.create_multipart_upload(Bucket=bucket, Key="dvc/half")
    with pytest.raises(ClientError):
        s3.delete_bucket(Bucket=bucket)

    assert empty_bucket(s3, bucket) == 5
    left = s3.list_object_versions(Bucket=bucket)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
    s3.delete_bucket(Bucket=bucket)


def test_more_than_a_page_is_deleted(account: Any, bucket: str) -> None:
    s3 = account.client("s3")
    for number in range(MANY):
        s3.put_object(Bucket=bucket, Key=f"store/{number}", Body=b"")
    assert empty_bucket(s3, bucket) == MANY
    assert empty_bucket(s3, bucket) == 0


def test_a_missing_bucket_or_repository_is_empty(account: Any) -> None:
    assert empty_bucket(account.client("s3"), "never-was-there") == 0
    assert empty_repository(account.client("ecr"), "never-was-there") == 0


def test_an_error_of_aws_is_raised_and_not_retried_for_ever() -> None:
    class Refusing:
        def list_object_versions(self, **_: str) -> dict[str, Any]:
            return {"Versions": [{"Key": "k", "VersionId": "1"}]}

        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "k", "Code": "AccessDenied", "Message": "Access Denied"}]}

        def get_paginator(self, _: str) -> Refusing:
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            return [{"imageIds": [{"imageDigest": "sha256:1"}]}]

        def batch_delete_image(self, **_: Any) -> dict[str, Any]:
            return {"failures": [{"failureReason": "referenced by a manifest list"}]}

    with pytest.raises(RuntimeError, match="such as k: Access Denied"):
        empty_bucket(Refusing(), "b")
    with pytest.raises(RuntimeError, match="referenced by a manifest list"):
        empty_repository(Refusing(), "r")


def test_every_image_is_deleted_tagged_or_not(account: Any) -> None:
    ecr = account.client("ecr")
    ecr.create_repository(repositoryName="emptied")
    for number in range(130):  # more than ECR deletes at once
        ecr.put_image(
            repositoryName="emptied",
            imageManifest=json.dumps({"schemaVersion": 2, "number": number}),
            **({"imageTag": f"v{number}"} if number % 2 else {}),
        )
    assert empty_repository(ecr, "emptied") == 130
    assert ecr.list_images(repositoryName="emptied")["imageIds"] == []
    ecr.delete_repository(repositoryName="emptied")


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

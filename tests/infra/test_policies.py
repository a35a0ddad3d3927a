"""The rendered IAM policies: what each role may do, and who may assume it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

Statement = dict[str, Any]
Resources = dict[str, dict[str, Any]]

ANY_RESOURCE = {
    "xray:PutTelemetryRecords": "X-Ray has no resource-level permissions",
    "xray:PutTraceSegments": "X-Ray has no resource-level permissions",
    "cloudwatch:PutMetricData": "no resource-level permissions; a condition restricts it",
    "cloudwatch:DescribeAlarms": "listing; the provider finds alarms by a filter",
    "ecr:GetAuthorizationToken": "the login is to the registry, not to a repository",
    "logs:CreateLogDelivery": "no resource-level permissions; for API Gateway's access logs",
    "logs:DeleteLogDelivery": "as CreateLogDelivery",
    "logs:GetLogDelivery": "as CreateLogDelivery",
    "logs:ListLogDeliveries": "as CreateLogDelivery",
    "logs:UpdateLogDelivery": "as CreateLogDelivery",
    "logs:DescribeResourcePolicies": "listing",
    "logs:DescribeLogGroups": "listing; the provider finds log groups by their prefix",
    "batch:DescribeComputeEnvironments": "Batch has no resource-level permissions to describe",
    "batch:DescribeJobDefinitions": "Batch has no resource-level permissions to describe",
    "batch:DescribeJobQueues": "Batch has no resource-level permissions to describe",
    "batch:DescribeJobs": "Batch has no resource-level permissions to describe",
    "iam:ListRoles": "listing, to find anything left (destroy_from_github)",
    "tag:GetResources": "listing, to find anything left (destroy_from_github)",
}
"""The only actions that may have the resource `*`, and why."""

EXTERNAL_NAMES = {
    "arn:aws:batch:eu-west-2:123456789012:job-definition/metaflow_*": "Metaflow chooses the names",
    "arn:aws:batch:eu-west-2:123456789012:job/*": "Batch chooses job ids",
    "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/batch/job:*": "the log group of Batch",
}
"""Resources with a `*` that do not contain the project's name, and why."""

MAX_POLICY_LENGTH = 6144
"""Limit of a managed policy in characters, which AWS counts without white space."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def policies(resources: Resources) -> dict[str, list[Statement]]:
    """Statements of every role policy and managed policy, by address."""
    return {
        address: json.loads(values["policy"])["Statement"]
        for address, values in resources.items()
        if address.startswith(("aws_iam_policy.", "aws_iam_role_policy."))
    }


def trusts(resources: Resources) -> dict[str, list[Statement]]:
    """Statements of every role's trust policy, by address."""
    return {
        address: json.loads(values["assume_role_policy"])["Statement"]
        for address, values in resources.items()
        if address.startswith("aws_iam_role.")
    }


def permissions(resources: Resources, *addresses: str) -> Iterator[tuple[str, str, Statement]]:
    """Every allowed action and resource, with its statement: of all policies or of those given."""
    for address, statements in policies(resources).items():
        if addresses and not address.startswith(addresses):
            continue
        for statement in statements:
            assert statement["Effect"] == "Allow"
            assert not {"NotAction", "NotResource"} & set(statement)
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    yield action, resource, statement


@pytest.fixture(params=["defaults", "custom"])
def resources(request: pytest.FixtureRequest) -> Resources:
    return request.getfixturevalue(request.param)


RETRAIN = ("aws_iam_role_policy.retrain",)
FUNCTION = ("aws_iam_role_policy.function",)


def test_policies_are_those_expected(custom: Resources) -> None:
    names = {address.partition("[")[0] for address in policies(custom)}
    inline = {f"aws_iam_role_policy.{name}" for name in ("function", "retrain", "training")}
    assert names == {"aws_iam_policy.boundary", "aws_iam_policy.deploy"} | inline
    assert len(policies(custom)) == 11


def test_no_action_has_a_wildcard(resources: Resources) -> None:
    assert [
        action for action, _, _ in permissions(resources) if "*" in action or "?" in action
    ] == []


def test_only_listed_actions_may_have_any_resource(resources: Resources) -> None:
    actions = {action for action, resource, _ in permissions(resources) if resource == "*"}
    assert actions <= set(ANY_RESOURCE)


def test_every_exception_is_needed(defaults: Resources, custom: Resources) -> None:
    every = [*permissions(defaults), *permissions(custom)]
    assert set(ANY_RESOURCE) == {action for action, resource, _ in every if resource == "*"}
    assert set(EXTERNAL_NAMES) <= {resource for _, resource, _ in every}


def test_wildcard_resources_belong_to_the_project(resources: Resources) -> None:
    """The part before the `*` has the project's name or the API's id, or it is listed above."""
    name = resources["aws_ecr_repository.this"]["name"]
    api = resources["aws_apigatewayv2_api.this"]["id"]
    state = {"energy-forecast": "energy-forecast-tfstate", "energy-two": "states-of-octo"}[name]
    wildcards = {
        resource
        for _, resource, _ in permissions(resources)
        if "*" in resource and resource not in ("*", *EXTERNAL_NAMES)
    }
    assert wildcards
    prefixes = (name, f"/apis/{api}/", state)
    foreign = {
        resource
        for resource in wildcards
        if not any(prefix in resource.partition("*")[0] for prefix in prefixes)
    }
    assert foreign == set()


def test_policies_are_within_the_length_limit(custom: Resources) -> None:
    for address, values in custom.items():
        if address.startswith("aws_iam_policy."):
            assert len("".join(values["policy"].split())) <= MAX_POLICY_LENGTH, address


# --- function ---


def test_function_may_only_read_releases_write_logs_and_send_traces(
    defaults: Resources, custom: Resources
) -> None:
    bucket = f"arn:aws:s3:::{defaults['aws_s3_bucket.this']['bucket']}"
    log = "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/lambda/energy-forecast:*"
    assert {(action, resource) for action, resource, _ in permissions(defaults, *FUNCTION)} == {
        *(("s3:GetObject", f"{bucket}/store/*"), ("s3:ListBucket", bucket)),
        *(("logs:CreateLogStream", log), ("logs:PutLogEvents", log)),
        *(("xray:PutTelemetryRecords", "*"), ("xray:PutTraceSegments", "*")),
    }
    without_tracing = {action for action, _, _ in permissions(custom, *FUNCTION)}
    assert not [action for action in without_tracing if action.startswith("xray:")]


def test_listing_with_a_prefix_is_limited_to_the_role_s_prefixes(custom: Resources) -> None:
    """Without a prefix it is allowed, because S3 needs that to report a missing key as missing."""
    for address in ("aws_iam_role_policy.function", "aws_iam_role_policy.retrain"):
        for action, _, statement in permissions(custom, address):
            if action == "s3:ListBucket":
                prefixes = as_list(statement["Condition"]["StringLikeIfExists"]["s3:prefix"])
                assert all(len(prefix) > 2 and prefix.endswith("/*") for prefix in prefixes)


def test_function_role_is_within_its_boundary(defaults: Resources) -> None:
    boundary = {(a, r) for a, r, _ in permissions(defaults, "aws_iam_policy.boundary")}
    assert {(a, r) for a, r, _ in permissions(defaults, *FUNCTION)} <= boundary
    attached = defaults["aws_iam_role.function"]["permissions_boundary"]
    assert attached == defaults["aws_iam_policy.boundary"]["arn"]


# --- retrain ---


def test_retrain_may_only_use_objects_and_send_metrics(defaults: Resources) -> None:
    """It may delete only what its probes of the store wrote."""
    allowed = [(action, resource) for action, resource, _ in permissions(defaults, *RETRAIN)]
    objects = ("GetObject", "PutObject", "ListBucket", "DeleteObject")
    actions = {f"s3:{name}" for name in objects} | {"cloudwatch:PutMetricData"}
    assert {action for action, _ in allowed} == actions
    deleted = [resource for action, resource in allowed if action == "s3:DeleteObject"]
    assert all(resource.endswith("/probes/*") for resource in deleted)


def test_metrics_may_be_sent_only_to_the_project_s_namespace(resources: Resources) -> None:
    statements = [s for a, _, s in permissions(resources) if a == "cloudwatch:PutMetricData"]
    assert statements
    for statement in statements:
        assert statement["Condition"]["StringEquals"] == {"cloudwatch:namespace": "EnergyForecast"}


# --- no privilege escalation ---

WRITE_VERBS = "Put Delete Create Attach Detach Update Add Set Tag Untag Remove"
IAM_WRITE_ACTIONS = [f"iam:{verb}*" for verb in WRITE_VERBS.split()]


def test_deploy_may_change_only_the_function_policy_within_its_boundary(
    resources: Resources,
) -> None:
    name = resources["aws_ecr_repository.this"]["name"]
    iam = "arn:aws:iam::123456789012"
    grants = [
        (action, resource, statement["Condition"])
        for action, resource, statement in permissions(resources)
        if any(fnmatchcase(action, pattern) for pattern in IAM_WRITE_ACTIONS)
    ]
    assert {action for action, _, _ in grants} == {"iam:PutRolePolicy", "iam:DeleteRolePolicy"}
    for _, resource, condition in grants:
        assert resource == f"{iam}:role/{name}-function"
        boundary = {"iam:PermissionsBoundary": f"{iam}:policy/{name}-boundary"}
        assert condition == {"StringEquals": boundary}


def test_roles_are_passed_by_name_to_one_service(resources: Resources) -> None:
    grants = [(r, s["Condition"]) for a, r, s in permissions(resources) if a == "iam:PassRole"]
    assert grants
    for resource, condition in grants:
        service = "lambda" if resource.endswith("-function") else "ecs-tasks"
        assert "*" not in resource
        assert not resource.endswith(("-deploy", "-retrain"))
        assert condition == {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}


def test_roles_are_assumed_only_by_github_or_a_service(resources: Resources) -> None:
    assert not [a for a, _, _ in permissions(resources) if a.startswith("sts:")]
    for address, statements in trusts(resources).items():
        (statement,) = statements
        if address in ("aws_iam_role.deploy", "aws_iam_role.retrain"):
            assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
            assert "AWS" not in statement["Principal"]
        else:
            service = "lambda" if address == "aws_iam_role.function" else "ecs-tasks"
            assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}


def subjects(resources: Resources, role: str) -> list[str]:
    """Patterns of the GitHub subjects that may assume a role."""
    (statement,) = trusts(resources)[f"aws_iam_role.{role}"]
    github = "token.actions.githubusercontent.com"
    assert statement["Condition"]["StringEquals"] == {f"{github}:aud": "sts.amazonaws.com"}
    return as_list(statement["Condition"]["StringLike"][f"{github}:sub"])


MAIN, REQUEST = "ref:refs/heads/main", "pull_request"


@pytest.mark.parametrize(
    ("role", "subject", "trusted"),
    [
        ("deploy", "octo/energy:environment:production", True),
        ("deploy", "octo@1/energy@2:environment:production", True),
        *(("deploy", f"octo/energy:{source}", False) for source in (MAIN, REQUEST)),
        *(("retrain", f"{name}:{MAIN}", True) for name in ("octo/energy", "octo@1/energy@2")),
        *(("retrain", f"octo/energy:{source}", False) for source in (f"{MAIN}2", REQUEST)),
        *(
            ("retrain", f"{name}:{MAIN}", False)
            for name in (
                *("octo-two/energy", "octo/energy-two"),
                *("octo-two@1/energy@2", "octo@1/energy-two@2"),
            )
        ),
    ],
)
def test_github_trust_is_limited_to_this_repository(
    defaults: Resources, role: str, subject: str, trusted: bool
) -> None:
    matches = [fnmatchcase(f"repo:{subject}", text) for text in subjects(defaults, role)]
    assert any(matches) is trusted


# --- resource policies ---


def test_bucket_and_topic_deny_requests_without_tls(resources: Resources) -> None:
    for address in ("aws_s3_bucket_policy.this", 'aws_sns_topic_policy.alarms["this"]'):
        statements = json.loads(resources[address]["policy"])["Statement"]
        (denied,) = [statement for statement in statements if statement["Effect"] == "Deny"]
        assert denied["Principal"] == "*"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_resource_policies_allow_only_services_with_a_condition(resources: Resources) -> None:
    for address in (
        "aws_s3_bucket_policy.this",
        'aws_sns_topic_policy.alarms["this"]',
        "aws_ecr_repository_policy.this",
    ):
        for statement in json.loads(resources[address]["policy"])["Statement"]:
            if statement["Effect"] == "Allow":
                assert set(statement["Principal"]) == {"Service"}
                assert set(statement["Condition"]) <= {"StringEquals", "StringLike"}

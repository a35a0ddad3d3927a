"""Who may do what: the policies as they are rendered, with everything switched on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

Statement = dict[str, Any]
Resources = dict[str, dict[str, Any]]

ANYWHERE = {
    "xray:PutTelemetryRecords": "X-Ray knows no resources",
    "xray:PutTraceSegments": "X-Ray knows no resources",
    "cloudwatch:PutMetricData": "metrics know no resources; the namespace is a condition",
    "cloudwatch:DescribeAlarms": "the provider describes alarms by a filter, which is a list",
    "ecr:GetAuthorizationToken": "the login is to the account's registry, not to a repository",
    "logs:CreateLogDelivery": "deliveries have no resource; API Gateway makes one for its caller",
    "logs:DeleteLogDelivery": "the same",
    "logs:GetLogDelivery": "the same",
    "logs:ListLogDeliveries": "the same",
    "logs:UpdateLogDelivery": "the same",
    "logs:DescribeResourcePolicies": "a list of the account's",
    "logs:DescribeLogGroups": "the provider describes groups by their prefix, which is a list",
    "batch:DescribeComputeEnvironments": "Batch's descriptions know no resources",
    "batch:DescribeJobDefinitions": "Batch's descriptions know no resources",
    "batch:DescribeJobQueues": "Batch's descriptions know no resources",
    "batch:DescribeJobs": "Batch's descriptions know no resources",
    "iam:ListRoles": "a list of the account's, to see what is left (destroy_from_github)",
    "tag:GetResources": "a list of the account's, to see what is left (destroy_from_github)",
}
"""The only actions that may be allowed on `*`, and why."""

NAMED_BY_OTHERS = {
    "arn:aws:batch:eu-west-2:123456789012:job-definition/metaflow_*": "Metaflow names them",
    "arn:aws:batch:eu-west-2:123456789012:job/*": "Batch numbers jobs",
    "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/batch/job:*": "Batch's own log group",
}
"""Resources with a `*` that do not hold this project's name, and why."""

LONGEST = 6144
"""Characters of a managed policy, which AWS counts without white space."""


def listed(one: Any) -> list[Any]:
    return one if isinstance(one, list) else [one]


def policies(resources: Resources) -> dict[str, list[Statement]]:
    """Statements of every policy of a role, by its address."""
    return {
        address: json.loads(values["policy"])["Statement"]
        for address, values in resources.items()
        if address.startswith(("aws_iam_policy.", "aws_iam_role_policy."))
    }


def trusts(resources: Resources) -> dict[str, list[Statement]]:
    """Who may take a role, by its address."""
    return {
        address: json.loads(values["assume_role_policy"])["Statement"]
        for address, values in resources.items()
        if address.startswith("aws_iam_role.")
    }


def allowed(resources: Resources, *addresses: str) -> Iterator[tuple[str, str, Statement]]:
    """Every action and resource that the policies at these addresses, or any, allow together."""
    for address, statements in policies(resources).items():
        if addresses and not address.startswith(addresses):
            continue
        for statement in statements:
            assert statement["Effect"] == "Allow"
            assert not {"NotAction", "NotResource"} & set(statement)
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield action, resource, statement


@pytest.fixture(params=["deployed", "chosen"])
def resources(request: pytest.FixtureRequest) -> Resources:
    return request.getfixturevalue(request.param)


RETRAIN = ("aws_iam_role_policy.retrain",)
FUNCTION = ("aws_iam_role_policy.function",)


def test_there_are_policies_to_read(chosen: Resources) -> None:
    kinds = {address.partition("[")[0] for address in policies(chosen)}
    assert kinds == {
        "aws_iam_policy.boundary",
        "aws_iam_policy.deploy",
        "aws_iam_role_policy.function",
        "aws_iam_role_policy.retrain",
        "aws_iam_role_policy.training",
    }
    assert len(policies(chosen)) == 11


def test_no_action_has_a_star(resources: Resources) -> None:
    assert [action for action, _, _ in allowed(resources) if "*" in action or "?" in action] == []


def test_only_what_knows_no_resources_is_allowed_on_all(resources: Resources) -> None:
    anywhere = {action for action, resource, _ in allowed(resources) if resource == "*"}
    assert anywhere <= set(ANYWHERE)


def test_every_exception_is_needed(deployed: Resources, chosen: Resources) -> None:
    every = [*allowed(deployed), *allowed(chosen)]
    assert set(ANYWHERE) == {action for action, resource, _ in every if resource == "*"}
    assert set(NAMED_BY_OTHERS) <= {resource for _, resource, _ in every}


def test_a_resource_with_a_star_is_one_of_ours(resources: Resources) -> None:
    """Its fixed beginning holds the project's name, or the API's id, or it is explained."""
    name = resources["aws_ecr_repository.this"]["name"]
    api = resources["aws_apigatewayv2_api.this"]["id"]
    state = {"energy-forecast": "energy-forecast-tfstate", "energy-two": "states-of-octo"}[name]
    wide = {
        resource
        for _, resource, _ in allowed(resources)
        if "*" in resource and resource not in ("*", *NAMED_BY_OTHERS)
    }
    assert wide
    ours = (name, f"/apis/{api}/", state)
    assert {one for one in wide if not any(o in one.partition("*")[0] for o in ours)} == set()


def test_no_policy_is_longer_than_aws_takes(chosen: Resources) -> None:
    for address, values in chosen.items():
        if address.startswith("aws_iam_policy."):
            assert len("".join(values["policy"].split())) <= LONGEST, address


# --- the function ---


def test_the_function_reads_releases_and_writes_its_log_and_no_more(deployed: Resources) -> None:
    bucket = f"arn:aws:s3:::{deployed['aws_s3_bucket.this']['bucket']}"
    log = "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/lambda/energy-forecast:*"
    assert {(action, resource) for action, resource, _ in allowed(deployed, *FUNCTION)} == {
        ("s3:GetObject", f"{bucket}/store/*"),
        ("s3:ListBucket", bucket),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }


def test_untraced_it_says_nothing_to_x_ray(chosen: Resources) -> None:
    assert not [a for a, _, _ in allowed(chosen, *FUNCTION) if a.startswith("xray:")]


def test_listing_ends_at_the_prefixes(chosen: Resources) -> None:
    """But for whoever asks for no prefix: a missing key is told from a forbidden one that way."""
    for address in ("aws_iam_role_policy.function", "aws_iam_role_policy.retrain"):
        for action, _, statement in allowed(chosen, address):
            if action == "s3:ListBucket":
                prefixes = listed(statement["Condition"]["StringLikeIfExists"]["s3:prefix"])
                assert all(len(one) > 2 and one.endswith("/*") for one in prefixes)


def test_the_functions_role_is_within_its_boundary(deployed: Resources) -> None:
    boundary = {(a, r) for a, r, _ in allowed(deployed, "aws_iam_policy.boundary")}
    assert {(a, r) for a, r, _ in allowed(deployed, *FUNCTION)} <= boundary
    made = deployed["aws_iam_role.function"]["permissions_boundary"]
    assert made == deployed["aws_iam_policy.boundary"]["arn"]


# --- retraining ---


def test_retraining_has_no_rights_on_infrastructure(deployed: Resources) -> None:
    actions = {action for action, _, _ in allowed(deployed, *RETRAIN)}
    assert actions == {
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "s3:DeleteObject",
        "cloudwatch:PutMetricData",
    }


def test_retraining_deletes_nothing_but_probes(deployed: Resources) -> None:
    deleted = {r for a, r, _ in allowed(deployed, *RETRAIN) if a == "s3:DeleteObject"}
    assert deleted
    assert all(one.endswith("/probes/*") for one in deleted)


def test_metrics_are_sent_to_our_namespace_alone(resources: Resources) -> None:
    found = [s for a, _, s in allowed(resources) if a == "cloudwatch:PutMetricData"]
    assert found
    for statement in found:
        given = statement["Condition"]["StringEquals"]
        assert given == {"cloudwatch:namespace": "EnergyForecast"}


# --- no way up ---

WRITES_IAM = ("iam:Put*", "iam:Delete*", "iam:Create*", "iam:Attach*", "iam:Detach*")
WRITES_IAM += ("iam:Update*", "iam:Add*", "iam:Set*", "iam:Tag*", "iam:Untag*", "iam:Remove*")


def test_a_deploy_changes_one_roles_rights_within_its_boundary(resources: Resources) -> None:
    name = resources["aws_ecr_repository.this"]["name"]
    iam = "arn:aws:iam::123456789012"
    found = [
        (action, resource, statement["Condition"])
        for action, resource, statement in allowed(resources)
        if any(fnmatchcase(action, one) for one in WRITES_IAM)
    ]
    assert {action for action, _, _ in found} == {"iam:PutRolePolicy", "iam:DeleteRolePolicy"}
    for _, resource, condition in found:
        assert resource == f"{iam}:role/{name}-function"
        within = {"iam:PermissionsBoundary": f"{iam}:policy/{name}-boundary"}
        assert condition == {"StringEquals": within}


def test_roles_are_passed_by_name_and_to_one_service(resources: Resources) -> None:
    found = [(r, s["Condition"]) for a, r, s in allowed(resources) if a == "iam:PassRole"]
    assert found
    for resource, condition in found:
        service = "lambda" if resource.endswith("-function") else "ecs-tasks"
        assert "*" not in resource
        assert not resource.endswith(("-deploy", "-retrain"))
        assert condition == {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}


def test_nobody_takes_a_role_but_through_github_or_a_service(resources: Resources) -> None:
    assert not [a for a, _, _ in allowed(resources) if a.startswith("sts:")]
    for address, statements in trusts(resources).items():
        (statement,) = statements
        if address in ("aws_iam_role.deploy", "aws_iam_role.retrain"):
            assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
            assert "AWS" not in statement["Principal"]
        else:
            service = "lambda" if address == "aws_iam_role.function" else "ecs-tasks"
            assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}


def subjects(resources: Resources, role: str) -> list[str]:
    (statement,) = trusts(resources)[f"aws_iam_role.{role}"]
    github = "token.actions.githubusercontent.com"
    assert statement["Condition"]["StringEquals"] == {f"{github}:aud": "sts.amazonaws.com"}
    return listed(statement["Condition"]["StringLike"][f"{github}:sub"])


@pytest.mark.parametrize(
    ("role", "subject", "may"),
    [
        ("deploy", "repo:octo/energy:environment:production", True),
        ("deploy", "repo:octo@1/energy@2:environment:production", True),
        ("deploy", "repo:octo/energy:ref:refs/heads/main", False),
        ("deploy", "repo:octo/energy:pull_request", False),
        ("retrain", "repo:octo/energy:ref:refs/heads/main", True),
        ("retrain", "repo:octo@1/energy@2:ref:refs/heads/main", True),
        ("retrain", "repo:octo/energy:ref:refs/heads/main2", False),
        ("retrain", "repo:octo/energy:pull_request", False),
        ("retrain", "repo:octo-two/energy:ref:refs/heads/main", False),
        ("retrain", "repo:octo/energy-two:ref:refs/heads/main", False),
        ("retrain", "repo:octo-two@1/energy@2:ref:refs/heads/main", False),
        ("retrain", "repo:octo@1/energy-two@2:ref:refs/heads/main", False),
    ],
)
def test_github_takes_a_role_for_this_repository_alone(
    deployed: Resources, role: str, subject: str, may: bool
) -> None:
    assert any(fnmatchcase(subject, one) for one in subjects(deployed, role)) is may


# --- what is refused to all, and the policies of resources ---


def test_bucket_and_topic_refuse_whoever_comes_without_tls(resources: Resources) -> None:
    for address in ("aws_s3_bucket_policy.this", 'aws_sns_topic_policy.alarms["this"]'):
        statements = json.loads(resources[address]["policy"])["Statement"]
        (denied,) = [one for one in statements if one["Effect"] == "Deny"]
        assert denied["Principal"] == "*"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_services_acting_for_us_are_let_in_by_a_resource(resources: Resources) -> None:
    for address in (
        "aws_s3_bucket_policy.this",
        'aws_sns_topic_policy.alarms["this"]',
        "aws_ecr_repository_policy.this",
    ):
        for one in json.loads(resources[address]["policy"])["Statement"]:
            if one["Effect"] == "Allow":
                assert set(one["Principal"]) == {"Service"}
                assert set(one["Condition"]) <= {"StringEquals", "StringLike"}

"""From an empty account to a live function and back, on the emulator."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from emulated_terraform import EmulatedTerraform, terraform

from energy.errors import FileAltered
from energy.releases.bundle import verify_release
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from scripts.deploy import account as aws
from scripts.deploy import deployment
from scripts.deploy.account import empty_bucket, empty_repository
from scripts.deploy.deployed_check import CheckFailed
from scripts.deploy.deployment import Deployment, copy_first_release, deploy
from scripts.deploy.destruction import Destruction, destroy, remaining_resources

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LATER = "89abcdef0123456789abcdef0123456789abcdef"


@pytest.fixture
def cloud(account: Any) -> Iterator[EmulatedTerraform]:
    """Terraform on an account that is empty before and after."""
    assert remaining_resources(account) == []
    runner = EmulatedTerraform(account)
    yield runner
    if runner.resources:
        empty_bucket(account.client("s3"), runner.bucket)
        empty_repository(account.client("ecr"), account.name)
        runner._delete(everything=True)
    aws.remove_bucket(account.client("s3"), account.state_bucket)


@pytest.fixture
def local_store(made_store: Callable[[str], Path]) -> str:
    return str(made_store("theta"))


@pytest.fixture(autouse=True)
def check_errors(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the smoke test finds: an error in it is raised, the first first."""
    errors: list[Any] = []

    def smoke(*_: Any) -> list[str]:
        if errors:
            raise errors.pop(0)
        return ["function: ok"]

    monkeypatch.setattr(deployment, "smoke", smoke)
    monkeypatch.setattr(deployment.lineage, "commit", lambda _: COMMIT)
    return errors


def new_deployment(cloud: EmulatedTerraform, **more: Any) -> Any:
    module = terraform(cloud, Path("/module"))
    return Deployment(cloud.account, cloud, module, "arm64", **{"yes": True, **more})


def destruction(cloud: EmulatedTerraform, **more: Any) -> Any:
    typed = {"typed": cloud.account.name, "remove_state": True}
    return Destruction(cloud.account, terraform(cloud, Path("/module")), **{**typed, **more})


def test_the_first_deployment_is_made_in_two_steps(
    cloud: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    account = cloud.account
    deploy(new_deployment(cloud), local_store)
    ran = [re.sub(r"/\S+/plan\b", "PLAN", command) for command in cloud.commands]
    ran = [command for command in ran if not command.endswith("output -json")]
    (image,) = account.client("ecr").list_images(repositoryName=account.name)["imageIds"]
    url = cloud.resources["repository_url"]
    module = "terraform -chdir=/module"
    plan = f"{module} plan -input=false -detailed-exitcode -out=PLAN -var=name=energy-forecast"
    plan += " -var=region=eu-west-2 -var=architecture=arm64"
    apply = f"{module} apply -input=false PLAN"
    backend = f"-backend-config=bucket={account.state_bucket} -backend-config=key=terraform.tfstate"
    backend += " -backend-config=region=eu-west-2 -backend-config=encrypt=true"
    assert ran == [
        f"{module} init -input=false -reconfigure {backend}",
        plan,
        apply,
        f"docker login --username AWS --password-stdin {url.partition('/')[0]}",
        "docker buildx build --platform linux/arm64 --provenance=false --sbom=false "
        f"--file lambda_handler/Dockerfile --tag {url}:{COMMIT}-arm64 --push .",
        f"{plan} -var=image_digest={image['imageDigest']}",
        apply,
    ]
    output = capsys.readouterr().out
    assert "Published release 2022-07-" in output
    assert "https://api.example.org/" in output
    (password,) = filter(None, cloud.inputs)  # on no command line
    assert not any(password in command for command in ran)


def test_a_deployment_that_fails_its_check_is_rolled_back(
    cloud: EmulatedTerraform,
    local_store: str,
    check_errors: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target, functions = new_deployment(cloud), cloud.account.client("lambda")
    check_errors.append(CheckFailed("no_release"))  # the first has no version to go back to
    with pytest.raises(RuntimeError, match="the live version fails its check: no_release"):
        deployment.deploy(target, local_store)
    assert deployment.live_version(functions, cloud.account.name) == "1"
    monkeypatch.setattr(deployment.lineage, "commit", lambda _: LATER)
    check_errors.append(CheckFailed("HTTP 500"))
    with pytest.raises(RuntimeError, match=r"HTTP 500\nversion 1 is live again"):
        deployment.deploy(target, local_store)
    assert deployment.live_version(functions, cloud.account.name) == "1"
    check_errors.clear()
    # The same commit again: no second build, and Terraform moves forward.
    builds = sum("buildx" in command for command in cloud.commands)
    deployment.deploy(target, local_store)
    assert sum("buildx" in command for command in cloud.commands) == builds == 2
    assert int(deployment.live_version(functions, cloud.account.name)) > 1


def test_a_declined_plan_changes_nothing(
    cloud: EmulatedTerraform, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "")
    with pytest.raises(RuntimeError, match="was not applied"):
        deploy(new_deployment(cloud, yes=False), local_store)
    assert cloud.resources == {}
    assert not [command for command in cloud.commands if " apply " in command]


@pytest.mark.parametrize("commit", ["unknown", f"{COMMIT}-dirty"])
def test_an_image_needs_a_clean_commit(
    cloud: EmulatedTerraform, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment.lineage, "commit", lambda _: commit)
    target = new_deployment(cloud)
    deployment.prepare_account(target)
    with pytest.raises(RuntimeError, match="commit first"):
        deployment.build_image(target)
    assert not [command for command in cloud.commands if "docker" in command]


def test_an_index_of_images_is_rejected() -> None:
    class Ecr:
        def describe_images(self, **_: Any) -> dict[str, Any]:
            kind = "application/vnd.oci.image.index.v1+json"
            return {"imageDetails": [{"imageDigest": "sha256:1", "imageManifestMediaType": kind}]}

    with pytest.raises(RuntimeError, match="is an index of images"):
        deployment.image_digest(Ecr(), "energy-forecast", COMMIT)


def test_destroy_removes_everything(
    cloud: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(new_deployment(cloud), local_store)
    account = cloud.account
    kinds = {line.split(":")[2] for line in remaining_resources(account)}
    assert {"s3", "ecr", "lambda", "iam", "logs"} <= kinds
    account.client("s3").put_object(Bucket=cloud.bucket, Key="store/champion.json", Body=b"{}")

    assert destroy(destruction(cloud), pause=0) == []
    assert remaining_resources(account) == []
    assert capsys.readouterr().out.endswith("What is left: nothing.\n")
    # Again, on the empty account.
    assert destroy(destruction(cloud), pause=0) == []
    assert "nothing was deployed from here" in capsys.readouterr().out


def test_a_failed_destroy_can_be_run_again(
    cloud: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terraform forgets its outputs first, and what was written since must be emptied too."""
    deploy(new_deployment(cloud), local_store)
    cloud.forgets = True
    late = {"Bucket": cloud.bucket, "Key": "vintages/late.zip", "Body": b"zip"}
    cloud.account.client("s3").put_object(**late)
    assert destroy(destruction(cloud), pause=0) == []
    assert remaining_resources(cloud.account) == []
    assert f"{cloud.bucket}: " in capsys.readouterr().out


def test_a_failed_first_apply_is_run_again(cloud: EmulatedTerraform, local_store: str) -> None:
    target = new_deployment(cloud)
    deployment.prepare_account(target)
    applied = sum(" apply " in command for command in cloud.commands)
    arn = cloud.resources.pop("retrain_role_arn")
    cloud.changes = False
    deployment.prepare_account(target)
    plans = sum(" plan " in command for command in cloud.commands)
    assert (applied, plans) == (1, 2)
    cloud.resources["retrain_role_arn"] = arn


def test_destroy_needs_the_typed_name_and_asks_again_for_the_state(
    cloud: EmulatedTerraform, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(new_deployment(cloud), local_store)
    before, questions, answers = remaining_resources(cloud.account), list[str](), ["yes", "n"]

    def answer(question: str) -> str:
        questions.append(question)
        return answers.pop(0)

    monkeypatch.setattr("builtins.input", answer)
    for typed in ("", "y", "energy", None):
        with pytest.raises(RuntimeError, match="nothing was destroyed"):
            destroy(destruction(cloud, typed=typed), pause=0)
    assert remaining_resources(cloud.account) == before
    assert destroy(destruction(cloud, remove_state=None), pause=0) == []  # the state stays
    assert len(questions) == 2
    assert cloud.account.state_bucket in questions[1]


def test_a_workflow_keeps_its_roles_and_nothing_that_costs(
    cloud: EmulatedTerraform, local_store: str
) -> None:
    deploy(new_deployment(cloud), local_store)
    account = cloud.account
    assert destroy(destruction(cloud, remove_state=None, leave_way_in=True), pause=0) == []
    kinds = {line.split(":")[2] for line in remaining_resources(account)}
    assert kinds == {"s3", "ecr", "iam"}
    assert not account.client("s3").list_object_versions(Bucket=cloud.bucket).get("Versions")
    assert not account.client("ecr").list_images(repositoryName=account.name)["imageIds"]


def test_unexpected_resources_are_reported(
    cloud: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(new_deployment(cloud), local_store)
    logs = cloud.account.client("logs")
    # A last invocation makes it again, after Terraform is done.
    name = f"/aws/lambda/{cloud.account.name}-straggler"
    logs.create_log_group(logGroupName=name)
    try:
        (left,) = destroy(destruction(cloud), pause=0)
        assert left.endswith(name)
        assert left in capsys.readouterr().out
    finally:
        logs.delete_log_group(logGroupName=name)


@pytest.fixture
def function(account: Any, request: pytest.FixtureRequest) -> Any:
    """Three versions, the alias on the newest; its name."""
    functions = account.client("lambda")
    name = f"f{abs(hash(request.node.name)) % 10**10}"
    role = f"arn:aws:iam::{account.number}:role/{account.name}"
    for number in range(3):
        image = {"ImageUri": f"energy-forecast@sha256:{number:064x}"}
        if number:
            functions.update_function_code(FunctionName=name, Publish=True, **image)
        else:
            functions.create_function(
                FunctionName=name, PackageType="Image", Code=image, Role=role, Publish=True
            )
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="3")
    return name


def test_the_alias_moves_back_version_by_version(account: Any, function: str) -> None:
    functions = account.client("lambda")
    assert deployment.live_version(functions, function) == "3"
    assert deployment.move_alias(functions, function) == deployment.AliasMove("3", "2")
    assert deployment.move_alias(functions, function) == deployment.AliasMove("2", "1")
    assert deployment.live_version(functions, function) == "1"
    with pytest.raises(RuntimeError, match="no version before 1"):
        deployment.move_alias(functions, function)


def test_the_alias_moves_to_a_named_version(account: Any, function: str) -> None:
    functions = account.client("lambda")
    assert deployment.move_alias(functions, function, to="1") == deployment.AliasMove("3", "1")
    assert deployment.move_alias(functions, function, to="3") == deployment.AliasMove("1", "3")
    with pytest.raises(RuntimeError, match="has no version 9; it has 1, 2, 3"):
        deployment.move_alias(functions, function, to="9")
    assert deployment.live_version(functions, function) == "3"


def test_versions_are_sorted_as_numbers() -> None:
    """'10' is after '9', and $LATEST is no version to go back to."""
    updates: list[dict[str, Any]] = []

    class Functions:
        def get_alias(self, **_: str) -> dict[str, str]:
            return {"FunctionVersion": "11", "RevisionId": "r"}

        def get_paginator(self, _: str) -> Functions:
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            return [
                {"Versions": [{"Version": version} for version in ("$LATEST", "9", "11", "10")]}
            ]

        def update_alias(self, **options: Any) -> None:
            updates.append(options)

    assert deployment.move_alias(Functions(), "f") == deployment.AliasMove("11", "10")
    assert updates[0]["RevisionId"] == "r"  # refused by AWS if somebody else updates it meanwhile
    assert updates[0]["RoutingConfig"] == {"AdditionalVersionWeights": {}}


def test_there_is_no_alias_before_the_first_deployment(account: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        deployment.live_version(account.client("lambda"), "never-was-there")


def test_the_live_release_is_copied_once(made_store: Callable[[str], Path], tmp_path: Path) -> None:
    source, target = open_store(str(made_store("theta"))), open_store(str(tmp_path / "bucket"))
    copied = copy_first_release(source, target)
    assert copied == read_champion(source).release_id == read_champion(target).release_id
    assert verify_release(target, copied).files == verify_release(source, copied).files
    assert copy_first_release(open_store(str(tmp_path / "none")), target) == ""


def test_no_release_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="'make run' publishes one"):
        copy_first_release(open_store(str(tmp_path / "a")), open_store(str(tmp_path / "b")))


def test_an_altered_release_is_not_copied(
    made_store: Callable[[str], Path], tmp_path: Path
) -> None:
    shutil.copytree(made_store("theta"), tmp_path / "store")
    (table,) = (tmp_path / "store" / "releases").glob("*/forecast.json")
    table.write_bytes(table.read_bytes() + b" ")
    target = open_store(str(tmp_path / "bucket"))
    with pytest.raises(FileAltered):
        copy_first_release(open_store(str(tmp_path / "store")), target)
    assert read_champion(target) is None

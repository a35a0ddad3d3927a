"""From an empty account to a function in service and back to nothing, on the emulator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from emulated_terraform import EmulatedTerraform, terraform

from scripts.deploy import account as aws
from scripts.deploy import deployment
from scripts.deploy.account import empty_bucket, empty_repository
from scripts.deploy.deployed_check import CheckFailed
from scripts.deploy.deployment import Deployment, deploy
from scripts.deploy.destruction import Destruction, destroy, remaining_resources

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LATER = "89abcdef0123456789abcdef0123456789abcdef"


@pytest.fixture
def played(account: Any) -> Iterator[EmulatedTerraform]:
    """A player on an account that is empty before and after."""
    assert remaining_resources(account) == []
    found = EmulatedTerraform(account)
    yield found
    if found.resources:
        empty_bucket(account.client("s3"), found.bucket)
        empty_repository(account.client("ecr"), account.name)
        found._delete(everything=True)
    aws.remove_bucket(account.client("s3"), account.state_bucket)


@pytest.fixture
def local_store(made_store: Callable[[str], Path]) -> str:
    return str(made_store("theta"))


@pytest.fixture(autouse=True)
def well(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the smoke test finds: an error in it is raised, the first first."""
    found: list[Any] = []

    def smoke(*_: Any) -> list[str]:
        if found:
            raise found.pop(0)
        return ["function: well"]

    monkeypatch.setattr(deployment, "smoke", smoke)
    monkeypatch.setattr(deployment.lineage, "commit", lambda _: COMMIT)
    return found


def new_deployment(played: EmulatedTerraform, **more: Any) -> Any:
    module = terraform(played, Path("/module"))
    return Deployment(played.account, played, module, "arm64", **{"yes": True, **more})


def destruction(played: EmulatedTerraform, **more: Any) -> Any:
    typed = {"typed": played.account.name, "remove_state": True}
    return Destruction(played.account, terraform(played, Path("/module")), **{**typed, **more})


def test_the_first_deployment_is_made_in_two_steps(
    played: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    account = played.account
    deploy(new_deployment(played), local_store)
    ran = [re.sub(r"/\S+/plan\b", "PLAN", one) for one in played.commands]
    ran = [one for one in ran if not one.endswith("output -json")]
    (image,) = account.client("ecr").list_images(repositoryName=account.name)["imageIds"]
    url = played.resources["repository_url"]
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
    told = capsys.readouterr().out
    assert "Published release 2022-07-" in told
    assert "https://api.example.org/" in told
    (password,) = filter(None, played.inputs)  # on no command line
    assert not any(password in one for one in ran)


def test_a_deployment_that_answers_badly_is_taken_back(
    played: EmulatedTerraform, local_store: str, well: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, functions = new_deployment(played), played.account.client("lambda")
    deployment.deploy(one, local_store)
    assert deployment.live_version(functions, played.account.name) == "1"
    monkeypatch.setattr(deployment.lineage, "commit", lambda _: LATER)
    well.append(CheckFailed("HTTP 500"))
    with pytest.raises(RuntimeError, match=r"HTTP 500\nversion 1 is live again"):
        deployment.deploy(one, local_store)
    assert deployment.live_version(functions, played.account.name) == "1"
    well.clear()
    # The same commit again: no second build, and Terraform moves forward.
    builds = sum("buildx" in command for command in played.commands)
    deployment.deploy(one, local_store)
    assert sum("buildx" in command for command in played.commands) == builds == 2
    assert int(deployment.live_version(functions, played.account.name)) > 1


def test_a_first_deployment_that_answers_badly_has_nothing_to_go_back_to(
    played: EmulatedTerraform, local_store: str, well: list[Any]
) -> None:
    well.append(CheckFailed("no_release"))
    with pytest.raises(RuntimeError, match="the live version fails its check: no_release"):
        deploy(new_deployment(played), local_store)


def test_a_plan_that_is_not_agreed_to_changes_nothing(
    played: EmulatedTerraform, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "")
    with pytest.raises(RuntimeError, match="was not applied"):
        deploy(new_deployment(played, yes=False), local_store)
    assert played.resources == {}
    assert not [one for one in played.commands if " apply " in one]


@pytest.mark.parametrize("commit", ["unknown", f"{COMMIT}-dirty"])
def test_an_image_is_built_from_a_commit_alone(
    played: EmulatedTerraform, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment.lineage, "commit", lambda _: commit)
    one = new_deployment(played)
    deployment.prepare_account(one)
    with pytest.raises(RuntimeError, match="commit first"):
        deployment.build_image(one)
    assert not [one for one in played.commands if "docker" in one]


def test_an_index_of_images_is_refused_before_lambda_would() -> None:
    class Ecr:
        def describe_images(self, **_: Any) -> dict[str, Any]:
            kind = "application/vnd.oci.image.index.v1+json"
            return {"imageDetails": [{"imageDigest": "sha256:1", "imageManifestMediaType": kind}]}

    with pytest.raises(RuntimeError, match="is an index of images"):
        deployment.image_digest(Ecr(), "energy-forecast", COMMIT)


def test_destroy_leaves_nothing(
    played: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(new_deployment(played), local_store)
    account = played.account
    kinds = {line.split(":")[2] for line in remaining_resources(account)}
    assert {"s3", "ecr", "lambda", "iam", "logs"} <= kinds
    account.client("s3").put_object(Bucket=played.bucket, Key="store/champion.json", Body=b"{}")

    assert destroy(destruction(played), pause=0) == []
    assert remaining_resources(account) == []
    assert capsys.readouterr().out.endswith("What is left: nothing.\n")
    # And once more, on the empty account: it says so.
    assert destroy(destruction(played), pause=0) == []
    assert "nothing was deployed from here" in capsys.readouterr().out


def test_a_destroy_that_half_failed_can_be_started_again(
    played: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terraform forgets its outputs first, and what was written since must be emptied too."""
    deploy(new_deployment(played), local_store)
    played.forgets = True
    late = {"Bucket": played.bucket, "Key": "vintages/late.zip", "Body": b"zip"}
    played.account.client("s3").put_object(**late)
    assert destroy(destruction(played), pause=0) == []
    assert remaining_resources(played.account) == []
    assert f"{played.bucket}: " in capsys.readouterr().out


def test_a_first_apply_that_half_failed_is_made_again(
    played: EmulatedTerraform, local_store: str
) -> None:
    one = new_deployment(played)
    deployment.prepare_account(one)
    applied = sum(" apply " in command for command in played.commands)
    arn = played.resources.pop("retrain_role_arn")
    played.changes = False
    deployment.prepare_account(one)
    plans = sum(" plan " in command for command in played.commands)
    assert (applied, plans) == (1, 2)
    played.resources["retrain_role_arn"] = arn


def test_destroy_wants_the_name_and_nothing_else(
    played: EmulatedTerraform, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(new_deployment(played), local_store)
    before = remaining_resources(played.account)
    for typed in ("", "y", "energy"):
        with pytest.raises(RuntimeError, match="nothing was destroyed"):
            destroy(destruction(played, typed=typed), pause=0)
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(RuntimeError, match="nothing was destroyed"):
        destroy(destruction(played, typed=None), pause=0)
    assert remaining_resources(played.account) == before


def test_the_state_is_a_second_question(
    played: EmulatedTerraform, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(new_deployment(played), local_store)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "n"

    monkeypatch.setattr("builtins.input", answer)
    assert destroy(destruction(played, remove_state=None), pause=0) == []  # it is meant to stay
    assert len(asked) == 1
    assert played.account.state_bucket in asked[0]


def test_a_workflow_leaves_its_own_way_in_and_nothing_that_costs(
    played: EmulatedTerraform, local_store: str
) -> None:
    deploy(new_deployment(played), local_store)
    account = played.account
    assert destroy(destruction(played, remove_state=None, leave_way_in=True), pause=0) == []
    kinds = {line.split(":")[2] for line in remaining_resources(account)}
    assert kinds == {"s3", "ecr", "iam"}
    assert not account.client("s3").list_object_versions(Bucket=played.bucket).get("Versions")
    assert not account.client("ecr").list_images(repositoryName=account.name)["imageIds"]


def test_what_is_left_against_the_plan_is_told_and_fails(
    played: EmulatedTerraform, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(new_deployment(played), local_store)
    logs = played.account.client("logs")
    # A last invocation makes it again, after Terraform is done.
    name = f"/aws/lambda/{played.account.name}-straggler"
    logs.create_log_group(logGroupName=name)
    try:
        (left,) = destroy(destruction(played), pause=0)
        assert left.endswith(name)
        assert left in capsys.readouterr().out
    finally:
        logs.delete_log_group(logGroupName=name)

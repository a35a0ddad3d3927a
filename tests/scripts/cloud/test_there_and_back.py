"""From an empty account to a function in service and back to nothing, on the emulator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playing import Played, terraform

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LATER = "89abcdef0123456789abcdef0123456789abcdef"


@pytest.fixture
def played(account: Any) -> Iterator[Played]:
    """A player on an account that is empty before and after."""
    from cloud import state
    from cloud.remains import remains

    assert remains(account) == []
    found = Played(account)
    yield found
    if found.told:
        from cloud.emptying import empty_bucket, empty_repository

        empty_bucket(account.client("s3"), found.bucket)
        empty_repository(account.client("ecr"), account.name)
        found._end(everything=True)
    state.remove(account.client("s3"), account.state_bucket)


@pytest.fixture
def local_store(made_store: Callable[[str], Path]) -> str:
    return str(made_store("theta"))


@pytest.fixture(autouse=True)
def well(scripts: None, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the smoke test finds: an error in it is raised, the first first."""
    from cloud import deploying

    found: list[Any] = []

    def smoke(*_: Any) -> list[str]:
        if found:
            raise found.pop(0)
        return ["function: well"]

    monkeypatch.setattr(deploying, "smoke", smoke)
    monkeypatch.setattr(deploying.lineage, "commit", lambda _: COMMIT)
    return found


def deployment(played: Played, **more: Any) -> Any:
    from cloud.deploying import Deployment

    module = terraform(played, Path("/module"))
    return Deployment(played.account, played, module, "arm64", **{"yes": True, **more})


def destruction(played: Played, **more: Any) -> Any:
    from cloud.destroying import Destruction

    typed = {"typed": played.account.name, "remove_state": True}
    return Destruction(played.account, terraform(played, Path("/module")), **{**typed, **more})


def test_the_first_deployment_is_made_in_two_steps(
    played: Played, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from cloud.deploying import deploy

    account = played.account
    deploy(deployment(played), local_store)
    ran = [re.sub(r"/\S+/plan\b", "PLAN", one) for one in played.commands]
    ran = [one for one in ran if not one.endswith("output -json")]
    (image,) = account.client("ecr").list_images(repositoryName=account.name)["imageIds"]
    url = played.told["repository_url"]
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
    (password,) = filter(None, played.given)  # on no command line
    assert not any(password in one for one in ran)


def test_a_deployment_that_answers_badly_is_taken_back(
    played: Played, local_store: str, well: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloud import alias, deploying
    from cloud.smoke import Unwell

    one, functions = deployment(played), played.account.client("lambda")
    deploying.deploy(one, local_store)
    assert alias.live_version(functions, played.account.name) == "1"
    monkeypatch.setattr(deploying.lineage, "commit", lambda _: LATER)
    well.append(Unwell("HTTP 500"))
    with pytest.raises(RuntimeError, match=r"HTTP 500\nversion 1 is in service again"):
        deploying.deploy(one, local_store)
    assert alias.live_version(functions, played.account.name) == "1"
    well.clear()
    # The same commit again: no second build, and Terraform moves forward.
    builds = sum("buildx" in command for command in played.commands)
    deploying.deploy(one, local_store)
    assert sum("buildx" in command for command in played.commands) == builds == 2
    assert int(alias.live_version(functions, played.account.name)) > 1


def test_a_first_deployment_that_answers_badly_has_nothing_to_go_back_to(
    played: Played, local_store: str, well: list[Any]
) -> None:
    from cloud.deploying import deploy
    from cloud.smoke import Unwell

    well.append(Unwell("no_release"))
    with pytest.raises(RuntimeError, match="what is in service does not answer well: no_release"):
        deploy(deployment(played), local_store)


def test_a_plan_that_is_not_agreed_to_changes_nothing(
    played: Played, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloud.deploying import deploy

    monkeypatch.setattr("builtins.input", lambda _: "")
    with pytest.raises(RuntimeError, match="was not applied"):
        deploy(deployment(played, yes=False), local_store)
    assert played.told == {}
    assert not [one for one in played.commands if " apply " in one]


@pytest.mark.parametrize("commit", ["unknown", f"{COMMIT}-dirty"])
def test_an_image_is_built_from_a_commit_alone(
    played: Played, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloud import deploying

    monkeypatch.setattr(deploying.lineage, "commit", lambda _: commit)
    one = deployment(played)
    deploying.prepare(one)
    with pytest.raises(RuntimeError, match="commit first"):
        deploying.build(one)
    assert not [one for one in played.commands if "docker" in one]


def test_an_index_of_images_is_refused_before_lambda_would() -> None:
    from cloud import image

    class Ecr:
        def describe_images(self, **_: Any) -> dict[str, Any]:
            kind = "application/vnd.oci.image.index.v1+json"
            return {"imageDetails": [{"imageDigest": "sha256:1", "imageManifestMediaType": kind}]}

    with pytest.raises(RuntimeError, match="is an index of images"):
        image.digest(Ecr(), "energy-forecast", COMMIT)


def test_destroy_leaves_nothing(
    played: Played, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from cloud.deploying import deploy
    from cloud.destroying import destroy
    from cloud.remains import remains

    deploy(deployment(played), local_store)
    account = played.account
    kinds = {line.split(":")[2] for line in remains(account)}
    assert {"s3", "ecr", "lambda", "iam", "logs"} <= kinds
    account.client("s3").put_object(Bucket=played.bucket, Key="store/champion.json", Body=b"{}")

    assert destroy(destruction(played), pause=0) == []
    assert remains(account) == []
    assert capsys.readouterr().out.endswith("What is left: nothing.\n")
    # And once more, on the empty account: it says so.
    assert destroy(destruction(played), pause=0) == []
    assert "nothing was deployed from here" in capsys.readouterr().out


def test_a_destroy_that_half_failed_can_be_started_again(
    played: Played, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terraform forgets its outputs first, and what was written since must be emptied too."""
    from cloud.deploying import deploy
    from cloud.destroying import destroy
    from cloud.remains import remains

    deploy(deployment(played), local_store)
    played.forgets = True
    late = {"Bucket": played.bucket, "Key": "vintages/late.zip", "Body": b"zip"}
    played.account.client("s3").put_object(**late)
    assert destroy(destruction(played), pause=0) == []
    assert remains(played.account) == []
    assert f"{played.bucket}: " in capsys.readouterr().out


def test_a_first_apply_that_half_failed_is_made_again(played: Played, local_store: str) -> None:
    from cloud import deploying

    one = deployment(played)
    deploying.prepare(one)
    applied = sum(" apply " in command for command in played.commands)
    arn = played.told.pop("retrain_role_arn")
    played.changes = False
    deploying.prepare(one)
    plans = sum(" plan " in command for command in played.commands)
    assert (applied, plans) == (1, 2)
    played.told["retrain_role_arn"] = arn


def test_destroy_wants_the_name_and_nothing_else(
    played: Played, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloud.deploying import deploy
    from cloud.destroying import destroy
    from cloud.remains import remains

    deploy(deployment(played), local_store)
    before = remains(played.account)
    for typed in ("", "y", "energy"):
        with pytest.raises(RuntimeError, match="nothing was destroyed"):
            destroy(destruction(played, typed=typed), pause=0)
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(RuntimeError, match="nothing was destroyed"):
        destroy(destruction(played, typed=None), pause=0)
    assert remains(played.account) == before


def test_the_state_is_a_second_question(
    played: Played, local_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cloud.deploying import deploy
    from cloud.destroying import destroy

    deploy(deployment(played), local_store)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "n"

    monkeypatch.setattr("builtins.input", answer)
    assert destroy(destruction(played, remove_state=None), pause=0) == []  # it is meant to stay
    assert len(asked) == 1
    assert played.account.state_bucket in asked[0]


def test_a_workflow_leaves_its_own_way_in_and_nothing_that_costs(
    played: Played, local_store: str
) -> None:
    from cloud.deploying import deploy
    from cloud.destroying import destroy
    from cloud.remains import remains

    deploy(deployment(played), local_store)
    account = played.account
    assert destroy(destruction(played, remove_state=None, leave_way_in=True), pause=0) == []
    kinds = {line.split(":")[2] for line in remains(account)}
    assert kinds == {"s3", "ecr", "iam"}
    assert not account.client("s3").list_object_versions(Bucket=played.bucket).get("Versions")
    assert not account.client("ecr").list_images(repositoryName=account.name)["imageIds"]


def test_what_is_left_against_the_plan_is_told_and_fails(
    played: Played, local_store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from cloud.deploying import deploy
    from cloud.destroying import destroy

    deploy(deployment(played), local_store)
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

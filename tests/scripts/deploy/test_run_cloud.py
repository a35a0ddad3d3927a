"""The command: what it takes from where, and how it fails."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.deploy import run_cloud
from scripts.deploy.terraform import Shell, agree, agree_by_name, terraform_program, variables

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def command() -> Callable[..., int]:
    return lambda *arguments: run_cloud.main(list(arguments))


def test_a_plan_without_an_image_is_rejected(
    account: Any,
    command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TERRAFORM", shutil.which("true") or "")
    assert command("plan", "--region", account.region) == 1
    assert "plan needs --digest" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("smoke", "--name", "Energy"), "the name is 'Energy'"),
        (("smoke", "--name", "x" * 28), "3 to 27"),
    ],
)
def test_an_invalid_name_is_rejected(
    account: Any,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    why: str,
) -> None:
    assert command(*arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert why in error


def test_missing_credentials_are_one_line(
    account: Any,
    command: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert command("destroy") == 1
    assert capsys.readouterr().err == "error: no AWS account: Unable to locate credentials\n"


def test_the_archive_steps_set_the_output_due(
    command: Callable[..., int],
    made_store: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    output = tmp_path / "output"
    monkeypatch.setenv("ENERGY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ENERGY_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("ENERGY_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    assert [command(step) for step in ("vintages-pull", "vintages-push", "due")] == [0, 0, 0]
    monkeypatch.setenv("ENERGY_STORE", str(made_store("theta")))
    assert command("due") == 0
    assert output.read_text() == "due=true\ndue=false\n"


def test_variables_have_terraform_s_precedence(tmp_path: Path) -> None:
    environ = {"TF_VAR_name": "from-env", "TF_VAR_region": "us-east-1", "PATH": "/bin"}
    assert variables(tmp_path, environ) == {"name": "from-env", "region": "us-east-1"}
    (tmp_path / "terraform.tfvars").write_text(
        '# region = "xx-none-1"\nregion            = "eu-west-2" # London\n'
        'cors_origins = ["https://a.example"]\nbudget_usd = 2\nauthorization="iam"\n'
    )
    values = variables(tmp_path, environ)
    assert values == {"name": "from-env", "region": "eu-west-2", "authorization": "iam"}


def test_a_program_s_output_and_failure_are_reported(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert (
        shell.answer(sys.executable, "-c", "print(input())".replace("input()", "6 * 7")) == "42\n"
    )
    assert shell.run(sys.executable, "-c", "raise SystemExit(2)", allowed=(0, 2)) == 2
    with pytest.raises(RuntimeError, match="ended with 3"):
        shell.run(sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(RuntimeError, match="no-such-program is not installed"):
        shell.answer("no-such-program")


def test_a_question_without_an_answer_is_not_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert agree("Go on?", yes=True)
    with pytest.raises(RuntimeError, match="no answer to"):
        agree("Go on?", yes=False)
    with pytest.raises(RuntimeError, match="no answer to"):
        agree_by_name("All of it.", "energy-forecast", None)


def test_terraform_is_the_named_program_or_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TERRAFORM", raising=False)
    with pytest.raises(RuntimeError, match="Terraform is not installed"):
        terraform_program()
    (tmp_path / "tofu").write_text("#!/bin/sh\n")
    (tmp_path / "tofu").chmod(0o755)
    assert terraform_program() == str(tmp_path / "tofu")
    monkeypatch.setenv("TERRAFORM", sys.executable)
    assert terraform_program() == sys.executable

"""The command of the workflows: its settings, outputs and errors."""

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


@pytest.mark.parametrize(
    ("words", "credentials", "error"),
    [
        ("plan --region eu-west-2", True, "plan needs --digest"),
        ("smoke --name Energy", True, "error: the name is 'Energy'"),
        (f"smoke --name {'x' * 28}", True, "3 to 27"),
        ("destroy", False, "error: no AWS account: Unable to locate credentials\n"),
    ],
)
def test_an_error_is_a_single_line(
    words: str,
    credentials: bool,
    error: str,
    account: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TERRAFORM", shutil.which("true") or "")
    for name in () if credentials else ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert run_cloud.main(words.split()) == 1
    (line,) = capsys.readouterr().err.splitlines(keepends=True)
    assert line.startswith("error: ")
    assert error in line


def test_the_archive_steps_set_the_output_due(
    made_store: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    for name in ("data", "archive", "store"):
        monkeypatch.setenv(f"ENERGY_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    for step in ("vintages-pull", "vintages-push", "due"):
        assert run_cloud.main([step]) == 0
    monkeypatch.setenv("ENERGY_STORE", str(made_store("theta")))
    assert run_cloud.main(["due"]) == 0
    assert (tmp_path / "output").read_text() == "due=true\ndue=false\n"


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
    assert shell.answer(sys.executable, "-c", "print(6 * 7)") == "42\n"
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

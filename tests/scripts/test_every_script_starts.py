"""Every script starts: its imports and arguments work, and the Makefile passes what it takes."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIELD = ROOT / "benchmarks" / "field"
STUDY = "shocks"


def modules() -> list[str]:
    """Modules of scripts/ and research/ that can be started."""
    paths = [path for name in ("scripts", "research") for path in (ROOT / name).rglob("*.py")]
    programs = (path for path in paths if "__main__" in path.read_text("utf-8"))
    names = (path.relative_to(ROOT).with_suffix("").as_posix() for path in programs)
    return sorted(name.replace("/", ".") for name in names)


def recipes() -> list[str]:
    """What the Makefile starts of scripts/ and research/, with its fixed arguments."""
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("$(NAME)", STUDY)
    lines = re.findall(r"python -m ((?:scripts|research)\.[^\n]*)", makefile)
    commands = {re.sub(r"\$\(ARGS\)|\$\(VENV\)\S*", "", line).strip() for line in lines}
    return sorted(commands)


def help_of(command: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Exit status of a command with --help, in this process."""
    module, *words = shlex.split(command)
    monkeypatch.setattr(sys, "argv", [module, *words, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    return ended.value.code


@pytest.mark.parametrize("command", sorted({*modules(), *recipes()}))
@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_a_script_starts_with_the_arguments_of_the_makefile(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.split(maxsplit=1)[0] in modules()
    assert help_of(command, monkeypatch) == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_every_recipe_that_starts_a_script_is_found() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"-m ((?:scripts|research)[\w.]+)", makefile))
    assert {command.split()[0] for command in recipes()} == targets
    assert not re.findall(r"python (?:scripts|research)/", makefile), "start scripts with -m"


@pytest.mark.parametrize("name", ["run_opponents", "panel_opponent"])
def test_a_script_of_the_field_starts(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others of the field are imported by these."""
    monkeypatch.syspath_prepend(FIELD)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(FIELD / f"{name}.py"), run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_a_study_that_does_not_exist_is_rejected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert help_of("research.forecast_studies no_such_study", monkeypatch) == 2
    assert "shocks" in capsys.readouterr().err

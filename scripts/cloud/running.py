"""Programs of others, behind one door: a test puts another in its place and sees what would run."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from energy.settings import ROOT


class Runner(Protocol):
    """Runs programs, from the project's folder."""

    def run(self, *command: str, given: str = "", fine: Collection[int] = (0,)) -> int:
        """Run a program whose words go where ours go; its exit status.

        Args:
            command: The program and its arguments; they are shown, so none may be a secret.
            given: What it reads on standard input.
            fine: Exit statuses that are no failure.

        Raises:
            RuntimeError: It is not installed, or ended with another status.
        """

    def answer(self, *command: str) -> str:
        """Run a program and return what it wrote on standard output.

        Raises:
            RuntimeError: It is not installed, or ended with another status than 0.
        """


class Shell:
    """The runner that runs."""

    def __init__(self, folder: Path = ROOT) -> None:
        """Run everything in `folder`."""
        self.folder = folder

    def run(self, *command: str, given: str = "", fine: Collection[int] = (0,)) -> int:
        print(f"+ {shlex.join(command)}", flush=True)
        return self._run(command, given, fine, None).returncode

    def answer(self, *command: str) -> str:
        return self._run(command, "", (0,), subprocess.PIPE).stdout

    def _run(
        self, command: tuple[str, ...], given: str, fine: Collection[int], output: int | None
    ) -> subprocess.CompletedProcess[str]:
        try:
            ran = subprocess.run(
                command, check=False, input=given, stdout=output, text=True, cwd=self.folder
            )
        except FileNotFoundError as error:
            raise RuntimeError(f"{command[0]} is not installed, or not on the PATH") from error
        if ran.returncode not in fine:
            raise RuntimeError(f"'{shlex.join(command[:3])} …' ended with {ran.returncode}")
        return ran


def agree(question: str, yes: bool) -> bool:
    """Ask a person; `yes` answers for them.

    Raises:
        RuntimeError: Nobody is there to answer.
    """
    return yes or _typed(f"{question} [y/N] ").lower() in ("y", "yes")


def agree_by_name(warning: str, name: str, typed: str | None) -> bool:
    """Ask a person to type a name, so that nothing is destroyed by habit.

    Args:
        warning: What will be gone.
        name: What has to be typed.
        typed: What was given on the command line instead; None to ask.

    Raises:
        RuntimeError: Nobody is there to answer.
    """
    print(warning)
    return (_typed(f"Type {name} to go on: ") if typed is None else typed) == name


def _typed(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError as error:
        raise RuntimeError(f"nobody answers '{prompt.strip()}': see --help for how") from error

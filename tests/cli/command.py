"""The `energy` command in this process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from energy.cli import main


class Energy:
    """Calls `energy`; keeps `code`, `out` and `err` of the last call."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.patch, self.capture = patch, capture

    def __call__(self, *arguments: str | Path) -> str:
        self.patch.setattr(sys, "argv", ["energy", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        self.code = stop.value.code or 0
        self.out, self.err = self.capture.readouterr()
        return self.out

    def good(self, *arguments: str | Path) -> str:
        """The output of a call without errors."""
        self(*arguments)
        assert (self.code, self.err) == (0, ""), self.err
        return self.out

    def json(self, *arguments: str | Path) -> Any:
        """The document of a call with `--json`."""
        return json.loads(self.good(*arguments, "--json"))

    def refused(self, *arguments: str | Path) -> str:
        """The error of a call that fails, which is a single line."""
        self(*arguments)
        assert self.code == 1
        (line,) = self.err.splitlines()
        assert line.startswith("error: ")
        return line.removeprefix("error: ")

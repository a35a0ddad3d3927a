"""What tests of the command share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# So that `from command import Energy` works under every import mode.
sys.path.insert(0, str(Path(__file__).parent))

from command import Energy


@pytest.fixture
def energy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Energy:
    return Energy(monkeypatch, capsys)

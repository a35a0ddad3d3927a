"""The steps of a flow, run one after the other in this process without Metaflow's tasks.

For short outcomes of a flow; artifacts, the exit status and saved cards are tested by full runs.
"""

from __future__ import annotations

import importlib
import os
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from made_cards import Shown

FLOWS = Path(__file__).resolve().parents[2] / "flows"


class Task(SimpleNamespace):
    """What a step sees as `self`: what was kept before it, and the flow's steps."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.flow, name)

    def next(self, step: Any, foreach: str = "") -> None:
        self.following, self.over = step, foreach


def walk(name: str, flow: str, patch: pytest.MonkeyPatch, **parameters: object) -> dict[str, Shown]:
    """Walk a flow of `flows/` from start to end, its branches in turn; its cards by their id."""
    patch.syspath_prepend(FLOWS)
    with mock.patch.dict(os.environ):  # which a flow changes when it is imported
        module = importlib.import_module(name)
    cards: dict[str, Shown] = defaultdict(Shown)
    patch.setattr(module, "current", SimpleNamespace(card=cards, flow_name=flow, run_id="1"))
    kind = getattr(module, flow)
    task, step = Task(flow=kind, **parameters), kind.start
    while step:
        task.following = None
        step(task)
        step = task.following
        if step and task.over:
            branches = [Task(**{**vars(task), "input": one}) for one in getattr(task, task.over)]
            for branch in branches:
                step(branch)
            task = Task(flow=kind, following=None, **parameters)
            branches[0].following(task, branches)
            step = task.following
    return cards

"""When a flow starts by itself, once it is deployed to an engine."""

from __future__ import annotations

import sys

import pytest
from metaflow import FlowSpec, step

from energy.flow_decorators import triggered_after


def decorated(monkeypatch: pytest.MonkeyPatch, *words: str) -> dict[str, dict[str, object]]:
    """Attributes of a flow's decorators by name, as that command line would have it."""
    monkeypatch.setattr(sys, "argv", ["flow.py", *words])

    class SecondFlow(FlowSpec):
        @step
        def start(self) -> None:
            pass

    flow = triggered_after("FirstFlow", or_at="7 3 1 * ? *")(SecondFlow)
    return {
        name: found[0].attributes
        for name, found in flow(use_cli=False)._flow_decorators.items()
        if found and name != "project"
    }


@pytest.mark.parametrize(
    "words", [("run",), ("argo-workflows", "create"), ("--datastore", "s3", "step", "start")]
)
def test_a_flow_starts_when_the_one_before_has_finished(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    (found,) = decorated(monkeypatch, *words).items()
    assert (found[0], found[1]["flow"]) == ("trigger_on_finish", "FirstFlow")


def test_step_functions_would_not_hear_of_it_and_goes_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (found,) = decorated(monkeypatch, "--with", "batch", "step-functions", "create").items()
    assert (found[0], found[1]["cron"]) == ("schedule", "7 3 1 * ? *")

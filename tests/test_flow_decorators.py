"""What triggers a deployed flow."""

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
        name: decorators[0].attributes
        for name, decorators in flow(use_cli=False)._flow_decorators.items()
        if decorators and name != "project"
    }


@pytest.mark.parametrize(
    "words", [("run",), ("argo-workflows", "create"), ("--datastore", "s3", "step", "start")]
)
def test_a_flow_starts_after_another(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    ((name, attributes),) = decorated(monkeypatch, *words).items()
    assert (name, attributes["flow"]) == ("trigger_on_finish", "FirstFlow")


def test_on_step_functions_it_starts_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("--with", "batch", "step-functions", "create")
    ((name, attributes),) = decorated(monkeypatch, *words).items()
    assert (name, attributes["cron"]) == ("schedule", "7 3 1 * ? *")

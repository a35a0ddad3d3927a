"""Decorators of flows and steps: errors in one line, and triggers of deployed flows.

Metaflow reads its configuration on import: call `prepare_environment` before this module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from metaflow import schedule, trigger_on_finish, user_step_decorator
from metaflow.exception import MetaflowException

from energy.errors import EnergyError
from energy.orchestration import record_failure


class StepError(MetaflowException):
    """A step cannot continue; Metaflow prints the message without a traceback."""

    headline = "Step failed"


@user_step_decorator
def report_errors(
    step_name: str, flow: Any, inputs: Any = None, attributes: Any = None
) -> Iterator[None]:
    """Report in one line why a step failed."""
    try:
        yield
    except EnergyError as error:
        record_failure(str(error))
        raise StepError(str(error)) from None
    except Exception as error:
        record_failure(f"step {step_name}: {type(error).__name__}: {error} (traceback above)")
        raise


def triggered_after(flow: str, *, or_at: str) -> Callable[[type[Any]], type[Any]]:
    """Decorate a flow to start when another one succeeds; on Step Functions, at a time.

    Step Functions cannot trigger a flow on the end of another.

    Args:
        flow: Name of the other flow.
        or_at: Six fields of EventBridge's cron, in UTC, for Step Functions.
    """
    on_step_functions = "step-functions" in sys.argv
    decorator = schedule(cron=or_at) if on_step_functions else trigger_on_finish(flow=flow)
    trigger: Callable[[type[Any]], type[Any]] = decorator
    return trigger

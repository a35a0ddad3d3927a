"""Decorators of flows and steps: errors in one line, and what triggers a deployed flow.

Metaflow reads its configuration when it is imported: call `prepare_environment` before this module.
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
    """A step that cannot go on, for a reason that its message gives; printed without traceback."""

    headline = "Refused"


@user_step_decorator
def report_errors(
    step_name: str, flow: Any, inputs: Any = None, attributes: Any = None
) -> Iterator[None]:
    """Report why a step failed, in one line."""
    try:
        yield
    except EnergyError as error:
        record_failure(str(error))
        raise StepError(str(error)) from None
    except Exception as error:
        record_failure(f"step {step_name}: {type(error).__name__}: {error} (traceback above)")
        raise


STEP_FUNCTIONS = "step-functions"
"""Metaflow's command that deploys there."""


def triggered_after(flow: str, *, or_at: str) -> Callable[[type[Any]], type[Any]]:
    """Decorate a flow to start when another has finished well, or at a time where that is unheard.

    Args:
        flow: Name of the flow before it.
        or_at: Six fields of EventBridge's cron, in UTC, for Step Functions.
    """
    if STEP_FUNCTIONS in sys.argv:
        at: Callable[[type[Any]], type[Any]] = schedule(cron=or_at)
        return at
    after: Callable[[type[Any]], type[Any]] = trigger_on_finish(flow=flow)
    return after

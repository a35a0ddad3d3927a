"""When a flow starts by itself, once it is deployed to an engine; on a laptop nothing does.

Argo Workflows hears when a flow has finished, and starts the next. AWS Step Functions does not, and
refuses a flow that asks for it: there each starts at a time of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from metaflow import schedule, trigger_on_finish

STEP_FUNCTIONS = "step-functions"
"""Metaflow's command that deploys there."""


def follows(flow: str, *, or_at: str) -> Callable[[type[Any]], type[Any]]:
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

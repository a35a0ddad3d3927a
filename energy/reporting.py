"""A step decorator that turns our own errors into one line, and leaves others their traceback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metaflow import user_step_decorator
from metaflow.exception import MetaflowException

from energy.errors import EnergyError
from energy.running import leave_failure


class StepRefused(MetaflowException):
    """A step that cannot go on, for a reason that its message gives; printed without traceback."""

    headline = "Refused"


@user_step_decorator
def report(step_name: str, flow: Any, inputs: Any = None, attributes: Any = None) -> Iterator[None]:
    """Report why a step failed, in one line."""
    try:
        yield
    except EnergyError as error:
        leave_failure(str(error))
        raise StepRefused(str(error)) from None
    except Exception as error:
        leave_failure(f"step {step_name}: {type(error).__name__}: {error} (traceback above)")
        raise

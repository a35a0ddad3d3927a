"""Check a deployment: the function and the API in front of it answer as the contract says."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from energy.contract import Forecast, months

MONTHS = 12
REQUEST = {"periods": MONTHS}
ANSWER_SECONDS = 35
"""Timeout of a request: a little more than an HTTP API allows its function."""
TRIES, PAUSE = 8, 5.0
"""A new stage and a first cold start take some seconds."""
UNAUTHORIZED_STATUSES = (401, 403)


class CheckFailed(RuntimeError):
    """What was deployed gives a wrong answer, or none."""


def smoke(
    url: str,
    invoke: Callable[[dict[str, Any]], Any],
    guarded: bool = False,
    tries: int = TRIES,
    pause: float = PAUSE,
) -> list[str]:
    """Check the function and the API, with retries.

    Args:
        url: The API's.
        invoke: Sends an event to the function's alias and returns its answer.
        guarded: Whether the API must reject requests without authorization.
        tries: Most tries of each check.
        pause: Seconds between two tries.

    Returns:
        A line for each check.

    Raises:
        CheckFailed: With the error of the last try.
    """
    checks: list[Callable[[], str]] = [lambda: _check_function(invoke)]
    if guarded:
        checks.append(lambda: _check_unauthorized(url))
    else:
        checks += [lambda: _check_health(url), lambda: _check_forecast(url)]
    return [_retry(check, tries, pause) for check in checks]


def through_alias(functions: Any, alias_arn: str) -> Callable[[dict[str, Any]], Any]:
    """A function that invokes an alias, with a boto3 client for Lambda."""

    def invoke(event: dict[str, Any]) -> Any:
        try:
            answer = functions.invoke(FunctionName=alias_arn, Payload=json.dumps(event).encode())
            body = answer["Payload"].read()
        except (BotoCoreError, ClientError) as error:  # being created, throttled or deleted
            raise CheckFailed(f"the function cannot be invoked: {error}") from error
        if "FunctionError" in answer:
            raise CheckFailed(f"the function failed: {body[:500]!r}")
        return json.loads(body)

    return invoke


def check_forecast(body: Any) -> Forecast:
    """The forecast in an answer to `REQUEST`.

    Raises:
        CheckFailed: The answer is not a forecast of those months, with the reason.
    """
    if isinstance(body, dict) and "error" in body:
        raise CheckFailed(f"answered with an error: {body['error']}")
    try:
        forecast = Forecast.from_dict(body)
        expected = [months.months_after(forecast.cutoff, ahead + 1) for ahead in range(MONTHS)]
        ordered = all(
            math.isfinite(row.mean) and all(i.lower <= row.mean <= i.upper for i in row.intervals)
            for row in forecast.months
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckFailed(f"not a forecast ({error!r}): {str(body)[:500]}") from error
    if [row.month for row in forecast.months] != expected:
        raise CheckFailed(f"months {[row.month for row in forecast.months]}; expected {expected}")
    if not ordered or not all(row.intervals for row in forecast.months):
        raise CheckFailed("a mean is not a number, or lies outside its interval")
    if forecast.stale:
        raise CheckFailed(f"release {forecast.release_id} is stale: the store cannot be read")
    return forecast


def _check_function(invoke: Callable[[dict[str, Any]], Any]) -> str:
    forecast = check_forecast(invoke(REQUEST))
    release = f"{forecast.release_id} ({forecast.tier})"
    return f"function: {len(forecast.months)} months from release {release}"


def _check_health(url: str) -> str:
    body = _get_json(f"{url}/v1/health")
    if not isinstance(body, dict) or body.get("status") != "ok" or body.get("stale"):
        raise CheckFailed(f"/v1/health says {body}")
    return f"/v1/health: ok, release {body.get('release_id')}"


def _check_forecast(url: str) -> str:
    forecast = check_forecast(_get_json(f"{url}/v1/forecast?periods={MONTHS}"))
    return f"/v1/forecast: {len(forecast.months)} months from {forecast.months[0].month}"


def _check_unauthorized(url: str) -> str:
    status = requests.get(f"{url}/v1/health", timeout=ANSWER_SECONDS).status_code
    if status not in UNAUTHORIZED_STATUSES:
        raise CheckFailed(
            f"HTTP {status} without authorization; expected one of {UNAUTHORIZED_STATUSES}"
        )
    return f"API: rejects requests without authorization (HTTP {status})"


def _get_json(url: str) -> Any:
    answer = requests.get(url, timeout=ANSWER_SECONDS)
    if answer.status_code != 200:
        raise CheckFailed(f"HTTP {answer.status_code} from {url}: {answer.text[:500]}")
    return answer.json()


def _retry(check: Callable[[], str], tries: int, pause: float) -> str:
    for remaining in range(tries - 1, -1, -1):
        try:
            return check()
        except (CheckFailed, requests.RequestException) as error:
            if not remaining:
                raise CheckFailed(str(error)) from error
            print(f"Not yet: {error}", flush=True)
            time.sleep(pause)
    raise CheckFailed("no try was made")

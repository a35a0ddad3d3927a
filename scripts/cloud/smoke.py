"""Does what was deployed answer as its contract says: the function, and the API in front of it?"""

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
QUESTION = {"periods": MONTHS}
ANSWER_SECONDS = 35
"""A little longer than an HTTP API waits for its function."""
TRIES, PAUSE = 8, 5.0
"""A stage takes some seconds to be reached everywhere; so does a first cold start."""
GUARDED = (401, 403)


class Unwell(RuntimeError):
    """What was deployed does not answer as it should."""


def smoke(
    url: str,
    invoke: Callable[[dict[str, Any]], Any],
    guarded: bool = False,
    tries: int = TRIES,
    pause: float = PAUSE,
) -> list[str]:
    """Ask the function and the API, until they answer well or the tries are up.

    Args:
        url: Of the API.
        invoke: Sends an event to the function's alias and returns its answer.
        guarded: Whether the API must turn away who does not say who he is.
        tries: How often each is asked at most.
        pause: Seconds between two tries.

    Returns:
        What was found, a line each.

    Raises:
        Unwell: With the last thing that was wrong.
    """
    asked: list[Callable[[], str]] = [lambda: _function(invoke)]
    if guarded:
        asked.append(lambda: _turned_away(url))
    else:
        asked += [lambda: _health(url), lambda: _over_http(url)]
    return [_patiently(one, tries, pause) for one in asked]


def through_alias(functions: Any, alias_arn: str) -> Callable[[dict[str, Any]], Any]:
    """How the function is invoked: by the alias that callers reach, with AWS's own client."""

    def invoke(event: dict[str, Any]) -> Any:
        try:
            answer = functions.invoke(FunctionName=alias_arn, Payload=json.dumps(event).encode())
            body = answer["Payload"].read()
        except (BotoCoreError, ClientError) as error:  # still being made, or throttled, or gone
            raise Unwell(f"the function cannot be invoked: {error}") from error
        if "FunctionError" in answer:
            raise Unwell(f"the function failed: {body[:500]!r}")
        return json.loads(body)

    return invoke


def checked(body: Any) -> Forecast:
    """The forecast in an answer, if it is one of the months asked for.

    Raises:
        Unwell: It is not, with what is wrong.
    """
    if isinstance(body, dict) and "error" in body:
        raise Unwell(f"refused: {body['error']}")
    try:
        found = Forecast.from_dict(body)
        expected = [months.months_after(found.cutoff, ahead + 1) for ahead in range(MONTHS)]
        ordered = all(
            math.isfinite(row.mean) and all(i.lower <= row.mean <= i.upper for i in row.intervals)
            for row in found.months
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unwell(f"not a forecast ({error!r}): {str(body)[:500]}") from error
    if [row.month for row in found.months] != expected:
        raise Unwell(f"months {[row.month for row in found.months]}; expected {expected}")
    if not ordered or not all(row.intervals for row in found.months):
        raise Unwell("a mean is no number, or lies outside its interval")
    if found.stale:
        raise Unwell(f"release {found.release_id} is stale: the store cannot be read")
    return found


def _function(invoke: Callable[[dict[str, Any]], Any]) -> str:
    found = checked(invoke(QUESTION))
    return f"function: {len(found.months)} months from release {found.release_id} ({found.tier})"


def _health(url: str) -> str:
    body = _got(f"{url}/v1/health")
    if not isinstance(body, dict) or body.get("status") != "ok" or body.get("stale"):
        raise Unwell(f"/v1/health says {body}")
    return f"/v1/health: ok, release {body.get('release_id')}"


def _over_http(url: str) -> str:
    found = checked(_got(f"{url}/v1/forecast?periods={MONTHS}"))
    return f"/v1/forecast: {len(found.months)} months from {found.months[0].month}"


def _turned_away(url: str) -> str:
    status = requests.get(f"{url}/v1/health", timeout=ANSWER_SECONDS).status_code
    if status not in GUARDED:
        raise Unwell(f"HTTP {status} to a stranger; expected one of {GUARDED}")
    return f"API: turns strangers away (HTTP {status})"


def _got(url: str) -> Any:
    answer = requests.get(url, timeout=ANSWER_SECONDS)
    if answer.status_code != 200:
        raise Unwell(f"HTTP {answer.status_code} from {url}: {answer.text[:500]}")
    return answer.json()


def _patiently(ask: Callable[[], str], tries: int, pause: float) -> str:
    for left in range(tries - 1, -1, -1):
        try:
            return ask()
        except (Unwell, requests.RequestException) as error:
            if not left:
                raise Unwell(str(error)) from error
            print(f"Not yet: {error}", flush=True)
            time.sleep(pause)
    raise Unwell("nothing was asked")

"""How long a warm handler takes, in its own process: run by `make bench-lambda`, prints JSON.

python scripts/local/warm.py TABLE_CALLS CHAMPION_CALLS
"""

from __future__ import annotations

import contextlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from lambda_handler.app import handler

HTTP = {
    "version": "2.0",
    "rawPath": "/v1/forecast",
    "rawQueryString": "periods=12",
    "queryStringParameters": {"periods": "12"},
    "headers": {},
    "requestContext": {"http": {"method": "GET", "path": "/v1/forecast"}},
    "isBase64Encoded": False,
}
COLDER = {"periods": 12, "weather": {"temperature_change": -2.0}}


def main() -> int:
    table, champion = map(int, sys.argv[1:])
    result = {
        "table_tier": _timed(lambda: handler(HTTP, None), table),
        "champion_tier": _timed(lambda: handler(COLDER, None), champion),
    }
    print(json.dumps(result))
    return 0


def _timed(call: Callable[[], Any], times: int) -> dict[str, float]:
    """Milliseconds: the median, and what one call in a hundred exceeds."""
    taken = []
    with contextlib.redirect_stdout(io.StringIO()):  # the log has its own reader
        for _ in range(3):
            call()
        for _ in range(times):
            began = time.perf_counter()
            call()
            taken.append((time.perf_counter() - began) * 1000)
    centiles = statistics.quantiles(taken, n=100)
    return {"p50": round(centiles[49], 3), "p99": round(centiles[98], 3)}


if __name__ == "__main__":
    sys.exit(main())

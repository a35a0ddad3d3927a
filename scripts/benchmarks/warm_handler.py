"""Time a warm handler in a process of its own and print JSON; `make bench-lambda` starts it."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("look_ups", type=int)
    parser.add_argument("champion_calls", type=int)
    options = parser.parse_args(arguments)
    from lambda_handler.app import handler  # reads the settings when imported

    result = {
        "table_tier": _timed(lambda: handler(HTTP, None), options.look_ups),
        "champion_tier": _timed(lambda: handler(COLDER, None), options.champion_calls),
    }
    print(json.dumps(result))
    return 0


def _timed(call: Callable[[], Any], times: int) -> dict[str, float]:
    """Median and 99th centile, in milliseconds."""
    milliseconds = []
    with contextlib.redirect_stdout(io.StringIO()):  # the handler logs to standard output
        for _ in range(3):
            call()
        for _ in range(times):
            start = time.perf_counter()
            call()
            milliseconds.append((time.perf_counter() - start) * 1000)
    centiles = statistics.quantiles(milliseconds, n=100)
    return {"p50": round(centiles[49], 3), "p99": round(centiles[98], 3)}


if __name__ == "__main__":
    sys.exit(main())

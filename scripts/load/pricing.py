"""What a million answers cost, from what is simulated and the price list of `make costs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud.cost import SAMPLED, bytes_logged, cost

from load.simulation import Outcome

MILLION = 1_000_000


def million(found: Outcome, prices: Mapping[str, Any]) -> dict[str, float]:
    """US dollars of each item of the price list that grows with the requests; nothing is free.

    Requests that API Gateway or Lambda refuse cost nothing.

    Args:
        found: What is simulated.
        prices: scripts/cloud/prices.json.
    """
    assumed = prices["assumed"]
    used = {
        "lambda_requests": MILLION,
        "lambda_gb_seconds": MILLION * found.billed * assumed["memory_mb"] / 1024,
        "api_requests": MILLION,
        "log_gb": MILLION * bytes_logged(assumed) / 1e9,
        "traces": MILLION * SAMPLED,
        "s3_reads": MILLION * (found.looks + found.cold * assumed["reads_of_a_cold_start"]),
        "out_gb": MILLION * assumed["answer_bytes"] / 1e9,
    }
    return cost(used, prices["items"], free=False)

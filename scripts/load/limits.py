"""What Lambda and API Gateway allow, each with the page that says so.

Pages of docs.aws.amazon.com, read in their stored form; AWS may change any of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from energy.settings import ROOT

ACCOUNT_CONCURRENCY = 1000
"""Instances that answer at once, in a region: lambda/latest/dg/lambda-concurrency.html."""
NEW_ACCOUNT_CONCURRENCY = 10
"""Of an account that AWS does not know yet: terraform/variables.tf, `reserved_concurrency`."""
NEW_INSTANCES = 1000
"""Instances that a function may add within `NEW_SECONDS`, refilled continuously and never saved up:
lambda/latest/dg/scaling-behavior.html."""
NEW_SECONDS = 10.0
REQUESTS_FOR_ONE = 10
"""Requests a second for each instance that may answer at once, which answers below a tenth of a
second meet first: lambda/latest/dg/gettingstarted-limits.html."""
API_RATE = 10_000.0
"""Requests a second that API Gateway takes, in an account's region, and `API_BURST` at once:
apigateway/latest/developerguide/limits.html. Some regions have a quarter of it."""
API_BURST = 5_000


@dataclass(frozen=True)
class Limits:
    """What one function's callers meet, in their order.

    Attributes:
        rate: Requests a second that API Gateway takes; beyond it answers 429 itself.
        burst: Requests at once that it takes before the rate counts.
        concurrency: Instances that may answer at once.
    """

    rate: float = API_RATE
    burst: float = API_BURST
    concurrency: int = ACCOUNT_CONCURRENCY

    @property
    def requests(self) -> float:
        """Requests a second that Lambda takes for the function."""
        return float(REQUESTS_FOR_ONE * self.concurrency)


def defaults() -> Limits:
    """What terraform/variables.tf sets where nobody sets another, in an account as AWS gives it.

    Raises:
        ValueError: A variable is not there, or is no number.
    """
    text = (ROOT / "terraform" / "variables.tf").read_text("utf-8")

    def default(name: str) -> float:
        found = re.search(rf'variable "{name}" \{{.*?^  default\s+= (-?\d+)$', text, re.S | re.M)
        if found is None:
            raise ValueError(f"terraform/variables.tf sets no number for {name}")
        return float(found[1])

    reserved = int(default("reserved_concurrency"))
    concurrency = ACCOUNT_CONCURRENCY if reserved < 0 else reserved
    return Limits(default("throttle_rate"), default("throttle_burst"), concurrency)

"""Smoke test of a release in a fresh process, as a server that just started would answer."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

from energy.contract import Forecast, ForecastRequest, Pointer, Weather
from energy.contract.request import MAX_HORIZON
from energy.errors import EnergyError
from energy.releases.bundle import WEATHER, read_table, verify_release
from energy.releases.promotion import Check
from energy.releases.reader import Release
from energy.releases.store import open_store
from energy.settings import ROOT

TIMEOUT_SECONDS = 120.0
"""A cold start with a champion takes three seconds, more on a loaded machine."""
TOLERANCE = 1e-6
"""Allowed difference of table and champion, as a share of the forecast, or in units below one."""
COLDER = -2.0


def smoke_test(store_url: str, release_id: str, seconds: float = TIMEOUT_SECONDS) -> Check:
    """Query a release in a fresh process; any failure there is a failed check."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "energy.serving.smoke_test", store_url, release_id]
    try:
        process = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, env=environ, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(f"no answer within {seconds:.0f} seconds")
    except OSError as error:
        return _failed(f"no process could be started ({error})")
    if process.returncode:
        lines = process.stderr.strip().splitlines() or [f"exit code {process.returncode}"]
        return _failed(lines[-1])
    output = process.stdout.strip().rpartition("\n")[2]
    try:
        result = json.loads(output)
    except ValueError:
        return _failed(f"unexpected output {output[:80]!a}")
    if result["error"]:
        return _failed(result["error"])
    message = (
        f"In a fresh process the table answered for {result['months']} months and the champion for "
        f"the same, {result['difference']:.1g} apart at most, and for {result['beyond_table']}."
    )
    return Check("answers", True, result["difference"], TOLERANCE, message)


def query_release(store_url: str, release_id: str) -> dict[str, object]:
    """Query a release in this process: its table, its champion, and a request beyond the table.

    `difference` is the largest one of table and champion; `error` is empty on success.
    """
    from energy.serving.predict import predict_from_champion, predict_from_table

    try:
        store = open_store(store_url)
        manifest = verify_release(store, release_id)
        table = read_table(store, manifest)
        release = Release(
            store, Pointer(release_id, None, manifest.created_at, ""), manifest, table
        )
        months = len(table.months)
        if WEATHER in manifest.files:
            beyond_table = f"months {-COLDER:.0f} degrees colder"
            beyond = ForecastRequest(periods=months, weather=Weather(temperature_change=COLDER))
        else:
            beyond_table = "months beyond it"
            beyond = ForecastRequest(periods=min(months + 1, MAX_HORIZON))
        request = ForecastRequest(periods=months)
        from_table = predict_from_table(release, request)
        from_champion = predict_from_champion(release, request)
        forecasts = (from_table, from_champion, predict_from_champion(release, beyond))
    except EnergyError as error:
        return {"error": str(error)}
    if implausible := [month for forecast in forecasts for month in _implausible_months(forecast)]:
        return {"error": f"the answer for {implausible[0]} is not a forecast"}
    difference = max(
        abs(looked_up.mean - computed.mean) / max(abs(looked_up.mean), 1.0)
        for looked_up, computed in zip(from_table.months, from_champion.months, strict=True)
    )
    result = {"months": months, "difference": difference, "beyond_table": beyond_table}
    if difference > TOLERANCE:
        limit = f"{difference:.2g} of the forecast, above {TOLERANCE:g}"
        return {**result, "error": f"table and champion differ by {limit}"}
    return {**result, "error": ""}


def _implausible_months(forecast: Forecast) -> list[str]:
    """Months with figures that are not finite, or with intervals upside down."""
    return [
        row.month
        for row in forecast.months
        if not all(math.isfinite(x) for i in row.intervals for x in (i.lower, row.mean, i.upper))
        or any(interval.lower > interval.upper for interval in row.intervals)
    ]


def _failed(reason: str) -> Check:
    return Check("answers", False, None, TOLERANCE, f"In a fresh process: {reason}")


if __name__ == "__main__":
    print(json.dumps(query_release(*sys.argv[1:3])))

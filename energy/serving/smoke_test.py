"""Smoke test of a release in a fresh process, as a server that just started would."""

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

SECONDS = 120.0
"""A cold start with a champion takes three; a loaded machine is given its time."""
SAME = 1e-6
"""Share of the forecast (of one unit, if it is less) that table and champion may differ by."""
COLDER = -2.0


def smoke_test(store_url: str, release_id: str, seconds: float = SECONDS) -> Check:
    """Ask a release in a fresh process; whatever goes wrong there is a check that failed.

    Args:
        store_url: Where it is.
        release_id: It.
        seconds: How long to wait for the answer.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "energy.serving.smoke_test", store_url, release_id]
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, env=environ, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(f"it did not answer within {seconds:.0f} seconds")
    except OSError as error:
        return _failed(f"no process could be started ({error})")
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or [f"it ended with code {ended.returncode}"]
        return _failed(last[0])
    said = ended.stdout.strip().rpartition("\n")[2]
    try:
        found = json.loads(said)
    except ValueError:
        return _failed(f"it said {said[:80]!a}")
    if found["trouble"]:
        return _failed(found["trouble"])
    told = (
        f"In a fresh process the table answered for {found['months']} months and the champion for "
        f"the same, {found['furthest']:.1g} apart at most, and for {found['beyond']}."
    )
    return Check("answers", True, found["furthest"], SAME, told)


def query_release(store_url: str, release_id: str) -> dict[str, object]:
    """Ask a release; what was found, as plain data, with `trouble` empty if all is well."""
    from energy.serving.predict import predict_from_champion, predict_from_table

    try:
        store = open_store(store_url)
        manifest = verify_release(store, release_id)
        table = read_table(store, manifest)
        pointer = Pointer(release_id, None, manifest.created_at, "")
        release = Release(store, pointer, manifest, table)
        asked = ForecastRequest(periods=len(table.months))
        looked_up, computed = predict_from_table(release, asked), predict_from_champion(
            release, asked
        )
        if WEATHER in manifest.files:
            beyond = f"months {-COLDER:.0f} degrees colder"
            extra = ForecastRequest(
                periods=len(table.months), weather=Weather(temperature_change=COLDER)
            )
        else:
            beyond = "months beyond it"
            extra = ForecastRequest(periods=min(len(table.months) + 1, MAX_HORIZON))
        answers = (looked_up, computed, predict_from_champion(release, extra))
    except EnergyError as error:
        return {"trouble": str(error)}
    if odd := [month for one in answers for month in _implausible_months(one)]:
        return {"trouble": f"its answer for {odd[0]} is no forecast"}
    furthest = max(
        abs(one.mean - other.mean) / max(abs(one.mean), 1.0)
        for one, other in zip(looked_up.months, computed.months, strict=True)
    )
    trouble = ""
    if furthest > SAME:
        trouble = f"table and champion differ by {furthest:.2g} of the forecast, above {SAME:g}"
    months = len(looked_up.months)
    return {"trouble": trouble, "months": months, "furthest": furthest, "beyond": beyond}


def _implausible_months(answer: Forecast) -> list[str]:
    """Months whose figures are not finite, or whose intervals are the wrong way round."""
    return [
        row.month
        for row in answer.months
        if not all(math.isfinite(x) for i in row.intervals for x in (i.lower, row.mean, i.upper))
        or any(one.lower > one.upper for one in row.intervals)
    ]


def _failed(why: str) -> Check:
    return Check("answers", False, None, SAME, f"Asked in a fresh process: {why}")


if __name__ == "__main__":
    print(json.dumps(query_release(*sys.argv[1:3])))

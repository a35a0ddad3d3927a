"""The figures of `make bench-requests` as the tables in docs/scale.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from figures import markdown_table

CASES = {
    "empty": "nothing at all, the emulator's own share",
    "get": "`GET /v1/forecast`, table",
    "post": "`POST /v1/forecast`, table",
    "champion": "`POST /v1/forecast`, champion",
    "gateway": "`GET /v1/forecast` through API Gateway's emulator",
}
LIMITS = {
    "account": "an account's own limits",
    "deployed": "as `terraform/` sets them",
    "new": "a new account's",
}


def load_table(found: Mapping[str, Any]) -> str:
    """Markdown: what one instance answers, how that grows, and whether the simulation is right."""
    versions = ", ".join(f"{name} {number}" for name, number in sorted(found["versions"].items()))
    told = (
        f"Measured {found['measured_at']} on {found['machine']} ({versions}), the release on a "
        f"local S3 server, its champion a `{found['forecaster']}`; one instance, one question at a "
        f"time, for {found['seconds']:g} seconds each, medians of {found['turns']} turns."
    )
    least = found["asked"]["empty"]["p50"]
    rows = [
        [
            what,
            f"{one['per_second']:.0f}",
            f"{1000 * one['p50']:.1f} ms",
            f"{1000 * one['p99']:.1f} ms",
            f"{one['p50'] / least:.2f}",
        ]
        for name, what in CASES.items()
        for one in (found["asked"][name],)
    ]
    header = ["asked of one instance", "answers a second", "median", "99th centile", "over nothing"]
    return f"{told}\n\n{markdown_table(header, rows)}\n\n{_more(found)}"


def _more(found: Mapping[str, Any]) -> str:
    one = found["many"]["1"]
    many = ", ".join(f"{n} give {rate / one:.2f}" for n, rate in found["many"].items() if n != "1")
    nothing = found["from_nothing"]
    share = nothing["cold"] / nothing["requests"]
    return (
        f"One instance's answers a second to `GET` taken as 1, {many}: the asker, the front and "
        f"the instances share this machine's cores. From no instance at all, {nothing['rate']:g} "
        f"questions a second are {nothing['cold']} cold starts of {nothing['requests']} "
        f"({_share(share)}); simulated are {nothing['cold_simulated']}. A cold start takes "
        f"{found['start_ratio_to_botocore']:.2f} of what it takes with botocore, by turns."
    )


def scaling_table(found: Mapping[str, Any]) -> str:
    """Markdown: a column for each rate, under the limits of an account as AWS gives it."""
    columns = [one for one in found["simulated"] if one["limits"] == "account"]
    share = f"{found['champion_share']:.0%}"
    told = (
        f"Simulated with the times of that run, {share} of the requests to the champion, an idle "
        f"instance kept {found['kept'] / 60:g} minutes, {found['memory_mb']} MB."
    )
    header = ["requests a second", *(f"{one['rate']:,}" for one in columns)]
    rows = [["**the first minute, from nothing**", *("" for _ in columns)]]
    rows += _rows([one["first"] for one in columns])
    rows += [["last refusal after", *(_seconds(one["first"]["room"]) for one in columns)]]
    rows += [["**after that**", *("" for _ in columns)]]
    rows += _rows([one["after"] for one in columns])
    rows += [["USD for a million answers", *(f"{one['usd']:.2f}" for one in columns)]]
    rows += [["Lambda's share of it", *(_share(one["usd_lambda"] / one["usd"]) for one in columns)]]
    return f"{told}\n\n{markdown_table(header, rows)}"


def limits_table(found: Mapping[str, Any]) -> str:
    """Markdown: the share that gets no answer, by whose limits, at each rate."""
    rates = sorted({one["rate"] for one in found["simulated"]})
    header = ["limits", "requests a second", "at once", *(f"at {rate:,}" for rate in rates)]
    rows = []
    for name, what in LIMITS.items():
        cells = {one["rate"]: one for one in found["simulated"] if one["limits"] == name}
        some = cells[rates[0]]
        refused = (
            f"{_share(cells[rate]['first']['refused'])}, {_share(cells[rate]['after']['refused'])}"
            for rate in rates
        )
        rows.append([what, f"{some['most_a_second']:,.0f}", f"{some['most_at_once']:,}", *refused])
    told = "Refused: in the first minute, and after that."
    return f"{told}\n\n{markdown_table(header, rows)}"


def _rows(columns: list[Mapping[str, Any]]) -> list[list[str]]:
    return [
        ["instances, at most", *(f"{one['instances']:,}" for one in columns)],
        ["of them busy, on average", *(f"{one['busy']:.3g}" for one in columns)],
        ["cold starts", *(_share(one["cold"]) for one in columns)],
        ["median", *(_seconds(one["p50"]) for one in columns)],
        ["99th centile", *(_seconds(one["p99"]) for one in columns)],
        ["refused", *(_share(one["refused"]) for one in columns)],
    ]


def _share(part: float) -> str:
    return "0" if part == 0 else "< 0.01%" if part < 0.0001 else f"{100 * part:.3g}%"


def _seconds(value: float) -> str:
    if value == 0:
        return ""
    return f"{value:.2f} s" if value >= 0.1 else f"{1000 * value:.1f} ms"

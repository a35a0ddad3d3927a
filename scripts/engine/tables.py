"""What benchmarks/engine.json says, as tables of Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from figures import markdown_table

STEPS = ("start", "backtest", "select", "refit", "leaderboard", "publish", "close", "end")


def memory(result: Mapping[str, Any]) -> str:
    """The most that the processes of one task held at once: TrainFlow's by step, then others'."""
    peak = result["whole"]["peak_mb"]
    order = [*(name for name in STEPS if name in peak), *sorted(set(peak) - set(STEPS))]
    rows = [[f"`{name}`", f"{peak[name]:,} MB"] for name in order]
    for flow, steps in result["peak_mb_of_others"].items():
        name = max(sorted(steps), key=lambda one: steps[one])  # of equals, the first by name
        rows.append([f"{flow}, at most: `{name}`", f"{steps[name]:,} MB"])
    return f"{_told(result)}\n\n{markdown_table(['step', 'most memory of a task'], rows)}"


def counted(result: Mapping[str, Any]) -> str:
    """Requests and rows of a whole run, and how many of them each further branch adds."""
    whole, more = result["whole"], result["per_branch"]
    mlflow = sum(count for name, count in whole["mlflow"].items() if name != "runs")
    rows = [
        ["tasks", f"{whole['tasks']:,}", "1"],
        *(
            [f"requests to S3: {kind}", f"{count:,}", f"{more['s3'][kind]:g}"]
            for kind, count in sorted(whole["s3"].items())
        ),
        ["rows of metadata", f"{whole['metadata']['rows']:,}", f"{more['metadata']['rows']:g}"],
        ["MLflow: runs", f"{whole['mlflow']['runs']:,}", ""],
        ["MLflow: their metrics, parameters and tags", f"{mlflow:,}", ""],
        ["MLflow: seconds, by run", f"{whole['mlflow_seconds_a_run']:g}", ""],
    ]
    header = ["what", "the whole bench", "each further branch"]
    return f"{_told(result)}\n\n{markdown_table(header, rows)}"


def _told(result: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    told = f"Measured {result['measured_at']} on {result['machine']}, with {versions}: "
    return f"{told}{result['whole']['branches']} branches."

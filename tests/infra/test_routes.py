"""What the module and the code both say is the same: routes, metrics, settings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from infra.terraforming import MODULE

from energy.settings import Settings
from lambda_handler.log import NAMESPACE, SERVICE, UNITS
from lambda_handler.routes import ROUTES

MONITORED = {
    "forecast_age_days",
    "data_overdue_days",
    "release_overdue_days",
    "months_scored",
    "recent_mase",
    "recent_coverage80",
    "tracking_signal",
    "drift_alarms",
}
"""Metrics of the monitoring flow."""


def test_the_api_has_the_routes_of_the_handler_and_no_others() -> None:
    text = (MODULE / "api.tf").read_text("utf-8")
    table = re.search(r"^  routes = (\[.*?\n  \])", text, re.MULTILINE | re.DOTALL)
    assert table
    routes = json.loads(re.sub(r",\s*\]", "]", table[1]))
    assert len(routes) == len(set(routes))
    assert set(routes) == {f"{way} {one.path}" for one in ROUTES.values() for way in one.methods}


def test_each_route_of_the_table_is_made(deployed: dict[str, dict[str, Any]]) -> None:
    made = {
        one["route_key"]
        for address, one in deployed.items()
        if address.startswith("aws_apigatewayv2_route.")
    }
    assert made == {f"{way} {one.path}" for one in ROUTES.values() for way in one.methods}


def test_alarms_watch_metrics_that_are_sent(deployed: dict[str, dict[str, Any]]) -> None:
    ours = [
        one
        for address, one in deployed.items()
        if address.startswith("aws_cloudwatch_metric_alarm.") and one["namespace"] == NAMESPACE
    ]
    assert len(ours) == 6
    for one in ours:
        if "service" in one["dimensions"]:
            assert one["dimensions"] == {"service": SERVICE}
            assert one["metric_name"] in UNITS
        else:
            assert one["dimensions"] == {"target": "total"}
            assert one["metric_name"] in MONITORED


def test_the_dashboard_shows_metrics_that_are_sent(deployed: dict[str, dict[str, Any]]) -> None:
    body = json.loads(deployed['aws_cloudwatch_dashboard.this["this"]']["dashboard_body"])
    shown = [metric for widget in body["widgets"] for metric in widget["properties"]["metrics"]]
    ours = [(metric[1], metric[2]) for metric in shown if metric[0] == NAMESPACE]
    assert {name for name, of in ours if of == "service"} <= set(UNITS)
    assert {name for name, of in ours if of == "target"} <= MONITORED
    assert {"recent_mase", "forecast_age_days", "cold_start", "latency"} <= {n for n, _ in ours}
    for metric in shown:
        assert len(metric) % 2 == 0
        assert all(isinstance(one, str) for one in metric)


@pytest.mark.parametrize("resources", ["deployed", "chosen"])
def test_the_function_is_told_what_its_settings_read(
    resources: str, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(resources)
    told = made['aws_lambda_function.this["this"]']["environment"][0]["variables"]
    settings = Settings.from_environment(told)
    assert settings.store == f"s3://{made['aws_s3_bucket.this']['bucket']}/store"
    assert settings.refresh_seconds == 60
    assert set(told) == {"ENERGY_STORE", "ENERGY_REFRESH_SECONDS"}

"""Terraform and the code agree on routes, metrics and the function's environment variables."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from infra.terraform_module import MODULE

from energy.settings import Settings
from lambda_handler.log import NAMESPACE, SERVICE, UNITS
from lambda_handler.routes import ROUTES

MONITORING_METRICS = {
    *("forecast_age_days", "data_overdue_days", "release_overdue_days", "months_scored"),
    *("recent_mase", "recent_coverage80", "tracking_signal", "drift_alarms"),
}
"""Metrics that the monitoring flow sends."""
HANDLER_ROUTES = {f"{method} {route.path}" for route in ROUTES.values() for method in route.methods}


def test_api_lists_exactly_the_routes_of_the_handler() -> None:
    text = (MODULE / "api.tf").read_text("utf-8")
    table = re.search(r"^  routes = (\[.*?\n  \])", text, re.MULTILINE | re.DOTALL)
    assert table
    routes = json.loads(re.sub(r",\s*\]", "]", table[1]))
    assert len(routes) == len(set(routes))
    assert set(routes) == HANDLER_ROUTES


def test_api_creates_every_route(defaults: dict[str, dict[str, Any]]) -> None:
    routes = {
        resource["route_key"]
        for address, resource in defaults.items()
        if address.startswith("aws_apigatewayv2_route.")
    }
    assert routes == HANDLER_ROUTES


def test_alarms_use_metrics_that_are_sent(defaults: dict[str, dict[str, Any]]) -> None:
    alarms = [
        resource
        for address, resource in defaults.items()
        if address.startswith("aws_cloudwatch_metric_alarm.") and resource["namespace"] == NAMESPACE
    ]
    assert len(alarms) == 6
    for alarm in alarms:
        if "service" in alarm["dimensions"]:
            assert alarm["dimensions"] == {"service": SERVICE}
            assert alarm["metric_name"] in UNITS
        else:
            assert alarm["dimensions"] == {"target": "total"}
            assert alarm["metric_name"] in MONITORING_METRICS


def test_dashboard_shows_metrics_that_are_sent(defaults: dict[str, dict[str, Any]]) -> None:
    body = json.loads(defaults['aws_cloudwatch_dashboard.this["this"]']["dashboard_body"])
    metrics = [metric for widget in body["widgets"] for metric in widget["properties"]["metrics"]]
    custom_metrics = [(metric[1], metric[2]) for metric in metrics if metric[0] == NAMESPACE]
    names = {name for name, _ in custom_metrics}
    assert {name for name, dimension in custom_metrics if dimension == "service"} <= set(UNITS)
    assert {
        name for name, dimension in custom_metrics if dimension == "target"
    } <= MONITORING_METRICS
    assert {"recent_mase", "forecast_age_days", "cold_start", "latency"} <= names
    for metric in metrics:
        assert len(metric) % 2 == 0
        assert all(isinstance(part, str) for part in metric)


@pytest.mark.parametrize("fixture", ["defaults", "custom"])
def test_function_environment_has_valid_settings(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    resources = request.getfixturevalue(fixture)
    variables = resources['aws_lambda_function.this["this"]']["environment"][0]["variables"]
    settings = Settings.from_environment(variables)
    assert settings.store == f"s3://{resources['aws_s3_bucket.this']['bucket']}/store"
    assert settings.refresh_seconds == 60
    assert set(variables) == {"ENERGY_STORE", "ENERGY_REFRESH_SECONDS"}

"""Forecast UK monthly energy consumption: data, forecasting, releases, serving, monitoring."""

METAFLOW_PACKAGE_POLICY = "include"  # ships this package to a flow's remote workers

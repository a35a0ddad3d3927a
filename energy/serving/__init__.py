"""Forecasts from a release: looked up in its table, or computed by the fitted champion."""

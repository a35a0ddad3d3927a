"""Live forecasts compared, month by month, with the figures published since."""

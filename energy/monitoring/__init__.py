"""How published forecasts fare: what came is held against what was forecast, month by month."""

"""Many series at once: the light bench fitted to arrays of series, fold by fold, without a loop."""

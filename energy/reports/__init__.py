"""Cards of the flows, and the summary that a training run prints."""

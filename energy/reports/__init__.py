"""Cards of the flows, and what a run prints."""

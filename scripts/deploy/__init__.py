"""To the cloud and back: what `make deploy` and `make destroy` do, and what workflows call."""

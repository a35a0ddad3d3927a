"""What the flows' steps call: prepare, train, publish, ingest, monitor."""

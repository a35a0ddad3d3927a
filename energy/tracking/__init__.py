"""MLflow runs and registry, and the lineage of a release."""

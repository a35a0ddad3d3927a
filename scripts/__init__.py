"""Tools around the package: deploy, develop, measure."""

"""The Lambda function: forecasts for direct invocations and HTTP requests."""

"""The Lambda function: direct invocations and API Gateway's HTTP API v2 events."""

# The HTTP API in front of the alias `live`. The API itself costs nothing and is created before the first
# image, so that the deploy role's policy can name it. Its stage and routes are created with the image.
locals {
  # The routes of lambda_handler/routes.py; a test compares the two lists.
  routes = [
    "GET /v1/forecast",
    "POST /v1/forecast",
    "GET /v1/release",
    "GET /v1/release/scores",
    "GET /v1/release/folds",
    "GET /v1/release/history",
    "GET /v1/release/weather",
    "GET /v1/release/panel",
    "GET /v1/release/data",
    "GET /v1/release/series",
    "GET /v1/track-record",
    "GET /v1/health",
    "GET /openapi.json",
    "GET /docs",
  ]
  authorization_types = { none = "NONE", jwt = "JWT", iam = "AWS_IAM" }
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Forecasts of UK monthly energy consumption."
  protocol_type = "HTTP"

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) > 0 ? ["this"] : []

    content {
      allow_origins = var.cors_origins
      allow_methods = ["GET", "POST"]
      allow_headers = ["authorization", "content-type"]
      # The release that answered. A page of another origin can read only the headers listed here.
      expose_headers = ["x-release-id"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_stage" "default" {
  for_each = local.deployed_only

  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.throttle_rate
    throttling_burst_limit = var.throttle_burst
  }

  # No caller and no query string is logged; the handler logs the rest of the request.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api["this"].arn
    format = jsonencode({
      request_id        = "$context.requestId"
      time              = "$context.requestTime"
      route             = "$context.routeKey"
      status            = "$context.status"
      latency           = "$context.responseLatency"
      function_latency  = "$context.integrationLatency"
      function_status   = "$context.integrationStatus"
      bytes             = "$context.responseLength"
      error             = "$context.error.message"
      integration_error = "$context.integrationErrorMessage"
    })
  }
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.deployed_only

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_alias.live["this"].invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = min(var.timeout_seconds * 1000, 30000)
}

resource "aws_apigatewayv2_route" "this" {
  # checkov:skip=CKV_AWS_309: public statistics, read-only and throttled; set `authorization` to restrict access
  for_each = toset(local.deployed ? local.routes : [])

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.function["this"].id}"
  authorization_type = local.authorization_types[var.authorization]
  authorizer_id      = var.authorization == "jwt" ? aws_apigatewayv2_authorizer.jwt["this"].id : null
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  for_each = toset(local.deployed && var.authorization == "jwt" ? ["this"] : [])

  api_id           = aws_apigatewayv2_api.this.id
  name             = "${var.name}-jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt_issuer
    audience = var.jwt_audience
  }
}

resource "aws_cloudwatch_log_group" "api" {
  # checkov:skip=CKV_AWS_158: it contains no caller data; a customer key costs 1 USD a month
  # checkov:skip=CKV_AWS_338: retention is set by `log_retention_days`; a year of logs is not needed here
  for_each = local.deployed_only

  name              = local.api_log_group
  retention_in_days = var.log_retention_days
}

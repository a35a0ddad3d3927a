# HTTP API in front of the alias `live`. The bare API costs nothing and is there before an image is, so
# that the deploy role's rights can name it; its stage and routes come with the image.
locals {
  # As lambda_handler/routes.py has them; a test holds the two together.
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
      # Which release an answer is from; a page of another origin may read no header that is not named.
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

  # Nothing of who asked, and nothing of what: the handler's own line has the rest.
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
  # checkov:skip=CKV_AWS_309: read-only public statistics, open by default and throttled; `authorization` closes them
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
  # checkov:skip=CKV_AWS_158: it holds no caller's values; a key of our own is 1 USD a month
  # checkov:skip=CKV_AWS_338: `log_retention_days` says how long; a year of logs is not needed to mend anything here
  for_each = local.deployed_only

  name              = local.api_log_group
  retention_in_days = var.log_retention_days
}

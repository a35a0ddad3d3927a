# With every option set to something other than its default.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  name              = "energy-two"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
  image_digest      = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
}

run "custom" {
  variables {
    authorization               = "jwt"
    jwt_issuer                  = "https://tokens.example.org"
    jwt_audience                = ["energy"]
    cors_origins                = ["https://example.org", "http://localhost:8501"]
    architecture                = "x86_64"
    memory_mb                   = 512
    timeout_seconds             = 60
    reserved_concurrency        = 5
    throttle_rate               = 1
    throttle_burst              = 2
    tracing                     = false
    github_subjects             = ["repo:octo@123/energy@456:environment:production", "repo:octo@123/energy@456:ref:refs/heads/main"]
    create_github_oidc_provider = false
    destroy_from_github         = true
    state_bucket                = "states-of-octo"
    training_enabled            = true
    training_subnets            = ["subnet-0a1b2c3d"]
    training_security_groups    = ["sg-0a1b2c3d"]
    log_retention_days          = 7
    budget_usd                  = 20
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "JWT" && route.authorizer_id == aws_apigatewayv2_authorizer.jwt["this"].id])
    error_message = "A route does not require a token."
  }
  assert {
    condition     = aws_apigatewayv2_authorizer.jwt["this"].jwt_configuration[0].issuer == "https://tokens.example.org" && aws_apigatewayv2_authorizer.jwt["this"].jwt_configuration[0].audience == toset(["energy"])
    error_message = "Tokens of another issuer or audience are accepted."
  }
  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].allow_origins == toset(["https://example.org", "http://localhost:8501"])
    error_message = "The allowed origins are not those of cors_origins."
  }
  assert {
    condition     = aws_apigatewayv2_api.this.cors_configuration[0].expose_headers == toset(["x-release-id"])
    error_message = "A page of an allowed origin cannot read the header x-release-id."
  }
  assert {
    condition     = aws_lambda_function.this["this"].architectures == tolist(["x86_64"]) && aws_lambda_function.this["this"].memory_size == 512 && aws_lambda_function.this["this"].reserved_concurrent_executions == 5 && aws_lambda_function.this["this"].tracing_config[0].mode == "PassThrough"
    error_message = "The function does not have the given settings."
  }
  assert {
    condition     = aws_apigatewayv2_integration.function["this"].timeout_milliseconds == 30000
    error_message = "The timeout of the integration exceeds the API's limit."
  }
  assert {
    condition     = aws_apigatewayv2_stage.default["this"].default_route_settings[0].throttling_rate_limit == 1 && aws_apigatewayv2_stage.default["this"].default_route_settings[0].throttling_burst_limit == 2
    error_message = "The stage does not have the given throttling limits."
  }
  assert {
    condition     = jsondecode(aws_iam_role.deploy.assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"] == ["repo:octo@123/energy@456:environment:production"] && jsondecode(aws_iam_role.retrain.assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"] == ["repo:octo@123/energy@456:environment:production", "repo:octo@123/energy@456:ref:refs/heads/main"]
    error_message = "The roles trust other subjects than github_subjects."
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "The identity provider is created although the account has one."
  }
  assert {
    condition     = one(aws_batch_compute_environment.training["this"].compute_resources).max_vcpus == 8 && output.training_environment.METAFLOW_DATASTORE_SYSROOT_S3 == "s3://energy-two-123456789012-eu-west-2/metaflow"
    error_message = "The compute environment or Metaflow's settings are wrong."
  }
  assert {
    condition     = aws_cloudwatch_log_group.function["this"].retention_in_days == 7 && aws_budgets_budget.monthly["this"].limit_amount == "20"
    error_message = "Log retention or the budget is not the given value."
  }
}

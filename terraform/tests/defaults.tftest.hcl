# With an image and the default settings.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
  image_digest      = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
}

run "defaults" {
  assert {
    condition     = aws_lambda_function.this["this"].image_uri == "123456789012.dkr.ecr.eu-west-2.amazonaws.com/energy-forecast@${var.image_digest}"
    error_message = "The function does not use the image by its digest."
  }
  assert {
    condition     = aws_lambda_function.this["this"].publish && aws_lambda_alias.live["this"].function_version == "7"
    error_message = "The alias does not point to the newest published version."
  }
  assert {
    condition     = aws_lambda_function.this["this"].architectures == tolist(["arm64"]) && aws_lambda_function.this["this"].memory_size == 1769 && aws_lambda_function.this["this"].timeout == 29
    error_message = "The function does not have the default architecture, memory or timeout."
  }
  assert {
    condition     = aws_lambda_function.this["this"].environment[0].variables == tomap({ ENERGY_STORE = "s3://energy-forecast-123456789012-eu-west-2/store", ENERGY_REFRESH_SECONDS = "60" })
    error_message = "The function's environment variables are wrong."
  }
  assert {
    condition     = aws_lambda_function.this["this"].tracing_config[0].mode == "Active" && aws_lambda_function.this["this"].reserved_concurrent_executions == -1
    error_message = "Tracing is off, or concurrency is reserved, which a new account cannot do."
  }
  assert {
    condition     = aws_apigatewayv2_integration.function["this"].integration_uri == aws_lambda_alias.live["this"].invoke_arn && aws_apigatewayv2_integration.function["this"].payload_format_version == "2.0" && aws_apigatewayv2_integration.function["this"].timeout_milliseconds == 29000
    error_message = "The API does not invoke the alias with payload format 2.0."
  }
  assert {
    condition     = aws_lambda_permission.api["this"].qualifier == "live" && aws_lambda_permission.api["this"].source_arn == "arn:aws:execute-api:eu-west-2:123456789012:a1b2c3d4e5/*/*"
    error_message = "The alias may be invoked by something other than this API."
  }
  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "NONE" && route.authorizer_id == null]) && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "The API is not public by default."
  }
  assert {
    condition     = aws_apigatewayv2_stage.default["this"].name == "$default" && aws_apigatewayv2_stage.default["this"].auto_deploy && aws_apigatewayv2_stage.default["this"].default_route_settings[0].throttling_rate_limit == 5 && aws_apigatewayv2_stage.default["this"].default_route_settings[0].throttling_burst_limit == 10
    error_message = "The stage does not have the default throttling limits."
  }
  assert {
    condition     = can(jsondecode(aws_apigatewayv2_stage.default["this"].access_log_settings[0].format).status) && !strcontains(aws_apigatewayv2_stage.default["this"].access_log_settings[0].format, "sourceIp")
    error_message = "Access logs are not JSON, or contain the caller's address."
  }
  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "Web pages of other origins may call the API by default."
  }
}

# The first apply: what an image is pushed to is there, and nothing serves yet.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
}

run "nothing_serves_and_nothing_is_watched" {
  assert {
    condition     = length(aws_lambda_function.this) + length(aws_lambda_alias.live) + length(aws_lambda_permission.api) == 0
    error_message = "There is a function without an image."
  }
  assert {
    condition     = length(aws_apigatewayv2_route.this) + length(aws_apigatewayv2_integration.function) + length(aws_apigatewayv2_stage.default) == 0
    error_message = "There are routes to nothing."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) + length(aws_sns_topic.alarms) + length(aws_cloudwatch_dashboard.this) + length(aws_budgets_budget.monthly) == 0
    error_message = "Something is watched that is not there."
  }
  assert {
    condition     = output.api_url == null && output.function_name == null && output.live_alias_arn == null
    error_message = "Outputs tell of what is not there."
  }
  assert {
    condition     = output.bucket == "energy-forecast-123456789012-eu-west-2" && output.repository_url == "123456789012.dkr.ecr.eu-west-2.amazonaws.com/energy-forecast"
    error_message = "There is nowhere to push to."
  }
  assert {
    condition     = output.deploy_role_arn != null && output.retrain_role_arn != null
    error_message = "The workflows have no roles."
  }
}

run "an_image_comes" {
  variables {
    image_digest = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  }

  assert {
    condition     = output.api_url == "https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com" && output.function_name == "energy-forecast" && endswith(output.dashboard_url, "#dashboards/dashboard/energy-forecast")
    error_message = "The second apply does not serve."
  }
}

run "another_image_comes_and_is_held_back" {
  variables {
    image_digest = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
    live_version = "3"
  }

  assert {
    condition     = endswith(aws_lambda_function.this["this"].image_uri, var.image_digest) && aws_lambda_alias.live["this"].function_version == "3"
    error_message = "The alias is not held at the version that was named."
  }
}

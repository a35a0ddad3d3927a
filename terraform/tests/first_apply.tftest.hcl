# The first apply creates the image repository and the roles. The function follows with the first image.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
}

run "without_an_image" {
  assert {
    condition     = length(aws_lambda_function.this) + length(aws_lambda_alias.live) + length(aws_lambda_permission.api) == 0
    error_message = "A function exists without an image."
  }
  assert {
    condition     = length(aws_apigatewayv2_route.this) + length(aws_apigatewayv2_integration.function) + length(aws_apigatewayv2_stage.default) == 0
    error_message = "Routes exist without a function."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) + length(aws_sns_topic.alarms) + length(aws_cloudwatch_dashboard.this) + length(aws_budgets_budget.monthly) == 0
    error_message = "Alarms, a dashboard or a budget exist without a function."
  }
  assert {
    condition     = output.api_url == null && output.function_name == null && output.live_alias_arn == null
    error_message = "Outputs name resources that do not exist."
  }
  assert {
    condition     = output.bucket == "energy-forecast-123456789012-eu-west-2" && output.repository_url == "123456789012.dkr.ecr.eu-west-2.amazonaws.com/energy-forecast"
    error_message = "The bucket or the image repository is missing."
  }
  assert {
    condition     = output.deploy_role_arn != null && output.retrain_role_arn != null
    error_message = "The roles of the workflows are missing."
  }
}

run "with_an_image" {
  variables {
    image_digest = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  }

  assert {
    condition     = output.api_url == "https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com" && output.function_name == "energy-forecast" && endswith(output.dashboard_url, "#dashboards/dashboard/energy-forecast")
    error_message = "The second apply does not create the API."
  }
}

run "with_a_new_image_and_a_fixed_version" {
  variables {
    image_digest = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
    live_version = "3"
  }

  assert {
    condition     = endswith(aws_lambda_function.this["this"].image_uri, var.image_digest) && aws_lambda_alias.live["this"].function_version == "3"
    error_message = "The alias does not stay at live_version."
  }
}

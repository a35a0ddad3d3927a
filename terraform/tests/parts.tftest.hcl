# With an image, part by part: storage, watching, cost, training, who may ask.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
  image_digest      = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
}

run "storage_is_closed_and_keeps_what_was" {
  assert {
    condition     = aws_s3_bucket.this.force_destroy == false && aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "A release could be lost."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
      aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced",
    ])
    error_message = "The bucket could be made public."
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "The bucket is not encrypted."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.status] == ["Enabled", "Enabled"] && aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30 && aws_s3_bucket_lifecycle_configuration.this.rule[1].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    error_message = "Old versions and incomplete uploads stay for ever."
  }
  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && aws_ecr_repository.this.force_delete != true
    error_message = "A tag could be moved, or an image go unscanned."
  }
  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[0].selection == { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 2 }
    error_message = "Not the last two images are kept."
  }
}

run "alarms_are_ten_and_mail" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 10
    error_message = "Ten alarms are free."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["this"].endpoint == "somebody@example.org" && aws_sns_topic_subscription.email["this"].protocol == "email"
    error_message = "Nobody is told."
  }
  assert {
    condition     = [for name, one in aws_cloudwatch_metric_alarm.this : name if one.treat_missing_data == "breaching"] == ["release-overdue"]
    error_message = "Silence of the monitoring flow, and of nothing else, is an alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["release-overdue"].period * aws_cloudwatch_metric_alarm.this["release-overdue"].evaluation_periods == 172800
    error_message = "The monitoring flow may be silent for two days."
  }
  assert {
    condition     = alltrue([for name in ["function-errors", "function-throttles", "api-latency", "api-5xx", "stale"] : aws_cloudwatch_metric_alarm.this[name].treat_missing_data == "notBreaching"])
    error_message = "A quiet API alarms."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-latency"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.this["api-latency"].statistic == null && aws_cloudwatch_metric_alarm.this["api-latency"].threshold == 5000
    error_message = "Latency is not watched at its 95th centile."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["recent-mase"].threshold == 1 && aws_cloudwatch_metric_alarm.this["recent-mase"].comparison_operator == "GreaterThanThreshold"
    error_message = "A forecast worse than last year's month does not alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["recent-coverage"].threshold == 0.55 && aws_cloudwatch_metric_alarm.this["recent-coverage"].comparison_operator == "LessThanThreshold"
    error_message = "Coverage below its floor does not alarm."
  }
  assert {
    condition     = alltrue([for one in aws_cloudwatch_metric_alarm.this : one.period < 3600 ? one.period * one.evaluation_periods <= 86400 : one.period * one.evaluation_periods <= 604800])
    error_message = "CloudWatch looks back a day, or a week where a period is an hour or more."
  }
  assert {
    condition     = length(distinct(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this["this"].dashboard_body).widgets : [for one in widget.properties.metrics : jsonencode(one)]]))) <= 50
    error_message = "A dashboard with more than fifty metrics is not free."
  }
  assert {
    condition     = aws_cloudwatch_log_group.function["this"].retention_in_days == 30 && aws_cloudwatch_log_group.api["this"].retention_in_days == 30
    error_message = "Logs are kept for ever."
  }
}

run "budget_is_told_of_three_times" {
  command = plan

  assert {
    condition     = aws_budgets_budget.monthly["this"].limit_amount == "1" && aws_budgets_budget.monthly["this"].limit_unit == "USD" && aws_budgets_budget.monthly["this"].time_unit == "MONTHLY"
    error_message = "The budget is not 1 USD a month."
  }
  assert {
    condition     = toset([for one in aws_budgets_budget.monthly["this"].notification : one.threshold]) == toset([50, 80, 100]) && alltrue([for one in aws_budgets_budget.monthly["this"].notification : one.subscriber_email_addresses == toset(["somebody@example.org"])])
    error_message = "The budget is not told of at 50, 80 and 100%."
  }
}

run "training_is_off" {
  command = plan

  assert {
    condition     = length(aws_batch_compute_environment.training) == 0 && length(aws_batch_job_queue.training) == 0 && length(aws_iam_role.training) == 0 && output.training_environment == null
    error_message = "Training is made without being asked for."
  }
}

run "for_aws_identities" {
  command = plan

  variables {
    authorization   = "iam"
    github_subjects = ["repo:octo@*/energy@*:environment:production", "repo:octo@*/energy@*:ref:refs/heads/main"]
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "AWS_IAM"]) && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "A route is open that was to be closed."
  }
}

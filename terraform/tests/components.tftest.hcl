# With an image: storage, alarms, budget, training and authorization, one run each.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
  image_digest      = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
}

run "storage_is_private_and_versioned" {
  assert {
    condition     = aws_s3_bucket.this.force_destroy == false && aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Deleted or overwritten releases could not be restored."
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
    error_message = "Old versions or incomplete uploads do not expire."
  }
  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && aws_ecr_repository.this.force_delete != true
    error_message = "Tags are mutable, images are not scanned, or a deletion is forced."
  }
  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[0].selection == { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 2 }
    error_message = "The last two images are not kept."
  }
}

run "alarms" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 10
    error_message = "There must be ten alarms, the number that is free."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["this"].endpoint == "somebody@example.org" && aws_sns_topic_subscription.email["this"].protocol == "email"
    error_message = "The e-mail address is not subscribed to the topic."
  }
  assert {
    condition     = [for name, alarm in aws_cloudwatch_metric_alarm.this : name if alarm.treat_missing_data == "breaching"] == ["release-overdue"]
    error_message = "Only release-overdue may treat missing data as an alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["release-overdue"].period * aws_cloudwatch_metric_alarm.this["release-overdue"].evaluation_periods == 172800
    error_message = "release-overdue must look at two days."
  }
  assert {
    condition     = alltrue([for name in ["function-errors", "function-throttles", "api-latency", "api-5xx", "stale"] : aws_cloudwatch_metric_alarm.this[name].treat_missing_data == "notBreaching"])
    error_message = "An API without traffic must not alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["api-latency"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.this["api-latency"].statistic == null && aws_cloudwatch_metric_alarm.this["api-latency"].threshold == 5000
    error_message = "The latency alarm must use the 95th percentile."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["recent-mase"].threshold == 1 && aws_cloudwatch_metric_alarm.this["recent-mase"].comparison_operator == "GreaterThanThreshold"
    error_message = "A forecast less accurate than the seasonal naive one must alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["recent-coverage"].threshold == 0.55 && aws_cloudwatch_metric_alarm.this["recent-coverage"].comparison_operator == "LessThanThreshold"
    error_message = "Coverage below coverage_floor must alarm."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.period < 3600 ? alarm.period * alarm.evaluation_periods <= 86400 : alarm.period * alarm.evaluation_periods <= 604800])
    error_message = "CloudWatch evaluates at most a day, or a week with periods of an hour or more."
  }
  assert {
    condition     = length(distinct(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this["this"].dashboard_body).widgets : [for metric in widget.properties.metrics : jsonencode(metric)]]))) <= 50
    error_message = "A free dashboard has at most fifty metrics."
  }
  assert {
    condition     = aws_cloudwatch_log_group.function["this"].retention_in_days == 30 && aws_cloudwatch_log_group.api["this"].retention_in_days == 30
    error_message = "Logs must expire after 30 days."
  }
}

run "budget" {
  command = plan

  assert {
    condition     = aws_budgets_budget.monthly["this"].limit_amount == "1" && aws_budgets_budget.monthly["this"].limit_unit == "USD" && aws_budgets_budget.monthly["this"].time_unit == "MONTHLY"
    error_message = "The budget is not 1 USD a month."
  }
  assert {
    condition     = toset([for notification in aws_budgets_budget.monthly["this"].notification : notification.threshold]) == toset([50, 80, 100]) && alltrue([for notification in aws_budgets_budget.monthly["this"].notification : notification.subscriber_email_addresses == toset(["somebody@example.org"])])
    error_message = "Mails must be sent at 50, 80 and 100% of the budget."
  }
}

run "training_is_off_by_default" {
  command = plan

  assert {
    condition     = length(aws_batch_compute_environment.training) == 0 && length(aws_batch_job_queue.training) == 0 && length(aws_iam_role.training) == 0 && output.training_environment == null
    error_message = "Resources for training exist without training_enabled."
  }
}

run "authorization_by_iam" {
  command = plan

  variables {
    authorization   = "iam"
    github_subjects = ["repo:octo@*/energy@*:environment:production", "repo:octo@*/energy@*:ref:refs/heads/main"]
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "AWS_IAM"]) && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "A route does not require an AWS identity."
  }
}

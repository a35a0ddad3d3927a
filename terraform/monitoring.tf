# Alarms, and the topic that sends them by mail.
resource "aws_sns_topic" "alarms" {
  # checkov:skip=CKV_AWS_26: alarms cannot publish to a topic encrypted with AWS's key; a customer key costs 1 USD a month
  for_each = local.deployed_only

  name = "${var.name}-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = local.deployed_only

  arn = aws_sns_topic.alarms["this"].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllowAlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = local.from_this_account
      },
      {
        Sid       = "RequireTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = local.without_tls
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = local.deployed_only

  topic_arn = aws_sns_topic.alarms["this"].arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

# Ten alarms, the number that CloudWatch gives for free. AWS's own metrics are free, too.
locals {
  minutes = 60
  day     = 86400

  function_dimensions = { FunctionName = var.name, Resource = "${var.name}:live" }
  api_dimensions      = { ApiId = aws_apigatewayv2_api.this.id, Stage = "$default" }
  handler_dimensions  = { service = "energy-forecast" }
  monitor_dimensions  = { target = var.monitored_target }

  # An API without traffic sends no metrics, so missing data is no alarm there. The monitoring flow sends
  # metrics every day: `release-overdue` alarms after two days without any, and the others keep their state.
  alarms = {
    function-errors = {
      description = "The function crashed or timed out."
      namespace   = "AWS/Lambda", metric = "Errors", dimensions = local.function_dimensions
      statistic   = "Sum", above = 0, period = 5 * local.minutes
    }
    function-throttles = {
      description = "Requests were throttled: the function or the account reached its concurrency limit."
      namespace   = "AWS/Lambda", metric = "Throttles", dimensions = local.function_dimensions
      statistic   = "Sum", above = 0, period = 5 * local.minutes
    }
    api-latency = {
      description = "The 95th percentile of latency was too high for 15 minutes."
      namespace   = "AWS/ApiGateway", metric = "Latency", dimensions = local.api_dimensions
      statistic   = "p95", above = var.latency_p95_ms, period = 5 * local.minutes, periods = 3
    }
    api-5xx = {
      description = "The API answered with a server error (5xx)."
      namespace   = "AWS/ApiGateway", metric = "5xx", dimensions = local.api_dimensions
      statistic   = "Sum", above = 0, period = 5 * local.minutes
    }
    stale = {
      description = "The store or a newer release cannot be read. The previous release is still served."
      namespace   = local.metrics_namespace, metric = "stale", dimensions = local.handler_dimensions
      statistic   = "Sum", above = 0, period = 15 * local.minutes
    }
    release-overdue = {
      description = "New data is out but has no release, or the monitoring flow has sent nothing for two days."
      namespace   = local.metrics_namespace, metric = "release_overdue_days", dimensions = local.monitor_dimensions
      statistic   = "Maximum", above = 0, period = local.day, periods = 2, missing = "breaching"
    }
    data-overdue = {
      description = "The statistics are late: none was found after the due date and its grace period."
      namespace   = local.metrics_namespace, metric = "data_overdue_days", dimensions = local.monitor_dimensions
      statistic   = "Maximum", above = 0, period = local.day, missing = "ignore"
    }
    recent-mase = {
      description = "Recent forecasts were less accurate than the seasonal naive forecast (last year's month)."
      namespace   = local.metrics_namespace, metric = "recent_mase", dimensions = local.monitor_dimensions
      statistic   = "Maximum", above = var.mase_ceiling, period = local.day, missing = "ignore"
    }
    recent-coverage = {
      description = "Too few recent months were inside their 80% interval."
      namespace   = local.metrics_namespace, metric = "recent_coverage80", dimensions = local.monitor_dimensions
      statistic   = "Minimum", below = var.coverage_floor, period = local.day, missing = "ignore"
    }
    drift = {
      description = "The data no longer looks like the data that the model was trained on: see the monitoring card."
      namespace   = local.metrics_namespace, metric = "drift_alarms", dimensions = local.monitor_dimensions
      statistic   = "Maximum", above = 0, period = local.day, missing = "ignore"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if local.deployed }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = can(each.value.above) ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.above, each.value.below)
  period              = each.value.period
  evaluation_periods  = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [aws_sns_topic.alarms["this"].arn]
  ok_actions          = [aws_sns_topic.alarms["this"].arn]

  # A percentile of a few requests is not meaningful.
  evaluate_low_sample_count_percentiles = startswith(each.value.statistic, "p") ? "ignore" : null
}

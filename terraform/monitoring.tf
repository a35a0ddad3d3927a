resource "aws_sns_topic" "alarms" {
  # checkov:skip=CKV_AWS_26: alarms cannot publish to a topic under AWS's own key; a key of ours is 1 USD a month
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
        Sid       = "AlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = local.from_this_account
      },
      {
        Sid       = "OverTlsAlone"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arn
        Condition = local.deny_without_tls
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

# Ten alarms, of ten that are free. Those on what AWS measures itself cost no metric either.
locals {
  minutes = 60
  day     = 86400

  of_function = { FunctionName = var.name, Resource = "${var.name}:live" }
  of_api      = { ApiId = aws_apigatewayv2_api.this.id, Stage = "$default" }
  of_handler  = { service = "energy-forecast" }
  of_monitor  = { target = var.monitored_target }

  # An API that nobody asks sends nothing: missing data is fine there. The monitoring flow sends
  # every day: two days of silence are what its first alarm is for, and the others stay as they were.
  watched = {
    function-errors = {
      says      = "The function crashed or ran out of time."
      namespace = "AWS/Lambda", metric = "Errors", of = local.of_function
      statistic = "Sum", above = 0, period = 5 * local.minutes
    }
    function-throttles = {
      says      = "More ran at once than the function, or the account, may run."
      namespace = "AWS/Lambda", metric = "Throttles", of = local.of_function
      statistic = "Sum", above = 0, period = 5 * local.minutes
    }
    api-latency = {
      says      = "The slowest twentieth of the answers takes too long, for a quarter of an hour."
      namespace = "AWS/ApiGateway", metric = "Latency", of = local.of_api
      statistic = "p95", above = var.latency_p95_ms, period = 5 * local.minutes, periods = 3
    }
    api-5xx = {
      says      = "The API answered with a fault of ours."
      namespace = "AWS/ApiGateway", metric = "5xx", of = local.of_api
      statistic = "Sum", above = 0, period = 5 * local.minutes
    }
    stale = {
      says      = "A newer release, or the store, cannot be read: the release held goes on serving."
      namespace = local.metrics_namespace, metric = "stale", of = local.of_handler
      statistic = "Sum", above = 0, period = 15 * local.minutes
    }
    release-overdue = {
      says      = "No release was made of data that is out, or the monitoring flow has been silent for two days."
      namespace = local.metrics_namespace, metric = "release_overdue_days", of = local.of_monitor
      statistic = "Maximum", above = 0, period = local.day, periods = 2, missing = "breaching"
    }
    data-overdue = {
      says      = "The statistics are late: past their due date and its grace, and none was found."
      namespace = local.metrics_namespace, metric = "data_overdue_days", of = local.of_monitor
      statistic = "Maximum", above = 0, period = local.day, missing = "ignore"
    }
    recent-mase = {
      says      = "Lately the forecasts were worse than last year's month."
      namespace = local.metrics_namespace, metric = "recent_mase", of = local.of_monitor
      statistic = "Maximum", above = var.mase_ceiling, period = local.day, missing = "ignore"
    }
    recent-coverage = {
      says      = "Lately too few months lay in their 80% interval."
      namespace = local.metrics_namespace, metric = "recent_coverage80", of = local.of_monitor
      statistic = "Minimum", below = var.coverage_floor, period = local.day, missing = "ignore"
    }
    drift = {
      says      = "What goes into the forecast is no longer as it was: see the monitoring card."
      namespace = local.metrics_namespace, metric = "drift_alarms", of = local.of_monitor
      statistic = "Maximum", above = 0, period = local.day, missing = "ignore"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, one in local.watched : name => one if local.deployed }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.of
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = can(each.value.above) ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.above, each.value.below)
  period              = each.value.period
  evaluation_periods  = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [aws_sns_topic.alarms["this"].arn]
  ok_actions          = [aws_sns_topic.alarms["this"].arn]

  # A centile of two requests says nothing.
  evaluate_low_sample_count_percentiles = startswith(each.value.statistic, "p") ? "ignore" : null
}

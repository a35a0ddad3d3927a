# One dashboard (three are free), with fewer than the fifty metrics that a free one may have.
locals {
  widgets = [
    { title = "Requests, and errors of callers and ours", stat = "Sum", metrics = [
      ["AWS/ApiGateway", "Count", local.of_api], ["AWS/ApiGateway", "4xx", local.of_api],
      ["AWS/ApiGateway", "5xx", local.of_api], ["AWS/Lambda", "Errors", local.of_function],
      ["AWS/Lambda", "Throttles", local.of_function],
    ] },
    { title = "Latency by tier, 95th centile, ms", stat = "p95", metrics = [
      [local.metrics_namespace, "latency", merge(local.of_handler, { tier = "table" })],
      [local.metrics_namespace, "latency", merge(local.of_handler, { tier = "champion" })],
      ["AWS/ApiGateway", "Latency", local.of_api],
    ] },
    { title = "Cold starts, stale answers", stat = "Sum", metrics = [
      [local.metrics_namespace, "cold_start", local.of_handler],
      [local.metrics_namespace, "stale", local.of_handler],
    ] },
    { title = "What is paid for: invocations, their milliseconds", stat = "Sum", metrics = [
      ["AWS/Lambda", "Invocations", local.of_function], ["AWS/Lambda", "Duration", local.of_function],
    ] },
    { title = "What is paid for: log bytes, stored bytes", stat = "Sum", metrics = [
      ["AWS/Logs", "IncomingBytes", { LogGroupName = local.function_log_group }],
      ["AWS/Logs", "IncomingBytes", { LogGroupName = local.api_log_group }],
      ["AWS/S3", "BucketSizeBytes", { BucketName = local.bucket, StorageType = "StandardStorage" }],
    ] },
    { title = "Instances at once", stat = "Maximum", metrics = [
      ["AWS/Lambda", "ConcurrentExecutions", local.of_function],
    ] },
    { title = "Accuracy lately: MASE (1 is last year's month), coverage of the 80% interval", stat = "Maximum", period = local.day, metrics = [
      [local.metrics_namespace, "recent_mase", local.of_monitor],
      [local.metrics_namespace, "recent_coverage80", local.of_monitor],
    ] },
    { title = "Bias and drift", stat = "Maximum", period = local.day, metrics = [
      [local.metrics_namespace, "tracking_signal", local.of_monitor],
      [local.metrics_namespace, "drift_alarms", local.of_monitor],
      [local.metrics_namespace, "months_scored", local.of_monitor],
    ] },
    { title = "Age of the forecast, days overdue", stat = "Maximum", period = local.day, metrics = [
      [local.metrics_namespace, "forecast_age_days", local.of_monitor],
      [local.metrics_namespace, "release_overdue_days", local.of_monitor],
      [local.metrics_namespace, "data_overdue_days", local.of_monitor],
    ] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.deployed_only

  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for place, one in local.widgets : {
      type   = "metric"
      x      = (place % 3) * 8
      y      = floor(place / 3) * 6
      width  = 8
      height = 6
      properties = {
        title  = one.title
        region = var.region
        stat   = one.stat
        period = try(one.period, 5 * local.minutes)
        metrics = [for metric in one.metrics :
          concat([metric[0], metric[1]], flatten([for name, value in metric[2] : [name, value]]))
        ]
      }
    }]
  })
}

# One dashboard. CloudWatch gives three for free, of up to fifty metrics each.
locals {
  widgets = [
    { title = "Requests, client errors, server errors", stat = "Sum", metrics = [
      ["AWS/ApiGateway", "Count", local.api_dimensions], ["AWS/ApiGateway", "4xx", local.api_dimensions],
      ["AWS/ApiGateway", "5xx", local.api_dimensions], ["AWS/Lambda", "Errors", local.function_dimensions],
      ["AWS/Lambda", "Throttles", local.function_dimensions],
    ] },
    { title = "Latency by tier, 95th percentile, ms", stat = "p95", metrics = [
      [local.metrics_namespace, "latency", merge(local.handler_dimensions, { tier = "table" })],
      [local.metrics_namespace, "latency", merge(local.handler_dimensions, { tier = "champion" })],
      ["AWS/ApiGateway", "Latency", local.api_dimensions],
    ] },
    { title = "Cold starts, stale responses", stat = "Sum", metrics = [
      [local.metrics_namespace, "cold_start", local.handler_dimensions],
      [local.metrics_namespace, "stale", local.handler_dimensions],
    ] },
    { title = "Billed: invocations, duration in ms", stat = "Sum", metrics = [
      ["AWS/Lambda", "Invocations", local.function_dimensions], ["AWS/Lambda", "Duration", local.function_dimensions],
    ] },
    { title = "Billed: log bytes, stored bytes", stat = "Sum", metrics = [
      ["AWS/Logs", "IncomingBytes", { LogGroupName = local.function_log_group }],
      ["AWS/Logs", "IncomingBytes", { LogGroupName = local.api_log_group }],
      ["AWS/S3", "BucketSizeBytes", { BucketName = local.bucket, StorageType = "StandardStorage" }],
    ] },
    { title = "Concurrent executions", stat = "Maximum", metrics = [
      ["AWS/Lambda", "ConcurrentExecutions", local.function_dimensions],
    ] },
    { title = "Recent accuracy: MASE (1 = seasonal naive), 80% interval coverage", stat = "Maximum", period = local.day, metrics = [
      [local.metrics_namespace, "recent_mase", local.monitor_dimensions],
      [local.metrics_namespace, "recent_coverage80", local.monitor_dimensions],
    ] },
    { title = "Bias and drift", stat = "Maximum", period = local.day, metrics = [
      [local.metrics_namespace, "tracking_signal", local.monitor_dimensions],
      [local.metrics_namespace, "drift_alarms", local.monitor_dimensions],
      [local.metrics_namespace, "months_scored", local.monitor_dimensions],
    ] },
    { title = "Forecast age and days overdue", stat = "Maximum", period = local.day, metrics = [
      [local.metrics_namespace, "forecast_age_days", local.monitor_dimensions],
      [local.metrics_namespace, "release_overdue_days", local.monitor_dimensions],
      [local.metrics_namespace, "data_overdue_days", local.monitor_dimensions],
    ] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = local.deployed_only

  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, widget in local.widgets : {
      type   = "metric"
      x      = (index % 3) * 8
      y      = floor(index / 3) * 6
      width  = 8
      height = 6
      properties = {
        title  = widget.title
        region = var.region
        stat   = widget.stat
        period = try(widget.period, 5 * local.minutes)
        metrics = [for metric in widget.metrics :
          concat([metric[0], metric[1]], flatten([for name, value in metric[2] : [name, value]]))
        ]
      }
    }]
  })
}

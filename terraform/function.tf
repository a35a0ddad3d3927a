# The Lambda function, its alias and its role. The function is created once `image_digest` is set.
resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_116: invoked synchronously, so no event can end in a dead-letter queue
  # checkov:skip=CKV_AWS_117: it reads one bucket over TLS; a VPC would add cost and protect nothing
  # checkov:skip=CKV_AWS_173: no variable is a secret; a customer key costs 1 USD a month
  # checkov:skip=CKV_AWS_272: code signing is for zip archives; the image is pinned by its digest
  for_each = local.deployed_only

  function_name                  = var.name
  description                    = "Forecasts of UK monthly energy consumption, from verified releases."
  role                           = aws_iam_role.function.arn
  package_type                   = "Image"
  image_uri                      = "${aws_ecr_repository.this.repository_url}@${var.image_digest}"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  publish                        = true

  environment {
    variables = {
      ENERGY_STORE           = "s3://${local.bucket}/${local.releases_prefix}"
      ENERGY_REFRESH_SECONDS = tostring(var.refresh_seconds)
    }
  }

  # Text, because the handler writes JSON lines itself, from which CloudWatch extracts metrics.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function["this"].name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  depends_on = [aws_iam_role_policy.function, aws_ecr_repository_policy.this]
}

# The API invokes this alias. To roll back, point it to an earlier version:
#   aws lambda update-alias --function-name NAME --name live --function-version N
# The next apply points it to the newest version again, unless `live_version` is set.
resource "aws_lambda_alias" "live" {
  for_each = local.deployed_only

  name             = "live"
  description      = "The version that the API invokes."
  function_name    = aws_lambda_function.this["this"].function_name
  function_version = coalesce(var.live_version, aws_lambda_function.this["this"].version)
}

resource "aws_lambda_permission" "api" {
  for_each = local.deployed_only

  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this["this"].function_name
  qualifier     = aws_lambda_alias.live["this"].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}

resource "aws_cloudwatch_log_group" "function" {
  # checkov:skip=CKV_AWS_158: it contains no caller data; a customer key costs 1 USD a month
  # checkov:skip=CKV_AWS_338: retention is set by `log_retention_days`; a year of logs is not needed here
  for_each = local.deployed_only

  name              = local.function_log_group
  retention_in_days = var.log_retention_days
}

# --- role: read releases, write logs, send traces ---

resource "aws_iam_role" "function" {
  name                 = "${var.name}-function"
  description          = "Role of the Lambda function."
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

locals {
  # S3 reports a missing key as NoSuchKey only to callers that may list the bucket, and as AccessDenied to
  # others. It checks that right without a prefix, hence IfExists.
  release_statements = [
    {
      Sid      = "ReadReleases"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.bucket_arn}/${local.releases_prefix}/*"]
    },
    {
      Sid       = "ListReleases"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [local.bucket_arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = ["${local.releases_prefix}/*"] } }
    },
  ]
  log_statements = [{
    Sid      = "WriteLogs"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = ["${local.arn.logs}:log-group:${local.function_log_group}:*"]
  }]
  tracing_statements = [{
    Sid      = "SendTraces"
    Effect   = "Allow"
    Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    Resource = ["*"]
  }]
}

resource "aws_iam_role_policy" "function" {
  name = "handler"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.release_statements, local.log_statements, [for statement in local.tracing_statements : statement if var.tracing])
  })
}

# The permissions boundary of that role. The deploy role may change the role's policy, but not its boundary.
# AWS cannot change the description of a policy: a new text would replace the boundary, which AWS refuses
# while a role uses it.
resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "The most that roles of ${var.name} that a workflow may change can do."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.release_statements, local.log_statements, local.tracing_statements, [{
      Sid       = "SendMetrics"
      Effect    = "Allow"
      Action    = ["cloudwatch:PutMetricData"]
      Resource  = ["*"]
      Condition = local.own_metrics_only
    }])
  })
}

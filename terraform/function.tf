# The handler: made once an image is there (`image_digest`), from that very image.
resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_116: it is asked and answers; nothing is queued that a dead letter could be of
  # checkov:skip=CKV_AWS_117: it reads one bucket over TLS; a VPC would add an endpoint and nothing to keep out
  # checkov:skip=CKV_AWS_173: no variable is a secret; a key of our own is 1 USD a month
  # checkov:skip=CKV_AWS_272: signing is for zip archives; an image is named by its digest
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

  # Text: the handler's lines are JSON already, and CloudWatch reads metrics out of them.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function["this"].name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  depends_on = [aws_iam_role_policy.function, aws_ecr_repository_policy.this]
}

# Callers reach this, so that a deploy is taken back by leading it to the version before:
#   aws lambda update-alias --function-name NAME --name live --function-version N
# The next apply leads it forward again; `live_version` holds it where it is.
resource "aws_lambda_alias" "live" {
  for_each = local.deployed_only

  name             = "live"
  description      = "What callers get."
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
  # checkov:skip=CKV_AWS_158: it holds no caller's values; a key of our own is 1 USD a month
  # checkov:skip=CKV_AWS_338: `log_retention_days` says how long; a year of logs is not needed to mend anything here
  for_each = local.deployed_only

  name              = local.function_log_group
  retention_in_days = var.log_retention_days
}

# --- what the function may do: read releases, write its log, be traced ---

resource "aws_iam_role" "function" {
  name                 = "${var.name}-function"
  description          = "What the handler runs as."
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
  # A read of a key that is not there answers NoSuchKey only to who may list, else AccessDenied; and
  # that is asked without a prefix, hence IfExists.
  reads_releases = [
    {
      Sid      = "ReadReleases"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.bucket_arn}/${local.releases_prefix}/*"]
    },
    {
      Sid       = "TellWhatIsMissing"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [local.bucket_arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = ["${local.releases_prefix}/*"] } }
    },
  ]
  writes_its_log = [{
    Sid      = "WriteItsLog"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = ["${local.arn.logs}:log-group:${local.function_log_group}:*"]
  }]
  is_traced = [{
    Sid      = "BeTraced"
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
    Statement = concat(local.reads_releases, local.writes_its_log, [for one in local.is_traced : one if var.tracing])
  })
}

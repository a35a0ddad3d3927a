# The role of retrain.yml and monitor.yml: data and metrics, no infrastructure.
resource "aws_iam_role" "retrain" {
  name               = "${var.name}-retrain"
  description        = "Role of the workflows retrain.yml and monitor.yml."
  assume_role_policy = local.github_trust_policies["retrain"]

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "retrain" {
  name = "retrain"
  role = aws_iam_role.retrain.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadAndWriteObjects"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = [for prefix in local.retrain_prefixes : "${local.bucket_arn}/${prefix}/*"]
        },
        {
          Sid       = "ListObjects"
          Effect    = "Allow"
          Action    = ["s3:ListBucket"]
          Resource  = [local.bucket_arn]
          Condition = { StringLikeIfExists = { "s3:prefix" = [for prefix in local.retrain_prefixes : "${prefix}/*"] } }
        },
        {
          # The flow writes a probe object before it trains, to check access to the store, then deletes it.
          Sid      = "DeleteProbes"
          Effect   = "Allow"
          Action   = ["s3:DeleteObject"]
          Resource = [for prefix in local.retrain_prefixes : "${local.bucket_arn}/${prefix}/probes/*"]
        },
        {
          Sid       = "SendMetrics"
          Effect    = "Allow"
          Action    = ["cloudwatch:PutMetricData"]
          Resource  = ["*"]
          Condition = local.own_metrics_only
        },
      ],
      [for statement in local.batch_statements : statement if var.training_enabled],
      [for statement in local.training_job : merge(statement, { Sid = "Training${statement.Sid}" }) if var.training_enabled],
    )
  })
}

provider "aws" {
  region = var.region

  # `make destroy` uses the tag Project to find anything left.
  default_tags {
    tags = {
      Project    = var.name
      Repository = var.github_repository
      ManagedBy  = "terraform"
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

# Names and ARNs are built here instead of read from resources, so that a plan shows complete policies, and
# tests can read them, before anything exists.
locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  arn       = { for service in local.services : service => "arn:${local.partition}:${service}:${var.region}:${local.account}" }
  iam_arn   = "arn:${local.partition}:iam::${local.account}"
  services  = ["batch", "cloudwatch", "ecr", "lambda", "logs", "sns"]

  bucket           = "${var.name}-${local.account}-${var.region}"
  bucket_arn       = "arn:${local.partition}:s3:::${local.bucket}"
  state_bucket     = coalesce(var.state_bucket, "${var.name}-tfstate-${local.account}-${var.region}")
  state_bucket_arn = "arn:${local.partition}:s3:::${local.state_bucket}"

  function_arn           = "${local.arn.lambda}:function:${var.name}"
  function_log_group     = "/aws/lambda/${var.name}"
  api_log_group          = "/aws/apigateway/${var.name}"
  repository_arn         = "${local.arn.ecr}:repository/${var.name}"
  topic_arn              = "${local.arn.sns}:${var.name}-alarms"
  boundary_arn           = "${local.iam_arn}:policy/${var.name}-boundary"
  function_role_arn      = "${local.iam_arn}:role/${var.name}-function"
  metrics_namespace      = "EnergyForecast"
  releases_prefix        = "store"
  retrain_prefixes       = [local.releases_prefix, "vintages", "dvc"]
  deployed               = var.image_digest != null
  deployed_only          = toset(local.deployed ? ["this"] : [])
  training_only          = toset(var.training_enabled ? ["this"] : [])
  without_tls            = { Bool = { "aws:SecureTransport" = "false" } }
  from_this_account      = { StringEquals = { "aws:SourceAccount" = local.account } }
  own_metrics_only       = { StringEquals = { "cloudwatch:namespace" = local.metrics_namespace } }
  with_function_boundary = { StringEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
  passed_to_lambda       = { StringEquals = { "iam:PassedToService" = "lambda.amazonaws.com" } }
}

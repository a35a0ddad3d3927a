# The repository of images, and the two roles that GitHub's workflows take. No key is stored anywhere:
# a workflow shows GitHub's token and gets credentials for an hour.
resource "aws_ecr_repository" "this" {
  # checkov:skip=CKV_AWS_136: the code is public; a key of our own is 1 USD a month
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "The one in service, and the one to go back to."
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 2 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FetchedByTheFunction"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { StringLike = { "aws:SourceArn" = [local.function_arn, "${local.function_arn}:*"] } }
    }]
  })
}

resource "aws_iam_openid_connect_provider" "github" {
  for_each = toset(var.create_github_oidc_provider ? ["this"] : [])

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  github      = "token.actions.githubusercontent.com"
  github_arn  = "${local.iam_arn}:oidc-provider/${local.github}"
  github_name = split("/", var.github_repository)

  # GitHub's tokens name the repository as owner/name, or, if it was made after July 2026, as
  # owner@1/name@2. No owner's name holds an @, so that the second pattern is nobody else's.
  github_repositories = [
    "repo:${var.github_repository}",
    "repo:${local.github_name[0]}@*/${local.github_name[1]}@*",
  ]
  default_subjects = {
    deploy  = [for one in local.github_repositories : "${one}:environment:production"]
    retrain = flatten([for one in local.github_repositories : ["${one}:environment:production", "${one}:ref:refs/heads/main"]])
  }
  # A branch may retrain; only an environment, whose reviewers agree, may deploy.
  subjects = length(var.github_subjects) == 0 ? local.default_subjects : {
    deploy  = [for one in var.github_subjects : one if strcontains(one, ":environment:")]
    retrain = var.github_subjects
  }
  trusts_github = { for role, subjects in local.subjects : role => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.github_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${local.github}:aud" = "sts.amazonaws.com" }
        StringLike   = { "${local.github}:sub" = subjects }
      }
    }]
  }) }
}

# --- retraining: data and metrics, no infrastructure ---

resource "aws_iam_role" "retrain" {
  name               = "${var.name}-retrain"
  description        = "What retrain.yml runs as."
  assume_role_policy = local.trusts_github["retrain"]

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
          Sid      = "WorkInItsPrefixes"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = [for one in local.written_by_retrain : "${local.bucket_arn}/${one}/*"]
        },
        {
          Sid       = "ListItsPrefixes"
          Effect    = "Allow"
          Action    = ["s3:ListBucket"]
          Resource  = [local.bucket_arn]
          Condition = { StringLikeIfExists = { "s3:prefix" = [for one in local.written_by_retrain : "${one}/*"] } }
        },
        {
          # A store is tried with a probe before anything is trained.
          Sid      = "TakeProbesAway"
          Effect   = "Allow"
          Action   = ["s3:DeleteObject"]
          Resource = [for one in local.written_by_retrain : "${local.bucket_arn}/${one}/probes/*"]
        },
        {
          Sid       = "SendMetrics"
          Effect    = "Allow"
          Action    = ["cloudwatch:PutMetricData"]
          Resource  = ["*"]
          Condition = local.in_its_own_metrics
        },
      ],
      [for one in local.hands_tasks_over : one if var.training_enabled],
      [for one in local.training_job : merge(one, { Sid = "Training${one.Sid}" }) if var.training_enabled],
    )
  })
}

# --- the most that the function's role can ever do, whoever writes its policy ---

resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "The most that roles of ${var.name} that a workflow may change can do."
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.reads_releases, local.writes_its_log, local.is_traced, [{
      Sid       = "SendMetrics"
      Effect    = "Allow"
      Action    = ["cloudwatch:PutMetricData"]
      Resource  = ["*"]
      Condition = local.in_its_own_metrics
    }])
  })
}

# What deploy.yml runs as: it may plan all of this module, and apply what a deploy changes. It makes no
# role, bucket, repository, API, topic or log group: an owner does, with credentials of their own
# (`make deploy`), on the first day and whenever those change. What guards it (itself, the retraining
# role, the boundary, GitHub's provider) it may read and not write.
#
# Each list is spelt out: an action with a * grows whenever AWS adds one.
resource "aws_iam_role" "deploy" {
  name               = "${var.name}-deploy"
  description        = "What deploy.yml runs as."
  assume_role_policy = local.trusts_github["deploy"]

  depends_on = [aws_iam_openid_connect_provider.github]
}

# Inline policies of a role may have 10,240 characters together; a managed one 6,144, ten to a role.
resource "aws_iam_policy" "deploy" {
  for_each = { for name, statements in local.deploy : name => statements if length(statements) > 0 }

  name        = "${var.name}-deploy-${each.key}"
  description = "Deploying ${var.name}: ${each.key}."
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = aws_iam_policy.deploy

  role       = aws_iam_role.deploy.name
  policy_arn = each.value.arn
}

locals {
  deploy = {
    state    = local.deploy_state
    delivery = local.deploy_delivery
    serving  = local.deploy_serving
    watching = local.deploy_watching
    training = [for one in local.deploy_training : one if var.training_enabled]
    ending   = [for one in local.deploy_ending : one if var.destroy_from_github]
  }
  log_group_arns = flatten([for one in [local.function_log_group, local.api_log_group] : [
    "${local.arn.logs}:log-group:${one}", "${local.arn.logs}:log-group:${one}:*",
  ]])
  api_arn = "arn:${local.partition}:apigateway:${var.region}::/apis/${aws_apigatewayv2_api.this.id}"

  deploy_state = [
    {
      Sid       = "FindTheState"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [local.state_bucket_arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = [var.state_key, "${var.state_key}.tflock", "env:/*"] } }
    },
    {
      Sid      = "KeepTheState"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = ["${local.state_bucket_arn}/${var.state_key}"]
    },
    {
      Sid      = "LockTheState"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = ["${local.state_bucket_arn}/${var.state_key}.tflock"]
    },
    {
      Sid    = "SeeTheBucket"
      Effect = "Allow"
      Action = [
        "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation",
        "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
      ]
      Resource = [local.bucket_arn]
    },
    {
      Sid      = "HoldTheBucketToItsRules"
      Effect   = "Allow"
      Action   = ["s3:PutLifecycleConfiguration", "s3:PutBucketTagging", "s3:TagResource"]
      Resource = [local.bucket_arn]
    },
  ]

  deploy_delivery = [
    {
      Sid      = "LogInToTheRegistry"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"]
    },
    {
      Sid    = "PushImages"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload",
        "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer",
        "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:InitiateLayerUpload",
        "ecr:ListTagsForResource", "ecr:PutImage", "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy",
        "ecr:TagResource", "ecr:UploadLayerPart",
      ]
      Resource = [local.repository_arn]
    },
    {
      Sid    = "SeeWhatGuardsIt"
      Effect = "Allow"
      Action = [
        "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole",
        "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
      ]
      Resource = ["${local.iam_arn}:role/${var.name}-*", "${local.iam_arn}:policy/${var.name}-*", local.github_arn]
    },
    {
      Sid       = "ChangeTheFunctionsRightsWithinItsBoundary"
      Effect    = "Allow"
      Action    = ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]
      Resource  = [local.function_role_arn]
      Condition = local.under_its_boundary
    },
    {
      Sid       = "GiveTheFunctionItsRole"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.function_role_arn]
      Condition = local.passed_to_functions
    },
  ]

  deploy_serving = [
    {
      Sid    = "DeployTheFunction"
      Effect = "Allow"
      Action = [
        "lambda:AddPermission", "lambda:CreateAlias", "lambda:CreateFunction", "lambda:DeleteAlias",
        "lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:GetAlias",
        "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConcurrency",
        "lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:InvokeFunction",
        "lambda:ListTags", "lambda:ListVersionsByFunction", "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency", "lambda:RemovePermission", "lambda:TagResource",
        "lambda:UntagResource", "lambda:UpdateAlias", "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ]
      Resource = [local.function_arn, "${local.function_arn}:*"]
    },
    {
      # API Gateway's actions are the verbs of its own REST API, on the paths of this one API.
      Sid      = "DeployTheApi"
      Effect   = "Allow"
      Action   = ["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      Resource = ["${local.api_arn}/*"]
    },
    {
      Sid      = "ChangeTheApi"
      Effect   = "Allow"
      Action   = ["apigateway:GET", "apigateway:PATCH"]
      Resource = [local.api_arn]
    },
  ]
}

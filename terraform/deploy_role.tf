# The role of deploy.yml. It may plan this whole module and apply what a deployment changes. It cannot
# create roles, buckets, repositories, APIs, topics or log groups: an administrator does that with
# `make deploy`, the first time and whenever those change. It can read, but not change, its own role, the
# retrain role, the function's boundary and GitHub's identity provider.
#
# Actions are listed one by one: an action with a * would grow whenever AWS adds one.
resource "aws_iam_role" "deploy" {
  name               = "${var.name}-deploy"
  description        = "Role of the workflow deploy.yml."
  assume_role_policy = local.github_trust_policies["deploy"]

  depends_on = [aws_iam_openid_connect_provider.github]
}

# Managed policies, because all inline policies of a role share 10,240 characters. A managed policy may
# have 6,144 characters, and a role may have ten of them.
#
# AWS cannot change the description of a policy: a new text would replace the policy.
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
    training = [for statement in local.deploy_training : statement if var.training_enabled]
    ending   = [for statement in local.deploy_ending : statement if var.destroy_from_github]
  }
  log_group_arns = flatten([for group in [local.function_log_group, local.api_log_group] : [
    "${local.arn.logs}:log-group:${group}", "${local.arn.logs}:log-group:${group}:*",
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
      Sid    = "ReadBucketSettings"
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
      Sid      = "ChangeBucketSettings"
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
      Sid    = "ReadRolesAndPolicies"
      Effect = "Allow"
      Action = [
        "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole",
        "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListPolicyVersions",
        "iam:ListRolePolicies",
      ]
      Resource = ["${local.iam_arn}:role/${var.name}-*", "${local.iam_arn}:policy/${var.name}-*", local.github_arn]
    },
    {
      Sid       = "ChangeFunctionPolicyWithinBoundary"
      Effect    = "Allow"
      Action    = ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]
      Resource  = [local.function_role_arn]
      Condition = local.with_function_boundary
    },
    {
      Sid       = "PassFunctionRole"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.function_role_arn]
      Condition = local.passed_to_lambda
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
      # API Gateway's actions are HTTP methods, and its resources are paths: those of this API only.
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
  deploy_watching = [
    {
      Sid      = "ChangeLogGroups"
      Effect   = "Allow"
      Action   = ["logs:ListTagsForResource", "logs:PutRetentionPolicy", "logs:TagResource"]
      Resource = local.log_group_arns
    },
    {
      # API Gateway sets up the delivery of its access logs with the caller's permissions.
      Sid    = "ListLogsAndAlarms"
      Effect = "Allow"
      Action = [
        "cloudwatch:DescribeAlarms", "logs:CreateLogDelivery", "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
        "logs:ListLogDeliveries", "logs:UpdateLogDelivery",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "ChangeAlarms"
      Effect = "Allow"
      Action = [
        "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource", "cloudwatch:UntagResource",
      ]
      Resource = ["${local.arn.cloudwatch}:alarm:${var.name}-*"]
    },
    {
      Sid      = "ChangeDashboard"
      Effect   = "Allow"
      Action   = ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"]
      Resource = ["arn:${local.partition}:cloudwatch::${local.account}:dashboard/${var.name}"]
    },
    {
      Sid    = "ChangeTopic"
      Effect = "Allow"
      Action = [
        "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource",
        "sns:Unsubscribe",
      ]
      Resource = [local.topic_arn, "${local.topic_arn}:*"]
    },
    {
      Sid      = "ChangeBudget"
      Effect   = "Allow"
      Action   = ["budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ViewBudget"]
      Resource = ["arn:${local.partition}:budgets::${local.account}:budget/${var.name}-monthly"]
    },
  ]

  # Training has roles of its own, so an administrator creates it. The workflow may read it and resize it.
  deploy_training = [
    {
      Sid      = "ReadTraining"
      Effect   = "Allow"
      Action   = ["batch:DescribeComputeEnvironments", "batch:DescribeJobQueues"]
      Resource = ["*"]
    },
    {
      Sid    = "ChangeTraining"
      Effect = "Allow"
      Action = ["batch:ListTagsForResource", "batch:TagResource", "batch:UpdateComputeEnvironment", "batch:UpdateJobQueue"]
      Resource = [
        "${local.arn.batch}:compute-environment/${var.name}-training", local.training_queue,
      ]
    },
  ]

  # For destroy.yml, if `destroy_from_github` is set: delete what cannot be recreated, and list what is left.
  # The bucket and the repository, empty, and the roles stay until an administrator runs `make destroy`.
  deploy_ending = [
    {
      Sid      = "ListObjectVersions"
      Effect   = "Allow"
      Action   = ["s3:ListBucketMultipartUploads", "s3:ListBucketVersions"]
      Resource = [local.bucket_arn]
    },
    {
      Sid      = "DeleteObjectVersions"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource = ["${local.bucket_arn}/*"]
    },
    {
      Sid      = "DeleteImages"
      Effect   = "Allow"
      Action   = ["ecr:BatchDeleteImage", "ecr:ListImages"]
      Resource = [local.repository_arn]
    },
    {
      Sid      = "DeleteLogs"
      Effect   = "Allow"
      Action   = ["logs:DeleteLogGroup"]
      Resource = local.log_group_arns
    },
    {
      Sid      = "DeleteTopic"
      Effect   = "Allow"
      Action   = ["sns:DeleteTopic"]
      Resource = [local.topic_arn]
    },
    {
      Sid      = "ListLeftovers"
      Effect   = "Allow"
      Action   = ["iam:ListRoles", "tag:GetResources"]
      Resource = ["*"]
    },
  ]
}

# More of what deploy.yml may do (deploy_role.tf): keep watch, look at training, and, if asked for, end it.
locals {
  deploy_watching = [
    {
      Sid      = "KeepLogGroups"
      Effect   = "Allow"
      Action   = ["logs:ListTagsForResource", "logs:PutRetentionPolicy", "logs:TagResource"]
      Resource = local.log_group_arns
    },
    {
      # API Gateway has its access logs delivered in the caller's name.
      Sid    = "FindLogsAndAlarms"
      Effect = "Allow"
      Action = [
        "cloudwatch:DescribeAlarms", "logs:CreateLogDelivery", "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
        "logs:ListLogDeliveries", "logs:UpdateLogDelivery",
      ]
      Resource = ["*"]
    },
    {
      Sid    = "KeepAlarms"
      Effect = "Allow"
      Action = [
        "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource", "cloudwatch:UntagResource",
      ]
      Resource = ["${local.arn.cloudwatch}:alarm:${var.name}-*"]
    },
    {
      Sid      = "KeepTheDashboard"
      Effect   = "Allow"
      Action   = ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"]
      Resource = ["arn:${local.partition}:cloudwatch::${local.account}:dashboard/${var.name}"]
    },
    {
      Sid    = "KeepTheTopic"
      Effect = "Allow"
      Action = [
        "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource",
        "sns:Unsubscribe",
      ]
      Resource = [local.topic_arn, "${local.topic_arn}:*"]
    },
    {
      Sid      = "KeepTheBudget"
      Effect   = "Allow"
      Action   = ["budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:TagResource", "budgets:ViewBudget"]
      Resource = ["arn:${local.partition}:budgets::${local.account}:budget/${var.name}-monthly"]
    },
  ]

  # Made by an owner, as it has roles of its own; a workflow may look, and change its size.
  deploy_training = [
    {
      Sid      = "SeeTraining"
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

  # What cannot be made again, and what is left when it is gone: for a destroy.yml that was asked for
  # (`destroy_from_github`). Bucket, repository and roles stay, empty, until an owner's `make destroy`.
  deploy_ending = [
    {
      Sid      = "FindEveryVersion"
      Effect   = "Allow"
      Action   = ["s3:ListBucketMultipartUploads", "s3:ListBucketVersions"]
      Resource = [local.bucket_arn]
    },
    {
      Sid      = "DeleteEveryVersion"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource = ["${local.bucket_arn}/*"]
    },
    {
      Sid      = "DeleteEveryImage"
      Effect   = "Allow"
      Action   = ["ecr:BatchDeleteImage", "ecr:ListImages"]
      Resource = [local.repository_arn]
    },
    {
      Sid      = "DeleteTheLogs"
      Effect   = "Allow"
      Action   = ["logs:DeleteLogGroup"]
      Resource = local.log_group_arns
    },
    {
      Sid      = "DeleteTheTopic"
      Effect   = "Allow"
      Action   = ["sns:DeleteTopic"]
      Resource = [local.topic_arn]
    },
    {
      Sid      = "SeeWhatIsLeft"
      Effect   = "Allow"
      Action   = ["iam:ListRoles", "tag:GetResources"]
      Resource = ["*"]
    },
  ]
}

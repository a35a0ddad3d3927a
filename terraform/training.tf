# Training on AWS Batch. Off by default: the scheduled workflow trains on its own runner. Batch uses Fargate,
# which costs nothing while no job runs. Metaflow's datastore and metadata are under a prefix of the bucket,
# so no metadata service is needed:
#
#   export $(terraform output -json training_environment | jq -r 'to_entries[] | "\(.key)=\(.value)"')
#   python flows/trainflow.py run --with batch:image=REPOSITORY@DIGEST --store "$ENERGY_STORE"
#
# Use the image of flows/Dockerfile. Tasks do not see the exported variables. See docs/scale.md.
# This setup has been planned and validated, but not run.
locals {
  training_prefix = "metaflow"
  training_queue  = "${local.arn.batch}:job-queue/${var.name}-training"
  training_roles = { for role, policy in {
    training-job       = local.training_job
    training-execution = local.training_execution
  } : role => policy if var.training_enabled }

  # Role of a task: read and write Metaflow's datastore and releases.
  training_job = [
    {
      Sid      = "ReadAndWriteObjects"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
      Resource = [for prefix in [local.training_prefix, local.releases_prefix] : "${local.bucket_arn}/${prefix}/*"]
    },
    {
      Sid       = "ListObjects"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [local.bucket_arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = [for prefix in [local.training_prefix, local.releases_prefix] : "${prefix}/*"] } }
    },
  ]
  # Execution role, which starts a task: pull the image and write its log.
  training_execution = [
    {
      Sid      = "LogInToEcr"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"]
    },
    {
      Sid      = "PullImage"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = [local.repository_arn]
    },
    {
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.arn.logs}:log-group:/aws/batch/job:*"]
    },
  ]
  # For the retrain role: submit tasks to Batch. Metaflow chooses the names of job definitions.
  batch_statements = [
    {
      Sid      = "SubmitTasks"
      Effect   = "Allow"
      Action   = ["batch:RegisterJobDefinition", "batch:SubmitJob", "batch:TerminateJob"]
      Resource = [local.training_queue, "${local.arn.batch}:job-definition/metaflow_*", "${local.arn.batch}:job/*"]
    },
    {
      Sid      = "WatchTasks"
      Effect   = "Allow"
      Action   = ["batch:DescribeComputeEnvironments", "batch:DescribeJobDefinitions", "batch:DescribeJobQueues", "batch:DescribeJobs"]
      Resource = ["*"]
    },
    {
      Sid       = "PassTaskRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [for role in ["training-job", "training-execution"] : "${local.iam_arn}:role/${var.name}-${role}"]
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
  ]
  training_environments = { for key in local.training_only : key => {
    METAFLOW_DEFAULT_DATASTORE          = "s3"
    METAFLOW_DATASTORE_SYSROOT_S3       = "s3://${local.bucket}/${local.training_prefix}"
    METAFLOW_BATCH_JOB_QUEUE            = local.training_queue
    METAFLOW_ECS_S3_ACCESS_IAM_ROLE     = aws_iam_role.training["training-job"].arn
    METAFLOW_ECS_FARGATE_EXECUTION_ROLE = aws_iam_role.training["training-execution"].arn
    ENERGY_STORE                        = "s3://${local.bucket}/${local.releases_prefix}"
  } }
}

resource "aws_batch_compute_environment" "training" {
  for_each = local.training_only

  name  = "${var.name}-training"
  type  = "MANAGED"
  state = "ENABLED"

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = var.training_vcpus
    subnets            = var.training_subnets
    security_group_ids = var.training_security_groups
  }
}

resource "aws_batch_job_queue" "training" {
  for_each = local.training_only

  name     = "${var.name}-training"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.training["this"].arn
  }
}

resource "aws_iam_role" "training" {
  for_each = local.training_roles

  name        = "${var.name}-${each.key}"
  description = "Training on AWS Batch."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = local.from_this_account
    }]
  })
}

resource "aws_iam_role_policy" "training" {
  for_each = local.training_roles

  name   = each.key
  role   = aws_iam_role.training[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

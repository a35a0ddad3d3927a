output "api_url" {
  description = "URL of the API; null before the first image."
  value       = local.deployed ? aws_apigatewayv2_api.this.api_endpoint : null
}

output "function_name" {
  description = "Name of the Lambda function; null before the first image."
  value       = one(values(aws_lambda_function.this)[*].function_name)
}

output "live_alias_arn" {
  description = "ARN of the alias `live`, which callers of the function invoke; null before the first image."
  value       = one(values(aws_lambda_alias.live)[*].arn)
}

output "bucket" {
  description = "S3 bucket of releases, vintages and the DVC remote."
  value       = aws_s3_bucket.this.bucket
}

output "repository_url" {
  description = "URL of the image repository."
  value       = aws_ecr_repository.this.repository_url
}

output "deploy_role_arn" {
  description = "ARN of the role of deploy.yml."
  value       = aws_iam_role.deploy.arn
}

output "retrain_role_arn" {
  description = "ARN of the role of retrain.yml and monitor.yml."
  value       = aws_iam_role.retrain.arn
}

output "dashboard_url" {
  description = "URL of the dashboard in the AWS console; null before the first image."
  value       = !local.deployed ? null : "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${var.name}"
}

output "training_environment" {
  description = "Environment variables for training on AWS Batch with Metaflow; null unless training_enabled is true."
  value       = one(values(local.training_environments))
}

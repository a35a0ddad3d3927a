output "api_url" {
  description = "Where the API answers; null before an image is there."
  value       = local.deployed ? aws_apigatewayv2_api.this.api_endpoint : null
}

output "function_name" {
  description = "Name of the function; null before an image is there."
  value       = one(values(aws_lambda_function.this)[*].function_name)
}

output "live_alias_arn" {
  description = "What callers of the function invoke; null before an image is there."
  value       = one(values(aws_lambda_alias.live)[*].arn)
}

output "bucket" {
  description = "Bucket of releases, vintages and the DVC remote."
  value       = aws_s3_bucket.this.bucket
}

output "repository_url" {
  description = "Where images are pushed to."
  value       = aws_ecr_repository.this.repository_url
}

output "deploy_role_arn" {
  description = "Role of deploy.yml."
  value       = aws_iam_role.deploy.arn
}

output "retrain_role_arn" {
  description = "Role of retrain.yml."
  value       = aws_iam_role.retrain.arn
}

output "dashboard_url" {
  description = "The dashboard, in the console; null before an image is there."
  value       = !local.deployed ? null : "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${var.name}"
}

output "training_environment" {
  description = "What Metaflow needs in its environment to train on Batch; null unless training_enabled."
  value       = one(values(local.training_environments))
}

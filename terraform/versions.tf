# From 1.10 on, the S3 backend of Terraform and OpenTofu locks without DynamoDB (`use_lockfile`).
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.45"
    }
  }

  # Bucket, key and region are passed at init: `terraform init -backend-config=backend.hcl`.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

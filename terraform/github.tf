# How GitHub's workflows get credentials: no key is stored. A workflow presents its OIDC token and gets
# credentials of a role for one hour.
resource "aws_iam_openid_connect_provider" "github" {
  for_each = toset(var.create_github_oidc_provider ? ["this"] : [])

  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  github      = "token.actions.githubusercontent.com"
  github_arn  = "${local.iam_arn}:oidc-provider/${local.github}"
  github_name = split("/", var.github_repository)

  # A token names the repository as owner/name, or, for repositories created after July 2026, as
  # owner@1/name@2. No owner's name contains an @, so the second pattern matches no other repository.
  github_repositories = [
    "repo:${var.github_repository}",
    "repo:${local.github_name[0]}@*/${local.github_name[1]}@*",
  ]
  default_subjects = {
    deploy  = [for repository in local.github_repositories : "${repository}:environment:production"]
    retrain = flatten([for repository in local.github_repositories : ["${repository}:environment:production", "${repository}:ref:refs/heads/main"]])
  }
  # A branch may retrain. Only an environment may deploy, after its reviewers approve.
  subjects = length(var.github_subjects) == 0 ? local.default_subjects : {
    deploy  = [for subject in var.github_subjects : subject if strcontains(subject, ":environment:")]
    retrain = var.github_subjects
  }
  github_trust_policies = { for role, subjects in local.subjects : role => jsonencode({
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

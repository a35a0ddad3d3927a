# Variables reject values that the provider or AWS would reject later.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  region            = "eu-west-2"
  github_repository = "octo/energy"
  alarm_email       = "somebody@example.org"
}

run "too_small" {
  command = plan

  variables {
    name                 = "e"
    image_digest         = "sha256:abc"
    live_version         = "0"
    memory_mb            = 127
    timeout_seconds      = 0
    reserved_concurrency = -2
    refresh_seconds      = -1
    throttle_rate        = 0
    throttle_burst       = 0
    log_retention_days   = 2
    old_version_days     = 0
    latency_p95_ms       = 0
    mase_ceiling         = 0
    coverage_floor       = 0
    budget_usd           = 0
    training_enabled     = true
    training_vcpus       = 0
    authorization        = "jwt"
    state_key            = ""
  }

  expect_failures = [
    var.name, var.image_digest, var.live_version, var.memory_mb, var.timeout_seconds,
    var.reserved_concurrency, var.refresh_seconds, var.throttle_rate, var.throttle_burst,
    var.log_retention_days, var.old_version_days, var.latency_p95_ms, var.mase_ceiling,
    var.coverage_floor, var.budget_usd, var.training_subnets, var.training_security_groups,
    var.training_vcpus, var.jwt_issuer, var.jwt_audience, var.state_key,
  ]
}

run "too_large" {
  command = plan

  variables {
    name                 = "energy-forecast-of-the-united-kingdom"
    memory_mb            = 10241
    timeout_seconds      = 901
    reserved_concurrency = 1001
    refresh_seconds      = 86401
    throttle_rate        = 10001
    throttle_burst       = 5001
    latency_p95_ms       = 30001
    coverage_floor       = 0.8
    training_vcpus       = 257
    jwt_issuer           = "https://tokens.example.org"
    jwt_audience         = ["energy"]
  }

  expect_failures = [
    var.name, var.memory_mb, var.timeout_seconds, var.reserved_concurrency, var.refresh_seconds,
    var.throttle_rate, var.throttle_burst, var.latency_p95_ms, var.coverage_floor,
    var.training_vcpus, var.jwt_issuer, var.jwt_audience,
  ]
}

run "malformed" {
  command = plan

  variables {
    region                   = "Ireland"
    name                     = "Energy"
    github_repository        = "octo"
    github_subjects          = ["repo:octo/*:*"]
    alarm_email              = "somebody"
    image_digest             = "latest"
    live_version             = "$LATEST"
    architecture             = "arm"
    memory_mb                = 128.5
    cors_origins             = ["*"]
    authorization            = "basic"
    log_retention_days       = 31
    monitored_target         = "Total"
    state_bucket             = "*"
    state_key                = "*"
    training_subnets         = ["10.0.0.0/16"]
    training_security_groups = ["default"]
  }

  expect_failures = [
    var.region, var.name, var.github_repository, var.github_subjects, var.alarm_email,
    var.image_digest, var.live_version, var.architecture, var.memory_mb, var.cors_origins,
    var.authorization, var.log_retention_days, var.monitored_target, var.state_bucket,
    var.state_key, var.training_subnets, var.training_security_groups,
  ]
}

run "github_subjects_with_a_wildcard_branch" {
  command = plan

  variables {
    github_subjects = ["repo:octo/energy:environment:production", "repo:octo/energy:ref:refs/heads/*"]
  }

  expect_failures = [var.github_subjects]
}

run "github_subjects_without_a_branch" {
  command = plan

  variables {
    github_subjects = ["repo:octo/energy:environment:production"]
  }

  expect_failures = [var.github_subjects]
}

run "github_subjects_without_an_environment" {
  command = plan

  variables {
    github_subjects = ["repo:octo/energy:ref:refs/heads/main"]
  }

  expect_failures = [var.github_subjects]
}

variable "region" {
  description = "AWS region of all resources, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-west-2."
  }
}

variable "name" {
  description = "Prefix of every resource name, and value of the tag Project."
  type        = string
  default     = "energy-forecast"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,25}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 27 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "alarm_email" {
  description = "E-mail address for alarms and budget notices; AWS sends a confirmation mail first."
  type        = string

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+[.][^@.[:space:]]+$", var.alarm_email))
    error_message = "alarm_email must be an e-mail address."
  }
}

# --- GitHub and Terraform state ---

variable "github_repository" {
  description = "GitHub repository whose workflows may deploy, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be owner/name."
  }
}

variable "github_subjects" {
  description = <<-EOT
    Patterns of the token's `sub` claim that may assume the roles. An environment may deploy and retrain,
    a branch may only retrain; give at least one of each. Empty means the environment `production` and
    the branch main, with or without GitHub's ids in the names. A pattern with ids
    (owner@123/name@456) is stricter.
  EOT
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for subject in var.github_subjects : can(regex("^repo:[^/*]+(@[*])?/[^:*]+(@[*])?:[^*]+$", subject))])
    error_message = "Each of github_subjects must be repo:owner/name:… and name one branch or environment; only ids may be *."
  }
  validation {
    condition = length(var.github_subjects) == 0 || (
      anytrue([for subject in var.github_subjects : strcontains(subject, ":environment:")]) &&
      anytrue([for subject in var.github_subjects : strcontains(subject, ":ref:")])
    )
    error_message = "github_subjects must include an environment, for deploy.yml, and a branch, for retrain.yml and monitor.yml."
  }
}

variable "create_github_oidc_provider" {
  description = "Whether to create GitHub's OIDC identity provider; set to false if the account already has it."
  type        = bool
  default     = true
}

variable "destroy_from_github" {
  description = "Whether the deploy role may also delete what cannot be recreated: releases, images and logs."
  type        = bool
  default     = false
}

variable "state_bucket" {
  description = "Bucket of Terraform's state, which the deploy role may access; null for the bucket that `make deploy` creates."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.state_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket must be the name of an S3 bucket."
  }
}

variable "state_key" {
  description = "Key of Terraform's state in that bucket."
  type        = string
  default     = "terraform.tfstate"

  validation {
    condition     = can(regex("^[^*?[:space:]]+$", var.state_key))
    error_message = "state_key must be a key without spaces or wildcards."
  }
}

# --- function ---

variable "image_digest" {
  description = "Digest of the function's image; null before the first image is pushed, when nothing is served yet."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.image_digest == null || can(regex("^sha256:[0-9a-f]{64}$", var.image_digest))
    error_message = "image_digest must be sha256: and 64 hexadecimal digits."
  }
}

variable "live_version" {
  description = "Function version that the alias `live` points to; null for the newest."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version must be the number of a published version."
  }
}

variable "architecture" {
  description = "Processor architecture of the image: arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory_mb" {
  description = "Memory of the function in MB. CPU grows with it: 1769 MB gives one full core."
  type        = number
  default     = 1769

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "Timeout of the function in seconds; the API waits at most 30 seconds."
  type        = number
  default     = 29

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900."
  }
}

variable "reserved_concurrency" {
  description = <<-EOT
    Limit of concurrent executions of the function; -1 for the account's limit. A new account has a
    limit of 10 and can reserve none of them: raise its quota first.
  EOT
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency >= -1 && var.reserved_concurrency <= 1000 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be -1 or a whole number from 0 to 1000; 0 turns the function off."
  }
}

variable "refresh_seconds" {
  description = "Seconds for which the function serves a release before it checks for a newer one."
  type        = number
  default     = 60

  validation {
    condition     = var.refresh_seconds >= 0 && var.refresh_seconds <= 86400
    error_message = "refresh_seconds must be from 0 to 86400, a day."
  }
}

variable "tracing" {
  description = "Whether AWS X-Ray traces a sample of the requests."
  type        = bool
  default     = true
}

# --- API ---

variable "throttle_rate" {
  description = "Average requests per second that the API accepts; above that it answers 429."
  type        = number
  default     = 5

  validation {
    condition     = var.throttle_rate > 0 && var.throttle_rate <= 10000
    error_message = "throttle_rate must be above 0 and at most 10000."
  }
}

variable "throttle_burst" {
  description = "Size of the burst of requests that the API accepts above throttle_rate."
  type        = number
  default     = 10

  validation {
    condition     = var.throttle_burst >= 1 && var.throttle_burst <= 5000 && floor(var.throttle_burst) == var.throttle_burst
    error_message = "throttle_burst must be a whole number from 1 to 5000."
  }
}

variable "cors_origins" {
  description = "Origins of web pages that may call the API from a browser, such as https://example.org; none by default."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^(https://[a-z0-9.-]+|http://localhost)(:[0-9]+)?$", origin))])
    error_message = "Each of cors_origins must be https://host or http://localhost, with or without a port; * is not allowed."
  }
}

variable "authorization" {
  description = "Who may call the API: none (everybody), jwt (callers with a token) or iam (AWS identities)."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "jwt", "iam"], var.authorization)
    error_message = "authorization must be none, jwt or iam."
  }
}

variable "jwt_issuer" {
  description = "Issuer of the tokens for authorization = jwt: an https URL."
  type        = string
  default     = ""

  validation {
    condition     = var.authorization == "jwt" ? can(regex("^https://[^[:space:]]+$", var.jwt_issuer)) : var.jwt_issuer == ""
    error_message = "jwt_issuer must be an https URL if authorization is jwt, and empty otherwise."
  }
}

variable "jwt_audience" {
  description = "Accepted audiences of the tokens for authorization = jwt."
  type        = list(string)
  default     = []

  validation {
    condition     = (var.authorization == "jwt") == (length(var.jwt_audience) > 0)
    error_message = "jwt_audience must have an audience if authorization is jwt, and be empty otherwise."
  }
}

# --- retention ---

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a value that CloudWatch accepts: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "old_version_days" {
  description = "Days for which an overwritten or deleted object of the bucket can be restored."
  type        = number
  default     = 30

  validation {
    condition     = var.old_version_days >= 1 && floor(var.old_version_days) == var.old_version_days
    error_message = "old_version_days must be a whole number of at least 1."
  }
}

# --- alarms ---

variable "latency_p95_ms" {
  description = "Alarm when the 95th percentile of API latency exceeds this for 15 minutes, in milliseconds."
  type        = number
  default     = 5000

  validation {
    condition     = var.latency_p95_ms > 0 && var.latency_p95_ms <= 30000
    error_message = "latency_p95_ms must be above 0 and at most 30000, the timeout of the API."
  }
}

variable "mase_ceiling" {
  description = "Alarm when the recent MASE exceeds this; 1 is as good as the seasonal naive forecast."
  type        = number
  default     = 1

  validation {
    condition     = var.mase_ceiling > 0
    error_message = "mase_ceiling must be above 0."
  }
}

variable "coverage_floor" {
  description = <<-EOT
    Alarm when a smaller share of the recent months is inside its 80% interval. With 12 months and
    calibrated intervals, at most 6 are inside in 1 case of 50, and at most 7 in 1 case of 14.
  EOT
  type        = number
  default     = 0.55

  validation {
    condition     = var.coverage_floor > 0 && var.coverage_floor < 0.8
    error_message = "coverage_floor must be above 0 and below 0.8, the nominal coverage."
  }
}

variable "monitored_target" {
  description = "Series that the alarms and the dashboard monitor: the dimension `target` of its metrics."
  type        = string
  default     = "total"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]*$", var.monitored_target))
    error_message = "monitored_target must be the name of a series, such as total."
  }
}

# --- budget ---

variable "budget_usd" {
  description = "Monthly budget of the account in US dollars; mails are sent at 50, 80 and 100%."
  type        = number
  default     = 1

  validation {
    condition     = var.budget_usd > 0
    error_message = "budget_usd must be above 0."
  }
}

# --- training on AWS Batch ---

variable "training_enabled" {
  description = "Whether to create the resources for training on AWS Batch with Metaflow."
  type        = bool
  default     = false
}

variable "training_subnets" {
  description = "Subnets of training, with internet access; those of the default VPC are suitable."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for subnet in var.training_subnets : can(regex("^subnet-[0-9a-f]+$", subnet))])
    error_message = "Each of training_subnets must be the id of a subnet."
  }
  validation {
    condition     = !var.training_enabled || length(var.training_subnets) > 0
    error_message = "training_subnets must have a subnet if training_enabled is true."
  }
}

variable "training_security_groups" {
  description = "Security groups of training; they must allow outbound and need no inbound traffic."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for group in var.training_security_groups : can(regex("^sg-[0-9a-f]+$", group))])
    error_message = "Each of training_security_groups must be the id of a security group."
  }
  validation {
    condition     = !var.training_enabled || length(var.training_security_groups) > 0
    error_message = "training_security_groups must have a group if training_enabled is true."
  }
}

variable "training_vcpus" {
  description = "Maximum number of vCPUs for training, which limits its cost."
  type        = number
  default     = 8

  validation {
    condition     = var.training_vcpus >= 1 && var.training_vcpus <= 256 && floor(var.training_vcpus) == var.training_vcpus
    error_message = "training_vcpus must be a whole number from 1 to 256."
  }
}

variable "region" {
  description = "AWS region that everything goes to, such as eu-west-2."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-west-2."
  }
}

variable "name" {
  description = "What every resource's name begins with, and the tag Project."
  type        = string
  default     = "energy-forecast"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,25}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 27 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "alarm_email" {
  description = "Who is told of alarms and of the budget; AWS asks them to confirm."
  type        = string

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+[.][^@.[:space:]]+$", var.alarm_email))
    error_message = "alarm_email must be an e-mail address."
  }
}

# --- delivery ---

variable "github_repository" {
  description = "The repository whose workflows may deploy, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be owner/name."
  }
}

variable "github_subjects" {
  description = <<-EOT
    Patterns of the `sub` claim that may take the roles: those of an environment may deploy and
    retrain, those of a branch retrain alone, and both are needed. Empty for the environment
    `production` and the branch main. The default takes names with or without GitHub's ids;
    owner@123/name@456 in a pattern of your own is tighter.
  EOT
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.github_subjects : can(regex("^repo:[^/*]+(@[*])?/[^:*]+(@[*])?:[^*]+$", one))])
    error_message = "Each of github_subjects must be repo:owner/name:… and name one branch or environment; only an id may be *."
  }
  validation {
    condition = length(var.github_subjects) == 0 || (
      anytrue([for one in var.github_subjects : strcontains(one, ":environment:")]) &&
      anytrue([for one in var.github_subjects : strcontains(one, ":ref:")])
    )
    error_message = "github_subjects must have one of an environment, to deploy, and one of a branch, as retrain.yml and monitor.yml have none."
  }
}

variable "create_github_oidc_provider" {
  description = "Whether to make GitHub's identity provider; false where the account has it already."
  type        = bool
  default     = true
}

variable "destroy_from_github" {
  description = "Whether the deploy role may also delete what cannot be made again: releases, images and logs."
  type        = bool
  default     = false
}

variable "state_bucket" {
  description = "Bucket of Terraform's state, for the deploy role's rights; null for the one that `make deploy` makes."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.state_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket must be the name of a bucket."
  }
}

variable "state_key" {
  description = "Key of Terraform's state in its bucket."
  type        = string
  default     = "terraform.tfstate"

  validation {
    condition     = can(regex("^[^*?[:space:]]+$", var.state_key))
    error_message = "state_key must be a key without spaces or wildcards."
  }
}

# --- function ---

variable "image_digest" {
  description = "Digest of the function's image; null before the first one is pushed, when nothing is served."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.image_digest == null || can(regex("^sha256:[0-9a-f]{64}$", var.image_digest))
    error_message = "image_digest must be sha256: and 64 hexadecimal digits."
  }
}

variable "live_version" {
  description = "Version that the alias `live` leads to; null for the newest, a number to stay with an older one."
  type        = string
  default     = null
  nullable    = true

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version must be the number of a published version."
  }
}

variable "architecture" {
  description = "What the image was built for: arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory_mb" {
  description = "Memory of the function in MB, and CPU with it: 1769 is one whole core."
  type        = number
  default     = 1769

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "How long the function may take; the API waits 30 seconds at most."
  type        = number
  default     = 29

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900."
  }
}

variable "reserved_concurrency" {
  description = <<-EOT
    How many instances of the function may run at once; -1 for the account's own limit. A new
    account's limit is 10, of which none may be reserved: raise its quota first.
  EOT
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency >= -1 && var.reserved_concurrency <= 1000 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be -1, or a whole number up to 1000; 0 turns the function off."
  }
}

variable "refresh_seconds" {
  description = "How long the function relies on the release it holds before it looks for another."
  type        = number
  default     = 60

  validation {
    condition     = var.refresh_seconds >= 0 && var.refresh_seconds <= 86400
    error_message = "refresh_seconds must be from 0 to 86400, a day."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces a sample of the requests."
  type        = bool
  default     = true
}

# --- api ---

variable "throttle_rate" {
  description = "Requests a second that the API takes on average; beyond it answers 429."
  type        = number
  default     = 5

  validation {
    condition     = var.throttle_rate > 0 && var.throttle_rate <= 10000
    error_message = "throttle_rate must be above 0 and at most 10000."
  }
}

variable "throttle_burst" {
  description = "Requests at once that the API takes before the rate counts."
  type        = number
  default     = 10

  validation {
    condition     = var.throttle_burst >= 1 && var.throttle_burst <= 5000 && floor(var.throttle_burst) == var.throttle_burst
    error_message = "throttle_burst must be a whole number from 1 to 5000."
  }
}

variable "cors_origins" {
  description = "Web pages that may ask from a browser, such as https://example.org; none by default."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.cors_origins : can(regex("^(https://[a-z0-9.-]+|http://localhost)(:[0-9]+)?$", one))])
    error_message = "Each of cors_origins must be https://host or http://localhost, with a port or without; not *."
  }
}

variable "authorization" {
  description = "Who may ask: none for everybody, jwt for holders of a token, iam for AWS identities."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "jwt", "iam"], var.authorization)
    error_message = "authorization must be none, jwt or iam."
  }
}

variable "jwt_issuer" {
  description = "Who issues the tokens, for authorization = jwt: an https URL."
  type        = string
  default     = ""

  validation {
    condition     = var.authorization == "jwt" ? can(regex("^https://[^[:space:]]+$", var.jwt_issuer)) : var.jwt_issuer == ""
    error_message = "jwt_issuer must be an https URL with authorization = jwt, and unset without."
  }
}

variable "jwt_audience" {
  description = "Whom the tokens are meant for, for authorization = jwt."
  type        = list(string)
  default     = []

  validation {
    condition     = (var.authorization == "jwt") == (length(var.jwt_audience) > 0)
    error_message = "jwt_audience must name an audience with authorization = jwt, and be empty without."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "old_version_days" {
  description = "How long an overwritten or deleted object of the bucket can still be had back."
  type        = number
  default     = 30

  validation {
    condition     = var.old_version_days >= 1 && floor(var.old_version_days) == var.old_version_days
    error_message = "old_version_days must be a whole number from 1."
  }
}

variable "latency_p95_ms" {
  description = "Alarm when the slowest twentieth of the answers takes longer, in milliseconds, for a quarter of an hour."
  type        = number
  default     = 5000

  validation {
    condition     = var.latency_p95_ms > 0 && var.latency_p95_ms <= 30000
    error_message = "latency_p95_ms must be above 0 and at most 30000, when the API gives up."
  }
}

variable "mase_ceiling" {
  description = "Alarm when the recent MASE is above it: 1 is as good as last year's month."
  type        = number
  default     = 1

  validation {
    condition     = var.mase_ceiling > 0
    error_message = "mase_ceiling must be above 0."
  }
}

variable "coverage_floor" {
  description = <<-EOT
    Alarm when fewer of the recent months lie in their 80% interval. With 12 months, at most 6 do by
    chance 1 time in 50, and at most 7 already 1 time in 14.
  EOT
  type        = number
  default     = 0.55

  validation {
    condition     = var.coverage_floor > 0 && var.coverage_floor < 0.8
    error_message = "coverage_floor must be above 0 and below 0.8, which is nominal."
  }
}

variable "monitored_target" {
  description = "The series whose monitoring is watched: the dimension `target` of its metrics."
  type        = string
  default     = "total"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]*$", var.monitored_target))
    error_message = "monitored_target must be the name of a series, such as total."
  }
}

variable "budget_usd" {
  description = "What the account may cost in a month, in US dollars; told of at 50, 80 and 100%."
  type        = number
  default     = 1

  validation {
    condition     = var.budget_usd > 0
    error_message = "budget_usd must be above 0."
  }
}

variable "training_enabled" {
  description = "Whether to make what Metaflow needs to train on AWS Batch."
  type        = bool
  default     = false
}

variable "training_subnets" {
  description = "Subnets that training runs in, with a way to the internet; the default VPC's will do."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.training_subnets : can(regex("^subnet-[0-9a-f]+$", one))])
    error_message = "Each of training_subnets must be the id of a subnet."
  }
  validation {
    condition     = !var.training_enabled || length(var.training_subnets) > 0
    error_message = "training_subnets must name a subnet with training_enabled."
  }
}

variable "training_security_groups" {
  description = "Security groups of training; it needs to reach out, and nobody needs to reach in."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.training_security_groups : can(regex("^sg-[0-9a-f]+$", one))])
    error_message = "Each of training_security_groups must be the id of a security group."
  }
  validation {
    condition     = !var.training_enabled || length(var.training_security_groups) > 0
    error_message = "training_security_groups must name a group with training_enabled."
  }
}

variable "training_vcpus" {
  description = "Virtual cores that training may use at once: a ceiling on what it can cost."
  type        = number
  default     = 8

  validation {
    condition     = var.training_vcpus >= 1 && var.training_vcpus <= 256 && floor(var.training_vcpus) == var.training_vcpus
    error_message = "training_vcpus must be a whole number from 1 to 256."
  }
}

# Sends mail when the account's cost of the month reaches 50, 80 and 100% of `budget_usd`.
resource "aws_budgets_budget" "monthly" {
  for_each = local.deployed_only

  name         = "${var.name}-monthly"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"

  dynamic "notification" {
    for_each = [50, 80, 100]

    content {
      notification_type          = "ACTUAL"
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = [var.alarm_email]
    }
  }
}

"""What is measured regularly: the flow, the handler, many series, accuracy, drift."""

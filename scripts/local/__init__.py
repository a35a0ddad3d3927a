"""The parts of AWS that the handler meets, on this machine: runtime, API Gateway, S3."""

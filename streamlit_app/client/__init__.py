"""The client of the forecasting service: one client, three transports.

All transports speak the same HTTP contract: to the REST API, to the Lambda function, or to the
handler's routes in this process.
"""

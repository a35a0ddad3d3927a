"""The transport that invokes the Lambda function, with the credentials that boto3 finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamlit_app.client import transport
from streamlit_app.client.transport import Request, Response

if TYPE_CHECKING:
    from botocore.client import BaseClient


class Function:
    """The function, invoked with the events that API Gateway sends."""

    kind = "the Lambda function"

    def __init__(
        self, name: str, client: BaseClient | None = None, read_seconds: float = 20.0
    ) -> None:
        """Keep the name or ARN, with its alias; boto3's client is made at the first request."""
        self._name, self._client, self._seconds = name, client, read_seconds

    @property
    def location(self) -> str:
        return f"Lambda function {self._name}"

    def send(self, request: Request) -> Response:
        from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

        payload = json.dumps(transport.http_event(request)).encode()
        try:
            result = self._lambda().invoke(FunctionName=self._name, Payload=payload)
            text = result["Payload"].read()
        except ReadTimeoutError:
            raise transport.slow(self.location, self._seconds) from None
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "ClientError"))
            raise transport.unreachable(self.location, code) from None
        except BotoCoreError as error:  # no region, no credentials, no connection
            raise transport.unreachable(self.location, type(error).__name__) from None
        if "FunctionError" in result:
            raise transport.failed(self.location, _error_type(text))
        try:
            return transport.read_result(request.path, json.loads(text))
        except ValueError:
            raise transport.not_the_contract(request.path, "it is not JSON") from None

    def _lambda(self) -> Any:
        if self._client is None:
            import boto3
            from botocore.config import Config

            config = Config(
                connect_timeout=3,
                read_timeout=self._seconds,
                retries={"total_max_attempts": 1},  # a slow request is not sent twice
            )
            self._client = boto3.client("lambda", config=config)
        return self._client


def _error_type(text: bytes) -> str:
    """The type of the error that Lambda reports; its message may hold anything."""
    try:
        return str(json.loads(text)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "no reason reported"

"""By invoking the Lambda function, with whatever credentials boto3 finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from energy import legacy_errors
from streamlit_app.client.answers import Answer, Question, from_event, http_event

if TYPE_CHECKING:
    from botocore.client import BaseClient


class Function:
    """The function under its name or ARN, asked with the events that API Gateway sends."""

    kind = "the Lambda function"

    def __init__(
        self, name: str, client: BaseClient | None = None, read_seconds: float = 20.0
    ) -> None:
        """Ask nothing yet.

        Args:
            name: Name or ARN of the function, with its alias.
            client: boto3's client of Lambda; made at the first question if not given.
            read_seconds: How long to wait for an answer.
        """
        self._name, self._client, self._seconds = name, client, read_seconds

    @property
    def where(self) -> str:
        return f"Lambda function {self._name}"

    def ask(self, question: Question) -> Answer:
        from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

        payload = json.dumps(http_event(question)).encode()
        try:
            invoked = self._lambda().invoke(FunctionName=self._name, Payload=payload)
            text = invoked["Payload"].read()
        except ReadTimeoutError:
            raise legacy_errors.ServiceSlow(self.where, self._seconds) from None
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "ClientError"))
            raise legacy_errors.ServiceUnreachable(self.where, code) from None
        except BotoCoreError as error:  # no region, no credentials, no connection
            raise legacy_errors.ServiceUnreachable(self.where, type(error).__name__) from None
        if "FunctionError" in invoked:  # it ended before it could answer; the text tells how
            raise legacy_errors.ServiceFailed(self.where, _kind(text))
        try:
            return from_event(question.path, json.loads(text))
        except ValueError:
            raise legacy_errors.NotTheContract(question.path, "no JSON") from None

    def _lambda(self) -> Any:
        if self._client is None:
            import boto3
            from botocore.config import Config

            waits = Config(
                connect_timeout=3,
                read_timeout=self._seconds,
                retries={"total_max_attempts": 1},  # a slow answer is not asked for twice
            )
            self._client = boto3.client("lambda", config=waits)
        return self._client


def _kind(text: bytes) -> str:
    """The type of error that Lambda reports, without its message, which may hold anything."""
    try:
        return str(json.loads(text)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"

"""API Gateway in front of the emulator: ministack's HTTP API, made with the calls AWS knows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from botocore.config import Config
from botocore.session import Session

from local.processes import running, wait_until_listening

FUNCTION = "energy-forecast"
REGION = "us-east-1"
TIMEOUT = 30
"""Seconds that the function is given: the longest that an HTTP API waits for one."""
ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Gateway:
    """An HTTP API: where it listens, and the host that it answers for."""

    url: str
    host: str

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """Ask over HTTP, as a caller would; `more` is as `requests.request` takes it."""
        headers = {**(more.pop("headers", None) or {}), "Host": self.host}
        return requests.request(
            method, self.url + path, headers=headers, timeout=ANSWER_SECONDS, **more
        )


@contextmanager
def gateway(port: int, function_url: str, log: Path) -> Iterator[Gateway]:
    """Run API Gateway with one HTTP API, whose every route leads to the function.

    Args:
        port: Where it listens.
        function_url: Where the function is invoked: the emulator's.
        log: Where it writes.
    """
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        f"MINISTACK_LAMBDA_PROXY_{FUNCTION}": function_url,
        "SERVICES": "apigateway,lambda,iam,sts,logs",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(log.parent),
    }
    with running([sys.executable, "-m", "ministack"], environment, log) as process:
        wait_until_listening(process, port)
        url = f"http://127.0.0.1:{port}"
        yield Gateway(url, _api(url))


def _api(url: str) -> str:
    """Make the function and the API as AWS's own client does; the host that the API answers for."""
    session = Session()
    session.set_config_variable("config_file", os.devnull)
    given = {
        "endpoint_url": url,
        "region_name": REGION,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "config": Config(retries={"total_max_attempts": 3}, read_timeout=20),
    }
    functions, apis = (session.create_client(n, **given) for n in ("lambda", "apigatewayv2"))
    made = functions.create_function(
        FunctionName=FUNCTION,
        PackageType="Image",
        Code={"ImageUri": "energy-forecast:local"},
        Role="arn:aws:iam::000000000000:role/energy-forecast",
        Timeout=TIMEOUT,
    )
    api = apis.create_api(Name=FUNCTION, ProtocolType="HTTP")
    integration = apis.create_integration(
        ApiId=api["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=made["FunctionArn"],
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    apis.create_route(ApiId=api["ApiId"], RouteKey="$default", Target=target)
    apis.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True)
    return urlsplit(api["ApiEndpoint"]).netloc

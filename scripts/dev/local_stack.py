"""A release in S3, the handler in the emulator and API Gateway in front, all on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from botocore.config import Config
from botocore.session import Session

from energy.settings import ROOT
from scripts.dev.emulator import Emulator, emulator
from scripts.dev.processes import running, surroundings, wait_until_listening

sys.path.append(str(ROOT / "tests"))  # s3_server is a tool of the tests
from s3_server import S3Server, free_ports, s3_server


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    store: str
    release_id: str
    s3: S3Server
    function: Emulator
    api: Gateway
    log: Path


@contextmanager
def stack(folder: Path, refresh_seconds: int = 60) -> Iterator[Stack]:
    """Start S3, the emulator and API Gateway on a new release, in fifteen seconds or so."""
    port, runtime_port, gateway_port = free_ports(3)
    log = folder / "handler.log"
    with s3_server(folder / "s3") as s3:
        store = f"s3://{s3.bucket}/e2e"
        release_id = publish(store, s3)
        environment = {
            **s3.environment,
            "ENERGY_STORE": store,
            "ENERGY_REFRESH_SECONDS": str(refresh_seconds),
        }
        with (
            emulator(port, runtime_port, environment, log) as function,
            gateway(gateway_port, function.url, folder / "gateway.log") as api,
        ):
            yield Stack(store, release_id, s3, function, api, log)


def publish(store: str, s3: S3Server, *options: str) -> str:
    """Publish a quick release to a store on S3, in a process of its own; return its id."""
    command = [sys.executable, "-m", "scripts.dev.quick_release", store, *options]
    data = os.environ.get("ENERGY_DATA", "")
    environment = surroundings({"OMP_NUM_THREADS": "1", "ENERGY_DATA": data, **s3.environment})
    result = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    return result.stdout.split()[-1]


FUNCTION = "energy-forecast"
GATEWAY_REGION = "us-east-1"
TIMEOUT = 30
"""Timeout of the function in seconds: the longest that an HTTP API allows."""
ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Gateway:
    """An HTTP API: its URL on this machine, and the host name that it serves."""

    url: str
    host: str

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """Send a request; `more` goes to `requests.request`."""
        headers = {**(more.pop("headers", None) or {}), "Host": self.host}
        return requests.request(
            method, self.url + path, headers=headers, timeout=ANSWER_SECONDS, **more
        )


@contextmanager
def gateway(port: int, function_url: str, log: Path) -> Iterator[Gateway]:
    """Run ministack with an HTTP API whose every route invokes the function."""
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
        yield Gateway(url, _create_api(url))


def _create_api(url: str) -> str:
    """Create function and API with AWS's client; return the host name of the API."""
    session = Session()
    session.set_config_variable("config_file", os.devnull)
    settings = {
        "endpoint_url": url,
        "region_name": GATEWAY_REGION,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "config": Config(retries={"total_max_attempts": 3}, read_timeout=20),
    }
    functions, apis = (session.create_client(n, **settings) for n in ("lambda", "apigatewayv2"))
    function = functions.create_function(
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
        IntegrationUri=function["FunctionArn"],
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    apis.create_route(ApiId=api["ApiId"], RouteKey="$default", Target=target)
    apis.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True)
    return urlsplit(api["ApiEndpoint"]).netloc

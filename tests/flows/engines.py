"""The flows as deployed to two engines, with emulators of the services that deploying needs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from flow_runs import ROOT, Checkout
from moto.server import ThreadedMotoServer

IMAGE = f"registry.example/energy-forecast-training@sha256:{'0123456789abcdef' * 4}"
FLOWS = ("ingestflow", "trainflow", "monitorflow")
VARIABLES = {"ENERGY_STORE": "s3://energy/store", "ENERGY_DATA": "/data"}
ROLE = "arn:aws:iam::123456789012:role/"
SETTINGS = {
    "METAFLOW_DEFAULT_DATASTORE": "s3",
    "METAFLOW_DATASTORE_SYSROOT_S3": "s3://energy/metaflow",
    "METAFLOW_KUBERNETES_PERSISTENT_VOLUME_CLAIMS": json.dumps({"energy-data": "/data"}),
    "METAFLOW_ARGO_EVENTS_EVENT": "metaflow-event",
    "METAFLOW_ARGO_EVENTS_EVENT_SOURCE": "metaflow-webhook",
    "METAFLOW_ARGO_EVENTS_SERVICE_ACCOUNT": "argo-events",
    "METAFLOW_ARGO_EVENTS_WEBHOOK_URL": "http://argo-events/metaflow-event",
    "METAFLOW_BATCH_JOB_QUEUE": "training",
    "METAFLOW_ECS_S3_ACCESS_IAM_ROLE": f"{ROLE}job",
    "METAFLOW_ECS_FARGATE_EXECUTION_ROLE": f"{ROLE}execution",
    "METAFLOW_SFN_IAM_ROLE": f"{ROLE}step-functions",
    "METAFLOW_SFN_DYNAMO_DB_TABLE": "metaflow",
    "METAFLOW_EVENTS_SFN_ACCESS_IAM_ROLE": f"{ROLE}events",
}
"""What docs/scale.md says to set."""
KEYS = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nobody's",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@dataclass(frozen=True)
class Compiled:
    """What each engine receives, by flow.

    Attributes:
        argo: Workflow templates.
        machines: State machines of Step Functions.
        rules: Cron expressions of the rules that start these.
        job_images: Images of the job definitions on Batch.
    """

    argo: dict[str, dict[str, Any]]
    machines: dict[str, dict[str, Any]]
    rules: dict[str, str]
    job_images: frozenset[str]


def compiled(folder: Path) -> Compiled:
    """Compile every flow for Argo without a cluster, deploy it to Step Functions on an emulator.

    Metaflow asks for a cluster only when it deploys. Of Batch it asks what the queue's machines
    are, and registers its job definitions, even for `--only-json`.
    """
    with _aws() as url:
        checkout = Checkout(ROOT, "", {**KEYS, **SETTINGS, "AWS_ENDPOINT_URL": url})
        local = {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder), "METAFLOW_HOME": str(folder)}
        variables = ("--with", f"environment:vars={json.dumps(VARIABLES)}")

        def run(flow: str, compute: str, *command: str) -> str:
            words = (f"flows/{flow}.py", "--with", f"{compute}:image={IMAGE}", *variables, *command)
            return checkout.python(*words, **local).good().stdout

        argo = {
            flow: json.loads(run(flow, "kubernetes", "argo-workflows", "create", "--only-json"))
            for flow in FLOWS
        }
        for flow in FLOWS:
            run(flow, "batch", "step-functions", "create")
        machines = _client("stepfunctions", url)
        arns = [one["stateMachineArn"] for one in machines.list_state_machines()["stateMachines"]]
        found = [machines.describe_state_machine(stateMachineArn=arn) for arn in arns]
        rules = _client("events", url).list_rules()["Rules"]
        jobs = _client("batch", url).describe_job_definitions()["jobDefinitions"]
        return Compiled(
            argo,
            {one["name"].lower(): json.loads(one["definition"]) for one in found},
            {rule["Name"].lower(): rule["ScheduleExpression"] for rule in rules},
            frozenset(job["containerProperties"]["image"] for job in jobs),
        )


@contextmanager
def _aws() -> Iterator[str]:
    """An account with a bucket and a queue on Fargate; its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        _client("s3", url).create_bucket(Bucket="energy")
        ec2 = _client("ec2", url)
        machines = _client("batch", url).create_compute_environment(
            computeEnvironmentName="training",
            type="MANAGED",
            serviceRole=_client("iam", url).create_role(
                RoleName="batch", AssumeRolePolicyDocument="{}"
            )["Role"]["Arn"],
            computeResources={
                "type": "FARGATE",
                "maxvCpus": 8,
                "subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]],
                "securityGroupIds": [
                    ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
                ],
            },
        )
        _client("batch", url).create_job_queue(
            jobQueueName="training",
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[
                {"order": 1, "computeEnvironment": machines["computeEnvironmentArn"]}
            ],
        )
        yield url
    finally:
        server.stop()


def _client(service: str, url: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nobody's",
    )

"""The flows as Argo Workflows and AWS Step Functions would run them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from engines import FLOWS, IMAGE, VARIABLES, Compiled, compiled
from flow_runs import Once

pytestmark = pytest.mark.e2e

FANNED = {"ingestflow": ("fetch", "keep"), "trainflow": ("backtest", "select")}
"""The step that runs in branches, and the one that joins them."""
ENOUGH = {"VCPU": "1", "MEMORY": "2048"}
"""Three times the memory of a step, and the least of Fargate with one processor."""


@pytest.fixture(scope="session")
def engines(once: Once[Compiled]) -> Compiled:
    return once("engines", compiled)


def pods(engines: Compiled, flow: str) -> dict[str, dict[str, Any]]:
    """A flow's steps on Argo: the templates that run a container of ours."""
    found = engines.argo[flow]["spec"]["templates"]
    return {one["name"]: one for one in found if "metaflow/step_name" in _annotations(one)}


def jobs(engines: Compiled, flow: str) -> dict[str, dict[str, Any]]:
    """A flow's steps on Step Functions: the states that submit a job to Batch."""
    return {
        name: state
        for name, state in _states(engines.machines[flow])
        if state.get("Resource") == "arn:aws:states:::batch:submitJob.sync"
    }


def _annotations(template: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = (template.get("metadata") or {}).get("annotations") or {}
    return found if "container" in template else {}


def _states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine["States"].items():
        yield name, state
        for within in (*filter(None, [state.get("Iterator")]), *state.get("Branches", ())):
            yield from _states(within)


def dag(engines: Compiled, flow: str) -> dict[str, dict[str, Any]]:
    (found,) = [
        one["dag"] for one in engines.argo[flow]["spec"]["templates"] if one["name"].lower() == flow
    ]
    return {task["name"]: task for task in found["tasks"]}


@pytest.mark.parametrize("flow", FLOWS)
def test_both_engines_have_every_step(engines: Compiled, flow: str) -> None:
    assert set(pods(engines, flow)) == set(jobs(engines, flow)) >= {"start", "end"}
    assert engines.argo[flow]["kind"] == "WorkflowTemplate"
    assert engines.machines[flow]["StartAt"] == "start"


@pytest.mark.parametrize("flow", FANNED)
def test_branches_fan_out_and_are_joined(engines: Compiled, flow: str) -> None:
    branch, join = FANNED[flow]
    tasks = dag(engines, flow)
    (fan,) = [name for name, task in tasks.items() if "withParam" in task]
    assert tasks[fan]["withParam"] == "{{tasks.start.outputs.parameters.num-splits}}"
    assert tasks[join]["depends"] == f"{fan}.Succeeded"

    states = engines.machines[flow]["States"]
    assert states[f"#{branch}"]["Resource"] == "arn:aws:states:::dynamodb:getItem"
    over = states[f"*{branch}"]
    assert (over["Type"], over["Next"], list(over["Iterator"]["States"])) == ("Map", join, [branch])


def test_only_branches_are_retried_and_caught(engines: Compiled) -> None:
    """The attempts of @retry, and those in which @catch records the failure."""
    tried = {
        name: pod["retryStrategy"]["limit"] + 1
        for name, pod in pods(engines, "trainflow").items()
        if "retryStrategy" in pod
    }
    attempts = {
        name: state["Parameters"]["RetryStrategy"]["Attempts"]
        for name, state in jobs(engines, "trainflow").items()
    }
    assert set(tried) == {name for name, count in attempts.items() if count > 1} == {"backtest"}
    assert tried["backtest"] == attempts["backtest"] > 2


@pytest.mark.parametrize("flow", FLOWS)
def test_every_task_has_its_image_its_resources_and_its_settings(
    engines: Compiled, flow: str
) -> None:
    assert engines.job_images == {IMAGE}
    for name, pod in pods(engines, flow).items():
        container = pod["container"]
        assert container["image"] == IMAGE
        requests = container["resources"]["requests"]
        assert float(requests["cpu"]) == float(ENOUGH["VCPU"])
        assert float(requests["memory"].removesuffix("M")) == float(ENOUGH["MEMORY"])
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert mounts["/data"] == "energy-data"
        job = jobs(engines, flow)[name]["Parameters"]["ContainerOverrides"]
        batch = {entry["Type"]: entry["Value"] for entry in job["ResourceRequirements"]}
        assert batch == ENOUGH
        for environ in (
            {entry["name"]: entry["value"] for entry in container["env"]},
            {entry["Name"]: entry.get("Value") for entry in job["Environment"]},
        ):
            assert VARIABLES.items() <= environ.items()
            assert environ["METAFLOW_DEFAULT_DATASTORE"] == "s3"


def test_argo_starts_the_first_flow_at_a_time_and_the_others_after_it(
    engines: Compiled,
) -> None:
    def annotation(flow: str, name: str) -> Any:
        return json.loads(engines.argo[flow]["metadata"]["annotations"].get(name, "null"))

    assert annotation("ingestflow", "metaflow/cron")["schedule"] == "37 10 1,8 * ?"
    assert annotation("ingestflow", "metaflow/triggers") is None
    for flow, before in (("trainflow", "IngestFlow"), ("monitorflow", "TrainFlow")):
        assert annotation(flow, "metaflow/cron") is None
        assert annotation(flow, "metaflow/triggers") == [
            {"name": f"metaflow.{before}.end", "type": "run"}
        ]


def test_step_functions_starts_the_flows_an_hour_apart(engines: Compiled) -> None:
    assert engines.rules == {
        "ingestflow": "cron(37 10 1,8 * ? *)",
        "trainflow": "cron(37 11 1,8 * ? *)",
        "monitorflow": "cron(37 12 1,8 * ? *)",
    }

"""Stands in for Terraform and docker: records commands, and creates resources in the emulator."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

TERRAFORM = "terraform"


class EmulatedTerraform:
    """A `Runner` that changes the emulated account as Terraform and docker would a real one.

    Attributes:
        commands: The commands, a line each.
        inputs: What was written to their standard input.
        changes: Whether the next plan has changes.
    """

    def __init__(self, account: Any) -> None:
        self.account = account
        self.commands: list[str] = []
        self.inputs: list[str] = []
        self.changes = True
        self.forgets = False
        self.resources: dict[str, str] = {}
        self._planned: tuple[bool, dict[str, str]] = (False, {})

    @property
    def bucket(self) -> str:
        return f"{self.account.name}-{self.account.number}-{self.account.region}"

    def run(self, *command: str, stdin: str = "", allowed: Collection[int] = (0,)) -> int:
        self.commands.append(" ".join(command))
        self.inputs.append(stdin)
        if command[:3] == ("docker", "buildx", "build"):
            self._push(command[command.index("--tag") + 1])
        if command[0] != TERRAFORM:
            return 0
        verb = command[2]
        if verb == "plan":
            variables = dict(
                word.removeprefix("-var=").split("=", 1)
                for word in command
                if word.startswith("-var=")
            )
            self._planned = ("-destroy" in command, variables)
            status = 2 if self.changes else 0
            assert status in allowed
            return status
        if verb == "apply":
            self._apply(*self._planned)
        return 0

    def answer(self, *command: str) -> str:
        self.commands.append(" ".join(command))
        if command[2] == "output":
            outputs = {} if self.forgets else self.resources
            return json.dumps({name: {"value": value} for name, value in outputs.items()})
        return "\n".join(f"aws_thing.{name}" for name in self.resources)

    def _push(self, tagged: str) -> None:
        url, _, tag = tagged.rpartition(":")
        self.account.client("ecr").put_image(
            repositoryName=url.partition("/")[2],
            imageManifest=json.dumps({"schemaVersion": 2, "tag": tag}),
            imageTag=tag,
        )

    def _apply(self, destroy: bool, variables: dict[str, str]) -> None:
        if destroy:
            self._delete(everything=True)
        elif "image_digest" not in variables:
            if self.resources:
                self._delete(everything=False)
            else:
                self._foundation()
        else:
            self._function(variables["image_digest"])

    def _foundation(self) -> None:
        account, tags = self.account, [{"Key": "Project", "Value": self.account.name}]
        s3 = account.client("s3")
        where = {"LocationConstraint": account.region}
        s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)
        s3.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_tagging(Bucket=self.bucket, Tagging={"TagSet": tags})
        repository = account.client("ecr").create_repository(repositoryName=account.name, tags=tags)
        account.client("iam").create_role(
            RoleName=f"{account.name}-deploy", AssumeRolePolicyDocument="{}", Tags=tags
        )
        self.resources = {
            "bucket": self.bucket,
            "repository_url": repository["repository"]["repositoryUri"],
            "deploy_role_arn": f"arn:aws:iam::{account.number}:role/{account.name}-deploy",
            "retrain_role_arn": f"arn:aws:iam::{account.number}:role/{account.name}-retrain",
        }

    def _function(self, digest: str) -> None:
        account, functions = self.account, self.account.client("lambda")
        image = {"ImageUri": f"{self.resources['repository_url']}@{digest}"}
        if "function_name" in self.resources:
            function = functions.update_function_code(
                FunctionName=account.name, Publish=True, **image
            )
            functions.update_alias(
                FunctionName=account.name, Name="live", FunctionVersion=function["Version"]
            )
            return
        function = functions.create_function(
            FunctionName=account.name,
            PackageType="Image",
            Code=image,
            Role=self.resources["deploy_role_arn"],
            Publish=True,
            Tags={"Project": account.name},
        )
        live = functions.create_alias(
            FunctionName=account.name, Name="live", FunctionVersion=function["Version"]
        )
        account.client("logs").create_log_group(logGroupName=f"/aws/lambda/{account.name}")
        self.resources |= {
            "function_name": account.name,
            "live_alias_arn": live["AliasArn"],
            "api_url": "https://api.example.org/",
        }

    def _delete(self, everything: bool) -> None:
        """As Terraform would: a bucket or a repository that is not empty is not deleted."""
        account = self.account
        if "function_name" in self.resources:
            account.client("lambda").delete_function(FunctionName=account.name)
            account.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{account.name}")
            for name in ("function_name", "live_alias_arn", "api_url"):
                del self.resources[name]
        if everything:
            account.client("s3").delete_bucket(Bucket=self.bucket)
            account.client("ecr").delete_repository(repositoryName=account.name)
            account.client("iam").delete_role(RoleName=f"{account.name}-deploy")
            self.resources = {}


def terraform(runner: EmulatedTerraform, folder: Path) -> Any:
    """Terraform on a module in a folder, run by the stand-in."""
    from scripts.deploy.terraform import Terraform

    return Terraform(runner, TERRAFORM, folder)

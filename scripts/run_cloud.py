"""The cloud, from an empty account to a URL and back; needs AWS credentials.

make deploy                     all of it: bucket, image, function, first release, smoke test
make smoke                      ask the live alias and the API
make rollback-function          the live alias to the version before
make destroy                    all of it gone, after a typed confirmation

What else it takes (image, plan, apply, vintages-pull, vintages-push, due) are the steps that the
workflows in .github/workflows/ call one by one.
"""

from __future__ import annotations

import argparse
import os
import sys

from botocore.exceptions import BotoCoreError, ClientError
from cloud import deploying, vintages
from cloud.account import Account, open_account
from cloud.deploying import Deployment
from cloud.destroying import Destruction, destroy
from cloud.running import Shell
from cloud.terraform import FOLDER, Terraform, program, variables

from energy.errors import EnergyError
from energy.releases.store import open_store
from energy.settings import Settings

NAME, ARCHITECTURE = "energy-forecast", "arm64"
STEPS = ("deploy", "destroy", "smoke", "rollback", "image", "live", "plan", "apply")
ARCHIVE = ("vintages-pull", "vintages-push", "due")


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        if asked.what in ARCHIVE:
            return _archive(asked)
        account = open_account(asked.name, _region(asked.region))
        # Terraform, the stores and these steps agree on where they are.
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = account.region
        return _destroy(asked, account) if asked.what == "destroy" else _step(asked, account)
    except (RuntimeError, EnergyError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given = variables(FOLDER, os.environ)
    parser.add_argument("what", choices=(*STEPS, *ARCHIVE))
    parser.add_argument("--name", default=given.get("name", NAME), help="of the project")
    parser.add_argument("--region", default=given.get("region"), help="default AWS_REGION")
    parser.add_argument(
        "--architecture",
        choices=("arm64", "x86_64"),
        default=given.get("architecture", ARCHITECTURE),
        help="of the function's machine (arm64)",
    )
    parser.add_argument("--yes", action="store_true", help="apply plans without asking")
    parser.add_argument(
        "--guarded",
        action="store_true",
        default=given.get("authorization", "none") != "none",
        help="the API must turn strangers away (so if authorization is not none)",
    )
    parser.add_argument("--digest", default="", help="plan, apply: of the image")
    parser.add_argument("--file", default="deploy.tfplan", help="plan, apply: where the plan is")
    parser.add_argument("--to", default="", help="rollback: the version; default the one before")
    parser.add_argument("--confirm", help="destroy: the name, instead of typing it")
    parser.add_argument(
        "--remove-state",
        action=argparse.BooleanOptionalAction,
        help="destroy: Terraform's state too; default to ask",
    )
    parser.add_argument(
        "--leave-way-in",
        action="store_true",
        help="destroy: all but a workflow's role, and what it names, emptied",
    )
    parser.add_argument("--archive", default=os.environ.get("ENERGY_ARCHIVE", ""), help="s3:// URL")
    return parser


def _step(asked: argparse.Namespace, account: Account) -> int:
    shell = Shell()
    one = Deployment(
        account, shell, Terraform(shell, program()), asked.architecture, asked.yes, asked.guarded
    )
    if asked.what == "deploy":
        deploying.deploy(one, Settings.from_environment().store)
        return 0
    one.terraform.init(account.state_bucket, account.region)
    if asked.what == "image":
        _output("digest", deploying.build(one))
    elif asked.what == "live":
        _output("version", deploying.serving(one))
    elif asked.what == "plan":
        if not asked.digest:  # without an image, the plan would end the function
            raise RuntimeError("plan needs --digest, of the image to deploy: 'image' tells it")
        deploying.plan(one, asked.file, asked.digest)
    elif asked.what == "apply":
        one.terraform.apply(asked.file)
    elif asked.what == "smoke":
        deploying.check(one)
    else:
        deploying.take_back(one, asked.to)
    return 0


def _destroy(asked: argparse.Namespace, account: Account) -> int:
    terraform = Terraform(Shell(), program())
    left = destroy(
        Destruction(account, terraform, asked.confirm, asked.remove_state, asked.leave_way_in)
    )
    return 1 if left else 0


def _archive(asked: argparse.Namespace) -> int:
    """The archive of vintages, and whether the newest of them has a release."""
    settings = Settings.from_environment()
    if asked.what == "due":
        why = vintages.due(settings.data, open_store(settings.store))
        print(why or "Nothing new was published: the newest vintage has its release.")
        _output("due", "true" if why else "false")
        return 0
    move = vintages.pull if asked.what == "vintages-pull" else vintages.push
    moved = move(settings.data, open_store(asked.archive))
    print(f"{asked.what}: {', '.join(moved) or 'nothing that was not there already'}")
    return 0


def _output(name: str, value: str) -> None:
    """Say a value, and leave it to the workflow's later steps if this is one of its steps."""
    print(f"{name}={value}")
    if path := os.environ.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{name}={value}\n")


def _region(given: str | None) -> str | None:
    return given or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


if __name__ == "__main__":
    sys.exit(main())

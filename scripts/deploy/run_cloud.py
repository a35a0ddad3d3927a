"""Deploy to AWS and remove the deployment; needs AWS credentials.

make deploy                     bucket, image, function, first release, smoke test
make smoke                      check the live alias and the API
make rollback-function          move the live alias to the version before
make destroy                    remove everything, after a typed confirmation

The other steps (image, live, plan, apply, vintages-pull, vintages-push, due) are those that the
workflows in .github/workflows/ run one by one.
"""

from __future__ import annotations

import argparse
import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from energy.errors import EnergyError
from energy.releases.store import open_store
from energy.settings import Settings
from scripts.deploy import deployment, vintage_store
from scripts.deploy.account import Account, open_account
from scripts.deploy.deployment import Deployment
from scripts.deploy.destruction import Destruction, destroy
from scripts.deploy.terraform import FOLDER, Shell, Terraform, terraform_program, variables

NAME, ARCHITECTURE = "energy-forecast", "arm64"
STEPS = ("deploy", "destroy", "smoke", "rollback", "image", "live", "plan", "apply")
ARCHIVE = ("vintages-pull", "vintages-push", "due")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.what in ARCHIVE:
            return _archive(options)
        account = open_account(options.name, _region(options.region))
        # Terraform and the stores use the same region.
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = account.region
        return _destroy(options, account) if options.what == "destroy" else _step(options, account)
    except (RuntimeError, EnergyError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    terraform_variables = variables(FOLDER, os.environ)
    parser.add_argument("what", choices=(*STEPS, *ARCHIVE))
    parser.add_argument(
        "--name", default=terraform_variables.get("name", NAME), help="name of the project"
    )
    parser.add_argument(
        "--region", default=terraform_variables.get("region"), help="AWS region (AWS_REGION)"
    )
    parser.add_argument(
        "--architecture",
        choices=("arm64", "x86_64"),
        default=terraform_variables.get("architecture", ARCHITECTURE),
        help="processor of the function (arm64)",
    )
    parser.add_argument("--yes", action="store_true", help="apply plans without asking")
    parser.add_argument(
        "--guarded",
        action="store_true",
        default=terraform_variables.get("authorization", "none") != "none",
        help="the API must reject requests without authorization",
    )
    parser.add_argument("--digest", default="", help="plan: digest of the image")
    parser.add_argument("--file", default="deploy.tfplan", help="plan, apply: the plan file")
    parser.add_argument("--to", default="", help="rollback: the version (the one before)")
    parser.add_argument("--confirm", help="destroy: the name, instead of typing it")
    parser.add_argument(
        "--remove-state",
        action=argparse.BooleanOptionalAction,
        help="destroy: delete Terraform's state too; asks by default",
    )
    parser.add_argument(
        "--leave-way-in",
        action="store_true",
        help="destroy: keep the workflows' roles and what they name, emptied",
    )
    parser.add_argument(
        "--archive",
        default=os.environ.get("ENERGY_ARCHIVE", ""),
        help="URL of the store of vintages",
    )
    return parser


def _step(options: argparse.Namespace, account: Account) -> int:
    shell = Shell()
    target = Deployment(
        account,
        shell,
        Terraform(shell, terraform_program()),
        options.architecture,
        options.yes,
        options.guarded,
    )
    if options.what == "deploy":
        deployment.deploy(target, Settings.from_environment().store)
        return 0
    target.terraform.init(account.state_bucket, account.region)
    if options.what == "image":
        _output("digest", deployment.build_image(target))
    elif options.what == "live":
        _output("version", deployment.serving_version(target))
    elif options.what == "plan":
        if not options.digest:  # without an image, the plan would delete the function
            raise RuntimeError("plan needs --digest of the image to deploy: 'image' prints it")
        deployment.plan(target, options.file, options.digest)
    elif options.what == "apply":
        target.terraform.apply(options.file)
    elif options.what == "smoke":
        deployment.check(target)
    else:
        deployment.roll_back(target, options.to)
    return 0


def _destroy(options: argparse.Namespace, account: Account) -> int:
    terraform = Terraform(Shell(), terraform_program())
    remaining = destroy(
        Destruction(account, terraform, options.confirm, options.remove_state, options.leave_way_in)
    )
    return 1 if remaining else 0


def _archive(options: argparse.Namespace) -> int:
    """Transfer vintages, or say whether the newest of them lacks a release."""
    settings = Settings.from_environment()
    if options.what == "due":
        reason = vintage_store.release_due(settings.data, open_store(settings.store))
        print(reason or "No release is due: the newest vintage has one.")
        _output("due", "true" if reason else "false")
        return 0
    transfer = (
        vintage_store.pull_vintages
        if options.what == "vintages-pull"
        else vintage_store.push_vintages
    )
    vintage_ids = transfer(settings.data, open_store(options.archive))
    print(f"{options.what}: {', '.join(vintage_ids) or 'no new vintages'}")
    return 0


def _output(name: str, value: str) -> None:
    """Print a value, and make it an output of the workflow's step."""
    print(f"{name}={value}")
    if path := os.environ.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{name}={value}\n")


def _region(option: str | None) -> str | None:
    return option or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


if __name__ == "__main__":
    sys.exit(main())

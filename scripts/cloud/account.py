"""Which account, region and name: what every step works on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

NAME = re.compile(r"[a-z][a-z0-9-]{1,25}[a-z0-9]")
"""At most 27: with the account and the longest region, the state's bucket has 63 letters."""
GLOBAL = "us-east-1"
"""Where the tags of global services are kept."""


@dataclass(frozen=True)
class Account:
    """Where everything goes.

    Attributes:
        name: Of the project: the beginning of every resource's name, and its tag `Project`.
        region: Such as eu-west-2.
        number: Twelve digits.
        session: Its credentials.
    """

    name: str
    region: str
    number: str
    session: boto3.Session

    @property
    def bucket(self) -> str:
        """Where releases and vintages are, as terraform/ names it."""
        return f"{self.name}-{self.number}-{self.region}"

    @property
    def state_bucket(self) -> str:
        """Where Terraform keeps its state: one for each account, region and name."""
        return f"{self.name}-tfstate-{self.number}-{self.region}"

    def client(self, service: str, region: str | None = None) -> Any:
        """AWS's own client for a service, in our region unless another is named."""
        return self.session.client(service, region_name=region or self.region)


def open_account(name: str, region: str | None) -> Account:
    """The account that the credentials at hand belong to.

    Raises:
        RuntimeError: The name is none, no region is set, or there are no credentials that work.
    """
    if not NAME.fullmatch(name):
        raise RuntimeError(
            f"the name is {name!r}; expected 3 to 27 lower-case letters, digits and hyphens"
        )
    try:
        session = boto3.Session(region_name=region)
        if session.region_name is None:
            raise RuntimeError("no region is set: give --region, or set AWS_REGION")
        number = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise RuntimeError(f"no AWS account: {error}") from error
    return Account(name, session.region_name, number, session)

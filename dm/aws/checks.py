"""What `dm doctor` looks at on AWS: each check tells what is there, or raises a fault."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dm.aws import dispatcher
from dm.terminal import options
from local.checks import Unwell, packages, python
from runner.aws import calling, session
from runner.control.items import Status

_APPLICATION = "dm-analytics-app"
_DEPLOY = "`make deploy` makes it, and mends it."


def checks(state_machine: str) -> Mapping[str, Callable[[], str]]:
    """The checks, with the state machine of this name."""
    return {
        "Python": python,
        "packages": packages,
        "credentials": credentials,
        "control table": control_table,
        "state machine": partial(executions, state_machine),
        "EMR application": application,
    }


def credentials() -> str:
    """Whether AWS knows who calls, and in which region."""
    with calling("GetCallerIdentity", "this account"):
        client = session().client("sts")
        return f"{client.get_caller_identity()['Arn']} in {client.meta.region_name}"


def control_table() -> str:
    """Whether the control table is there, and its items can be found."""
    name = options.control_table()
    with calling("DescribeTable", f"table {name}"):
        found = session().client("dynamodb").describe_table(TableName=name)["Table"]
    if found["TableStatus"] not in ("ACTIVE", "UPDATING"):
        raise Unwell(f"{name} is {found['TableStatus']}", _DEPLOY)
    running = len(options.control("aws").items(Status.RUNNING))
    return f"{name}, {running or 'none'} of its items running"


def executions(state_machine: str) -> str:
    """Whether the state machine is there, and its executions can be read."""
    newest = dispatcher.connect(state_machine).latest(1)
    last = f"{newest[0].name} {newest[0].status}" if newest else "none"
    return f"{state_machine}, the newest execution: {last}"


def application() -> str:
    """Whether the application can run jobs."""
    with calling("ListApplications", f"application {_APPLICATION}"):
        client: Any = session().client("emr-serverless")
        pages = client.get_paginator("list_applications").paginate()
        states = [
            found["state"]
            for page in pages
            for found in page["applications"]
            if found["name"] == _APPLICATION and found["state"] != "TERMINATED"
        ]
    if not states:
        raise Unwell(f"there is no {_APPLICATION} in this region", _DEPLOY)
    return f"{_APPLICATION} is {states[0]}; it starts by itself"

"""What `dm doctor` looks at on AWS: each check tells what is there, or raises a fault."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dm.aws import dispatcher
from dm.terminal import options
from local.checks import Unwell, packages, python
from runner.aws.calls import AwsCallFailed, calling, session
from runner.control.items import Status

_USUAL = "dm-analytics"
_CODE = "emr-serverless"
_ROLE = "AWSServiceRoleForAmazonEMRServerless"
_JOBS, _CPU = 2, 4
"""Jobs at a time and vCPU of one, as deployed unless something else is asked for."""
_DEPLOY = "`make deploy` makes it, and mends it."


def checks(state_machine: str) -> Mapping[str, Callable[[], str]]:
    """The checks, with the state machine of this name."""
    return {
        "Python": python,
        "packages": packages,
        "credentials": credentials,
        "service-linked role": service_linked_role,
        "quota": partial(quota, state_machine),
        "control table": control_table,
        "state machine": partial(executions, state_machine),
        "EMR application": partial(application, name_of(state_machine)),
    }


def credentials() -> str:
    """Whether AWS knows who calls, and in which region."""
    with calling("GetCallerIdentity", "this account"):
        client = session().client("sts")
        return f"{client.get_caller_identity()['Arn']} in {client.meta.region_name}"


def service_linked_role() -> str:
    """Whether EMR Serverless has its own role in the account: a deployment needs it."""
    client: Any = session().client("iam")
    try:
        with calling("GetRole", f"role {_ROLE}"):
            client.get_role(RoleName=_ROLE)
    except AwsCallFailed as error:
        if "NoSuchEntity" not in error.message:
            raise
        raise Unwell(
            f"the account has no {_ROLE}",
            "`aws iam create-service-linked-role --aws-service-name"
            " ops.emr-serverless.amazonaws.com` makes it, once for all regions; so does the first"
            " deployment, if you may.",
        ) from error
    return _ROLE


def quota(state_machine: str) -> str:
    """Whether the account may use as many vCPU at once as the jobs need: new ones may have few."""
    jobs, cpu = size(state_machine)
    needed = (jobs + 1) * cpu
    with calling("ListServiceQuotas", "EMR Serverless"):
        client: Any = session().client("service-quotas")
        pages = client.get_paginator("list_service_quotas").paginate(ServiceCode=_CODE)
        found = [q for page in pages for q in page["Quotas"] if "vCPU" in q["QuotaName"]]
    if not found:
        return "AWS names none for vCPU here"
    allowed = min(each["Value"] for each in found)
    if allowed < needed:
        smaller = "MaxConcurrency=1" if jobs > 1 else "smaller DriverCores= and ExecutorCores="
        raise Unwell(
            f"{allowed:g} vCPU at once, and {jobs} jobs at a time and the workers of one that has"
            f" ended take {needed}",
            f"Ask for more in Service Quotas, or deploy with {smaller}; one job takes {cpu}.",
        )
    return f"{allowed:g} vCPU at once, of which the jobs take {needed}"


def size(state_machine: str) -> tuple[int, int]:
    """How many jobs run at a time, and the vCPU of one: as deployed, or as they will be."""
    try:
        definition = json.loads(dispatcher.connect(state_machine).definition()[0])
    except AwsCallFailed:  # another check tells why
        return _JOBS, _CPU
    try:
        states = definition["States"]
        settings = dict(
            setting.split("=", 1)
            for setting in states["Read the input"]["Assign"]["spark"]
            if not setting.startswith("{%")
        )
        driver, executors, each = (
            int(settings[f"spark.{key}"])
            for key in ("driver.cores", "executor.instances", "executor.cores")
        )
        return states["Run the jobs"]["MaxConcurrency"], driver + executors * each
    except KeyError:  # of another version, or somebody else's
        return _JOBS, _CPU


def name_of(state_machine: str) -> str:
    """What the names of the environment's resources begin with."""
    name = state_machine.removesuffix("-dispatcher")
    return name if name.startswith(_USUAL) else _USUAL


def control_table() -> str:
    """Whether the control table is there, its items can be found, and old ones go."""
    name = options.control_table()
    with calling("DescribeTable", f"table {name}"):
        found = session().client("dynamodb").describe_table(TableName=name)["Table"]
    if found["TableStatus"] not in ("ACTIVE", "UPDATING"):
        raise Unwell(f"{name} is {found['TableStatus']}", _DEPLOY)
    with calling("DescribeTimeToLive", f"table {name}"):
        life = session().client("dynamodb").describe_time_to_live(TableName=name)
    if life["TimeToLiveDescription"].get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        raise Unwell(
            f"{name} keeps all items for ever",
            f"`aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification"
            " Enabled=true,AttributeName=expires_at` lets those go that succeeded long ago.",
        )
    running = len(options.control("aws").items(Status.RUNNING))
    return f"{name}, {running or 'none'} of its items running"


def executions(state_machine: str) -> str:
    """Whether the state machine is there, and its executions can be read."""
    newest = dispatcher.connect(state_machine).latest(1)
    last = f"{newest[0].name} {newest[0].status}" if newest else "none"
    return f"{state_machine}, the newest execution: {last}"


def application(name: str) -> str:
    """Whether the application can run jobs."""
    name = f"{name}-app"
    with calling("ListApplications", f"application {name}"):
        client: Any = session().client("emr-serverless")
        pages = client.get_paginator("list_applications").paginate()
        states = [
            found["state"]
            for page in pages
            for found in page["applications"]
            if found["name"] == name and found["state"] != "TERMINATED"
        ]
    if not states:
        raise Unwell(f"there is no {name} in this region", _DEPLOY)
    return f"{name} is {states[0]}; it starts by itself"

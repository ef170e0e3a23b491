"""What only a real account can show, after a deployment: `dm doctor --target aws --after-deploy`.

Each check tells what it found, or raises a fault. They change nothing: two executions of the state
machine are started, of which one does nothing and one tells what a job finds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from dm.aws import dispatcher
from dm.aws.checks import name_of
from dm.aws.rights import of_role
from local.checks import Unwell
from runner.aws.calls import AwsCallFailed, calling, session
from runner.project import tables

QUERY = "select count(*) from dm_gold.top_beers_by_rating where review_year = 2010"
_POLL, _LONGEST = 2.0, 120.0  # seconds


class Deployed:
    """The deployed state machine, and what it names.

    Args:
        state_machine: its name.
        workgroup: of Athena, in which to ask.
    """

    def __init__(self, state_machine: str, workgroup: str = "primary") -> None:
        self.name = name_of(state_machine)
        self._state_machine = state_machine
        self._workgroup = workgroup

    def checks(self) -> Mapping[str, Callable[[], str]]:
        """The checks, the cheap ones first."""
        return {
            "schedules": self.schedules,
            "alarms": self.alarms,
            "mail": self.mail,
            "job's rights": lambda: of_role(self._job_role),
            "state machine's rights": lambda: of_role(self._definition[1]),
            "schedules' rights": lambda: of_role(self._schedule_role),
            "Lake Formation": self.lake_formation,
            "optimizers": self.optimizers,
            "empty execution": self.empty_execution,
            "release": self.release,
            "Athena": self.athena,
        }

    def schedules(self) -> str:
        """Whether the schedules are switched on."""
        client: Any = session().client("scheduler")
        with calling("ListSchedules", self.name):
            found = client.list_schedules(NamePrefix=f"{self.name}-")["Schedules"]
        states = {schedule["Name"]: schedule["State"] for schedule in found}
        off = [name for name, state in states.items() if state != "ENABLED"]
        if off or len(states) < 2:
            told = f"{', '.join(off)} is switched off" if off else f"{len(states)} of 2 are there"
            raise Unwell(told, "Deploy with ScheduleState=ENABLED.")
        return f"{', '.join(sorted(states))} are on"

    def alarms(self) -> str:
        """Whether all alarms are there, and none rings but for what has not run yet."""
        found, early = self._alarms, f"{self.name}-no-success"
        names = [alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM"]
        ringing = [name for name in names if name != early]
        if not found:
            raise Unwell(f"no alarm begins with {self.name}-", "`make deploy` makes them.")
        if ringing:
            raise Unwell(f"{', '.join(ringing)} rings", "docs/operations.md says what to do.")
        late = f", and {early} until an execution has succeeded" if early in names else ""
        return f"{len(found)}, none rings{late}"

    def mail(self) -> str:
        """Whether somebody is told of alarms."""
        topics = {action for alarm in self._alarms for action in alarm["AlarmActions"]}
        client: Any = session().client("sns")
        with calling("ListSubscriptionsByTopic", self.name):
            found = [
                subscription
                for topic in topics
                for subscription in client.list_subscriptions_by_topic(TopicArn=topic)[
                    "Subscriptions"
                ]
            ]
        waiting = [s["Endpoint"] for s in found if s["SubscriptionArn"] == "PendingConfirmation"]
        if waiting:
            raise Unwell(f"{', '.join(waiting)} has not confirmed", "Open the mail of AWS's SNS.")
        if not found:
            raise Unwell("alarms ring, and nobody is told", "Deploy with AlarmEmail=.")
        return f"{len(found)} are told of alarms"

    def lake_formation(self) -> str:
        """Whether IAM alone decides who reads the catalog, as this project expects."""
        client: Any = session().client("lakeformation")
        with calling("GetDataLakeSettings", "the catalog"):
            found = client.get_data_lake_settings()["DataLakeSettings"]
        wanted = "IAM_ALLOWED_PRINCIPALS"
        for key in ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"):
            who = [p["Principal"]["DataLakePrincipalIdentifier"] for p in found.get(key, [])]
            if wanted not in who:
                raise Unwell(
                    f"Lake Formation decides about new tables ({key} lacks {wanted})",
                    f"Grant {self._job_role} all of dm_gold and reading of dm_silver there.",
                )
        return "IAM alone decides"

    def optimizers(self) -> str:
        """Whether Glue itself rewrites or expires what this project maintains."""
        client: Any = session().client("glue")
        found = []
        for table in tables():
            for kind in ("compaction", "retention", "orphan_file_deletion"):
                try:
                    with calling("GetTableOptimizer", f"table dm_gold.{table}"):
                        answer = client.get_table_optimizer(
                            CatalogId=self._account,
                            DatabaseName="dm_gold",
                            TableName=table,
                            Type=kind,
                        )
                except AwsCallFailed as error:
                    if "EntityNotFoundException" not in error.message:
                        raise
                    continue
                if answer["TableOptimizer"]["configuration"].get("enabled"):
                    found.append(f"{kind} of {table}")
        if found:
            raise Unwell(
                f"Glue optimizes, too: {', '.join(found)}",
                "Switch it off: the weekly maintenance does it, and keeps what a build needs.",
            )
        return "none but the weekly maintenance"

    def empty_execution(self) -> str:
        """Whether Step Functions evaluates each expression on the way of a day without work."""
        aws = dispatcher.connect(self._state_machine)
        ended = aws.follow(aws.start_task({"tables": []}), lambda result: None)
        if ended.status != "SUCCEEDED":
            raise Unwell(f"{ended.name} {ended.status}: {ended.error}", aws.console(ended.name))
        return f"{ended.name} {ended.status}"

    def release(self) -> str:
        """What a job finds: Python, Spark, Iceberg, and the catalog."""
        aws = dispatcher.connect(self._state_machine)
        ended = aws.follow(aws.start_task({"look": True}), lambda result: None)
        results = [result for result in ended.results if result.table == "look"]
        if ended.status != "SUCCEEDED" or not results:
            told = "; ".join(str(result.error) for result in results) or str(ended.error)
            logs = next((result.logs for result in results if result.logs), "")
            raise Unwell(
                f"{ended.name} {ended.status}: {told}",
                f"{logs}SPARK_DRIVER/stderr.gz says more. Another path of Python or of Iceberg in"
                " the release is deployed with Python= or IcebergJar=.",
            )
        return str(results[0].error)

    def athena(self) -> str:
        """Whether Athena reads a table."""
        client: Any = session().client("athena")
        bucket = _found(r"s3://([^/\"]+)/emr-serverless/", self._definition[0])
        with calling("StartQueryExecution", f"workgroup {self._workgroup}"):
            query = client.start_query_execution(
                QueryString=QUERY,
                WorkGroup=self._workgroup,
                ResultConfiguration={"OutputLocation": f"s3://{bucket}/athena/"},
            )["QueryExecutionId"]
            end = time.monotonic() + _LONGEST
            while True:
                found = client.get_query_execution(QueryExecutionId=query)["QueryExecution"]
                state = found["Status"]["State"]
                if state not in ("QUEUED", "RUNNING") or time.monotonic() > end:
                    break
                time.sleep(_POLL)
        if state != "SUCCEEDED":
            raise Unwell(
                f"{state}: {found['Status'].get('StateChangeReason', 'it takes too long')}",
                "Where there is no table yet, run `dm process --target aws --wait` first.",
            )
        return f"{QUERY}: {state}"

    @cached_property
    def _definition(self) -> tuple[str, str]:
        return dispatcher.connect(self._state_machine).definition()

    @property
    def _schedule_role(self) -> str:
        client: Any = session().client("scheduler")
        with calling("GetSchedule", f"{self.name}-daily"):
            found: str = client.get_schedule(Name=f"{self.name}-daily")["Target"]["RoleArn"]
        return found

    @property
    def _job_role(self) -> str:
        return _found(r'"ExecutionRoleArn": *"([^"]+)"', self._definition[0])

    @property
    def _account(self) -> str:
        return self._job_role.split(":")[4]

    @cached_property
    def _alarms(self) -> list[Any]:
        client: Any = session().client("cloudwatch")
        with calling("DescribeAlarms", self.name):
            found: list[Any] = client.describe_alarms(AlarmNamePrefix=f"{self.name}-")[
                "MetricAlarms"
            ]
        return found


def _found(pattern: str, definition: str) -> str:
    match = re.search(pattern, definition)
    if not match:
        raise Unwell("the state machine is not of this project", "`make deploy` makes its own.")
    return match[1]

"""What the templates say of capacity and permissions."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint

from local.lake import Lake
from runner.project import PROJECT, tables
from tests.aws.stand_ins.account import ANALYTICS, DEFINITION, PLACES
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import ACCOUNT, PSEUDO, REGION
from tests.aws.stand_ins.policies import Statement, allows
from tests.aws.stand_ins.template import Made, Template

S3, GLUE = "arn:aws:s3:::", f"arn:aws:glue:{REGION}:{ACCOUNT}:"
DYNAMODB = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"


def resources(**parameters: str) -> dict[str, dict[str, Any]]:
    """The properties of the stack's resources, by logical id."""

    def made(id_: str, type_: str, properties: dict[str, Any]) -> Made:
        return Made(f"ref-of-{id_}", {"Arn": f"arn-of-{id_}", "QueueName": id_})

    given = {**PLACES, "Version": "1", "Tables": ",".join(tables()), **parameters}
    return Template(ANALYTICS, given, PSEUDO, made).resources


def statements_of(role: str) -> list[Statement]:
    policies = resources()[role]["Policies"]
    return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]


def rendered(**parameters: str) -> dict[str, Any]:
    values = resources(**parameters)["Dispatcher"]["DefinitionSubstitutions"]
    text = re.sub(r"\$\{(\w+)\}", lambda name: str(values[name[1]]), DEFINITION.read_text())
    definition: dict[str, Any] = json.loads(text)
    return definition


def spark_settings(**parameters: str) -> dict[str, str]:
    settings = rendered(**parameters)["States"]["Read the input"]["Assign"]["spark"]
    return dict(s.split("=", 1) for s in settings if not s.startswith("{%"))


def gigabytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)( GB|g)", text)
    assert found
    return int(found[1])


def test_the_jobs_that_may_run_at_once_fit_into_the_application() -> None:
    application = resources()["Application"]
    spark = spark_settings()
    executors = int(spark["spark.executor.instances"])
    assert spark["spark.dynamicAllocation.enabled"] == "false"

    def of(worker: str) -> tuple[int, int]:
        """The size of a worker, one of those that EMR Serverless has: 4 to 16 GB for 2 vCPU."""
        cores = int(spark[f"spark.{worker}.cores"])
        memory = gigabytes(spark[f"spark.{worker}.memory"])
        memory += gigabytes(spark[f"spark.{worker}.memoryOverhead"])
        assert cores == 2
        assert 4 <= memory <= 16
        return cores, memory

    cpu = of("driver")[0] + executors * of("executor")[0]
    memory = of("driver")[1] + executors * of("executor")[1]
    at_once = int(application["SchedulerConfiguration"]["MaxConcurrentRuns"])
    assert at_once == int(resources()["Dispatcher"]["DefinitionSubstitutions"]["MaxConcurrency"])
    # The workers of a job that has ended are held for a while yet, and the next job begins.
    room = at_once + 1
    assert room * cpu <= int(application["MaximumCapacity"]["Cpu"].removesuffix(" vCPU"))
    assert room * memory <= gigabytes(application["MaximumCapacity"]["Memory"])
    # The parameter's description says how much a job takes.
    assert f"each takes {cpu} vCPU and {memory} GB" in ANALYTICS.read_text()


def test_an_environment_names_all_that_has_a_name() -> None:
    keys = ("Name", "StateMachineName", "AlarmName", "TopicName", "QueueName", "DashboardName")
    names = {
        id_: found[key]
        for id_, found in resources(Name="dm-analytics-dev").items()
        for key in (*keys, "LogGroupName")
        if key in found
    }
    assert len(names) == 14
    assert all("dm-analytics-dev" in name for name in names.values()), names


def test_the_size_of_a_job_is_a_parameter() -> None:
    sizes = {"DriverCores": "4", "DriverMemory": "8g", "Executors": "3", "ExecutorMemory": "6g"}
    settings = spark_settings(**sizes)
    assert settings["spark.driver.cores"] == "4"
    assert settings["spark.driver.memory"] == "8g"
    assert settings["spark.executor.instances"] == "3"
    assert settings["spark.executor.memory"] == "6g"


def test_a_schedule_that_cannot_start_keeps_why() -> None:
    made = resources()
    for name in ("DailySchedule", "WeeklyMaintenance"):
        assert made[name]["Target"]["DeadLetterConfig"] == {"Arn": "arn-of-NotStarted"}
        assert made[name]["Target"]["Arn"] == "ref-of-Dispatcher"
    assert json.loads(made["WeeklyMaintenance"]["Target"]["Input"]) == {"maintain": True}
    sends = Call("sqs:SendMessage", "arn-of-NotStarted")
    assert allows(statements_of("ScheduleRole"), sends)


def test_the_dashboard_is_json_and_shows_each_alarm() -> None:
    made = resources()
    shown = json.loads(made["Dashboard"]["DashboardBody"])["widgets"][0]["properties"]["alarms"]
    assert set(shown) == {f"arn-of-{id_}" for id_, found in made.items() if "AlarmName" in found}


def test_the_dashboard_finds_what_jobs_use_whatever_its_dimensions_are() -> None:
    """AWS tells it of each worker type and capacity; a metric of the application alone is none."""
    widgets = json.loads(resources()["Dashboard"]["DashboardBody"])["widgets"]
    (used,) = [w for w in widgets if w["properties"]["title"] == "What jobs use"]
    found = [metric[0]["expression"] for metric in used["properties"]["metrics"]]
    assert found == [
        f"""SEARCH('MetricName="{name}" ApplicationId="ref-of-Application"', 'Maximum', 300)"""
        for name in ("CPUAllocated", "MemoryAllocated")
    ]


def test_no_alarm_rings_for_a_schedule_that_is_switched_off() -> None:
    assert resources()["NoSuccessAlarm"]["ActionsEnabled"] is True
    assert resources(ScheduleState="DISABLED")["NoSuccessAlarm"]["ActionsEnabled"] is False


def test_the_operators_guide_has_each_alarm() -> None:
    alarms = {p["AlarmName"] for p in resources().values() if "AlarmName" in p}
    guide = (PROJECT / "docs" / "operations.md").read_text()
    assert alarms == set(re.findall(r"\| `(dm-analytics-[a-z-]+)` \|", guide))


def test_a_network_is_there_if_it_is_asked_for() -> None:
    assert "NetworkConfiguration" not in resources()["Application"]
    inside = resources(Subnets="subnet-1,subnet-2", SecurityGroups="sg-1")["Application"]
    assert inside["NetworkConfiguration"] == {
        "SubnetIds": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1"],
    }


def test_spark_is_set_up_as_on_one_machine() -> None:
    """All but where the catalog and its files are: the tables must not differ."""
    local, here = Lake(Path("/lake")).spark_settings(), spark_settings()
    elsewhere = {f"spark.sql.catalog.lake.{key}" for key in ("type", "uri", "warehouse")}
    elsewhere.add("spark.sql.catalog.lake.jdbc.schema-version")
    shared = local.keys() - elsewhere
    assert {key: here.get(key) for key in shared} == {key: local[key] for key in shared}
    assert here["spark.sql.session.timeZone"] == "UTC"


def test_a_job_is_set_up_for_the_release() -> None:
    """What AWS documents beside PYSPARK_PYTHON, and where S3A looks, which serves s3:// there."""
    here = spark_settings(Python="/usr/bin/python3.13")
    assert here["spark.pyspark.python"] == "/usr/bin/python3.13"
    assert here["spark.pyspark.driver.python"] == "/usr/bin/python3.13"
    assert here["spark.hadoop.fs.s3a.endpoint.region"] == REGION
    assert here["spark.sql.catalog.lake.table-default.format-version"] == "2"


def faults(definition: dict[str, Any]) -> list[str]:
    """What cfn-lint finds in a state machine, and the transitions that lead nowhere."""
    properties = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "Definition": definition}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    found = lint(json.dumps({"Resources": {"Machine": machine}}), regions=[REGION])
    return [*map(str, found), *transitions(definition)]


def transitions(machine: dict[str, Any]) -> Iterator[str]:
    """Transitions to states that are not there, and states that no transition leads to."""
    reached = {machine["StartAt"]}
    for state in machine["States"].values():
        rules = [state, *state.get("Choices", []), *state.get("Catch", [])]
        reached |= {rule[key] for rule in rules for key in ("Next", "Default") if key in rule}
        if "ItemProcessor" in state:
            yield from transitions(state["ItemProcessor"])
    yield from (
        f"{name} is not there, or not reached" for name in reached ^ machine["States"].keys()
    )


def test_the_state_machine_is_valid() -> None:
    assert faults(rendered()) == []


def drop_the_resource(states: dict[str, Any]) -> None:
    del states["Find work"]["Resource"]


def misspell_a_field(states: dict[str, Any]) -> None:
    states["Find work"]["Arguements"] = states["Find work"].pop("Arguments")


def use_the_other_language(states: dict[str, Any]) -> None:
    states["Find work"]["Parameters"] = states["Find work"].pop("Arguments")


def misspell_a_state(states: dict[str, Any]) -> None:
    states["Find work"]["Next"] = "Is there more?"


@pytest.mark.parametrize(
    "break_it", [drop_the_resource, misspell_a_field, use_the_other_language, misspell_a_state]
)
def test_a_fault_of_the_state_machine_is_found(
    break_it: Callable[[dict[str, Any]], None],
) -> None:
    definition = rendered()
    break_it(definition["States"])
    assert faults(definition)

"""A state machine that keeps the dispatcher's contract and starts no jobs, and `dm` on it."""

import json
from typing import Any

import boto3
from click.testing import CliRunner, Result

from dm.aws import dispatcher
from dm.cli import dm

# Each table ends as its name says; "top_styles_by_popularity" takes its time.
SUCCEEDED = {"status": "SUCCEEDED", "job_run_id": "00job", "logs": "s3://logs/00job/"}
FAILED = SUCCEEDED | {"status": "FAILED", "error": "no beer has a name"}
ENDS = {
    "top_drinkers": {"status": "SKIPPED"},
    "top_beers_by_rating": SUCCEEDED,
    "top_breweries_by_rating": FAILED,
    "top_styles_by_popularity": SUCCEEDED,
}
SLOW = "top_styles_by_popularity"


def definition(seconds: int) -> dict[str, Any]:
    """What the real one does to its input and output; it starts no jobs."""
    ends = {
        table: {"Type": "Pass", "Result": {"table": table, **result}, "End": True}
        for table, result in ENDS.items()
    }
    choices = [
        {"Variable": "$", "StringEquals": table, "Next": "Slow" if table == SLOW else table}
        for table in ENDS
    ]
    # A job for several tables puts out a list of results.
    ends[SLOW]["Result"] = [ends[SLOW]["Result"]]
    each = {
        "Which": {"Type": "Choice", "Choices": choices},
        "Slow": {"Type": "Wait", "Seconds": seconds, "Next": SLOW},
        **ends,
    }
    failed = "States.ArrayContains($.results[*].status, 'FAILED')"
    return {
        "StartAt": "Given",
        "States": {
            "Given": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.tables", "IsPresent": True, "Next": "Tables"}],
                "Default": "All",
            },
            "All": {"Type": "Pass", "Result": {"tables": sorted(ENDS)}, "Next": "Tables"},
            "Tables": {
                "Type": "Map",
                "ItemsPath": "$.tables",
                "ItemProcessor": {"StartAt": "Which", "States": each},
                "ResultPath": "$.results",
                "Next": "Summary",
            },
            "Summary": {
                "Type": "Pass",
                "Parameters": {"out": {"results.$": "$.results"}, "failed.$": failed},
                "Next": "AnyFailed",
            },
            "AnyFailed": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.failed", "BooleanEquals": True, "Next": "Failed"}],
                "Default": "Done",
            },
            "Failed": {
                "Type": "Fail",
                "Error": "GoldTablesFailed",
                "CausePath": "States.JsonToString($.out)",
            },
            "Done": {"Type": "Succeed", "OutputPath": "$.out"},
        },
    }


def run(*command: str, **settings: Any) -> Result:
    return CliRunner().invoke(dm, command, catch_exceptions=False, **settings)


def given(name: str) -> Any:
    found = boto3.client("stepfunctions").describe_execution(
        executionArn=dispatcher.connect(name)._execution_arn(started(name))
    )
    return json.loads(found["input"])


def started(name: str) -> str:
    return dispatcher.connect(name).latest(1)[0].name

"""Each expression of the state machine means to the reference JSONata what it means to ours.

Step Functions evaluates with the reference, from npm; the other tests with the package for Python.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.responses import DynamoHandler
from moto.emrserverless.models import EMRServerlessBackend, JobRun

from runner.aws.outcomes import TableOutcome
from runner.control.items import Status
from tests.aws.moto_gaps.dynamodb import refused
from tests.aws.moto_gaps.step_functions import EVALUATED
from tests.aws.stand_ins.account import BEERS, STATES, Account, variation
from tests.aws.stand_ins.worker import Worker, arguments, tell

pytestmark = pytest.mark.end_to_end

REFERENCE = "jsonata@2.0.6"
SCRIPT = """
const jsonata = require("jsonata");
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
(async () => {
  const found = [];
  for (const text of asked) {
    try {
      const expression = jsonata(text);
      expression.registerFunction("parse", (json) => JSON.parse(json));
      const value = await expression.evaluate(null);
      found.push(value === undefined ? {undefined: true} : {value});
    } catch (error) { found.push({error: error.message}); }
  }
  console.log(JSON.stringify(found));
})();
"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the reference implementation."""
    npm = shutil.which("npm")
    assert npm, "npm is needed: it brings the reference implementation of JSONata"
    folder = tmp_path_factory.mktemp("jsonata")
    subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", REFERENCE],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "evaluate.js").write_text(SCRIPT)
    return folder


@pytest.fixture(scope="module")
def evaluated(account: Account, worker: Worker, patch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What executions of all kinds evaluated."""
    EVALUATED.clear()
    account.forget_items()
    again = account.dispatcher_with("jsonata", JobsFor="all tables", SecondAttemptMinutes="15")
    quick = variation(account, r'"Seconds": "[^"]+"', '"Seconds": 1', again)
    outcomes = [
        TableOutcome(BEERS, "FAILED", 'a "quoted" error'),
        TableOutcome(STATES, "FAILED", "S3 did not answer", again=True),
    ]
    before = len(account.jobs)

    def some_fail(job: JobRun) -> str | None:
        if len(account.jobs) == before + 1:
            return tell(job, outcomes) or "Exit code: 1"
        return "no room" if STATES in arguments(job) else tell(job)

    patch.setattr(worker, "run", some_fail)
    account.run({})  # a day without work
    account.enqueue(BEERS, "2010-01")
    account.enqueue(STATES, "2010-01", "2010-02")
    account.enqueue(STATES, "2010-03", status=Status.RUNNING, lease_expires_at="2012-01-01")
    deaf = variation(account, r'"MaxAttempts": 6', '"MaxAttempts": 1')
    pages = variation(account, r'"Limit": \d+', '"Limit": 2', quick)
    assert account.run({}, pages).statuses[BEERS] == "FAILED"
    patch.setattr(worker, "run", tell)
    assert account.run({}).status == "SUCCEEDED"
    assert account.run({"tables": [BEERS], "periods": ["2010-01", "2010-02"]}).results
    assert account.run({"tables": []}).status == "SUCCEEDED"
    done = TableOutcome("maintenance", "SUCCEEDED")
    patch.setattr(worker, "run", lambda job: tell(job, [done]))
    assert account.run({"maintain": True}).status == "SUCCEEDED"
    assert account.run({"look": True}).status == "SUCCEEDED"
    patch.setattr(worker, "run", lambda job: tell(job, [TableOutcome("operate", "SUCCEEDED")]))
    said = {"table": STATES, "periods": ["2010-01", "2010-02"], "because": 'a "quoted" reason'}
    assert account.run({"operate": {"name": "hold", "arguments": said}}).status == "SUCCEEDED"
    many = [f"{year}-{month:02}" for year in range(1976, 2012) for month in range(1, 13)]
    for wrong in ({"tables": ["ale"]}, {"periods": ["2010-13"]}, {"periods": many}):
        assert account.run(wrong).status == "FAILED"
    with pytest.MonkeyPatch.context() as faulty:

        def refuse(*_: object, **__: object) -> None:
            raise JsonRESTError("ValidationException", "never")

        faulty.setattr(EMRServerlessBackend, "start_job_run", refuse)
        assert account.run({"tables": [BEERS]}).status == "FAILED"
    with pytest.MonkeyPatch.context() as faulty:
        patch.setattr(worker, "run", tell)
        faulty.setattr(DynamoHandler, "get_item", refuse)
        assert account.run({"tables": [BEERS]}, deaf).status == "FAILED"
    soon = variation(account, r'"Seconds": 900', '"Seconds": 1')
    with refused("query", "AccessDeniedException", 2):
        assert account.run({}, soon).error == "WorkNotFound"
    account.forget_items()
    return list(EVALUATED)


def expressions(node: Any) -> Iterator[str]:
    """All expressions of a definition."""
    if isinstance(node, dict):
        for value in node.values():
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)
    elif isinstance(node, str) and node.startswith("{%"):
        yield node.removeprefix("{%").removesuffix("%}").strip()


def test_each_expression_was_evaluated(account: Account, evaluated: list[tuple[str, Any]]) -> None:
    found = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=account.dispatcher)
    asked = [text for text, _ in evaluated]
    # Those that differ by a parameter are there with another value of it.
    missing = [
        expression
        for expression in expressions(json.loads(found["definition"]))
        if not any(expression in text for text in asked)
        and "'one table'" not in expression
        and "0 > 0" not in expression
        and "0 * 60" not in expression
    ]
    assert missing == []


def test_the_reference_gives_the_same(reference: Path, evaluated: list[tuple[str, Any]]) -> None:
    different = list({pair[0]: pair for pair in evaluated}.values())
    answer = subprocess.run(
        ["node", "evaluate.js"],
        cwd=reference,
        input=json.dumps([text for text, _ in different]),
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(answer.stdout)
    assert len(found) == len(different) > 100
    wrong = [
        (text[-300:], ours, theirs)
        for (text, ours), theirs in zip(different, found, strict=True)
        if theirs != {"value": ours}
    ]
    assert wrong == [], wrong[:3]

"""S3 or Glue fails under the job of EMR Serverless, whose lake is there."""

import itertools
import logging
import re
from collections.abc import Callable, Iterator

import pytest
from moto.glue.models import glue_backends
from moto.server import ThreadedMotoServer

from runner.control.dynamodb import DynamoControlTable
from runner.control.items import Status
from tests.aws.moto_gaps import glue
from tests.aws.stand_ins.deployer import ACCOUNT, REGION
from tests.faults.harness.bucket import Job, make_lake
from tests.faults.harness.proxy import Proxy, Request
from tests.faults.harness.services import (
    GLUE_BROKEN,
    SURVIVED,
    Away,
    commits,
    s3,
    slow,
    to_glue,
    writes_data,
    writes_metadata,
)
from tests.faults.harness.stage import Stage, proven
from tests.faults.harness.victim import TABLES
from tests.report import Report
from tests.runner.conftest import new_table
from tests.runner.test_emr import told as told_of

TABLE = "s3"  # in docs/reliability.md


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    """What stands before S3 and Glue, which are moto's."""
    glue_backends[ACCOUNT][REGION].reset()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch, Proxy(f"http://{host}:{port}").serving() as found:
        glue.close(patch)
        yield found
    server.stop()
    glue_backends[ACCOUNT][REGION].reset()


@pytest.fixture(scope="module")
def stage(dynamodb: None, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Silver on S3, and gold built of it."""
    folder = tmp_path_factory.mktemp("s3")
    found = Stage(make_lake(f"http://{proxy.upstream}", folder / "lake"), folder)
    with new_table() as name:
        found.change(DynamoControlTable(name))
        assert Job(found.lake, proxy.url, name)()[0] == 0
    return found


@pytest.fixture
def control(dynamodb_table: str) -> DynamoControlTable:
    return DynamoControlTable(dynamodb_table)


@pytest.fixture
def job(stage: Stage, proxy: Proxy, dynamodb_table: str) -> Iterator[Job]:
    yield Job(stage.lake, proxy.url, dynamodb_table)
    proxy.fault = proxy.lost = lambda request: None


@pytest.mark.long
@pytest.mark.parametrize("fault", SURVIVED)
def test_a_run_gets_through_what_ends_soon(
    stage: Stage, proxy: Proxy, control: DynamoControlTable, job: Job, report: Report,
    fault: str,
) -> None:  # fmt: skip
    with proven(stage, control, report, fault, 0, TABLE):
        SURVIVED[fault](proxy)
        code, told = job()
        assert code == 0, told
        assert proxy.faults or SURVIVED[fault] is slow
        assert not control.items(Status.PENDING, Status.RUNNING, Status.ERROR)


def test_a_run_goes_on_when_s3_is_back(
    stage: Stage, proxy: Proxy, control: DynamoControlTable, job: Job, report: Report, long: bool
) -> None:
    if not long:
        pytest.skip("make faults")
    fault = "S3 is away from the first data file on until all models have failed"
    with proven(stage, control, report, fault, 0, TABLE):
        proxy.fault = away = Away(s3, writes_data)
        failed = itertools.count(1)

        def hear(line: str) -> None:
            if ": error in" in line and next(failed) == len(TABLES):
                away.is_back()

        code, told = job(hear)
        assert code == 0, told
        assert told.count(": error in") == len(TABLES)
        assert told.count(": 3 periods") == len(TABLES)


@pytest.mark.parametrize("refused", [writes_data, writes_metadata])
def test_a_run_whose_files_s3_does_not_take_says_so(
    stage: Stage, proxy: Proxy, control: DynamoControlTable, job: Job, report: Report,
    refused: Callable[[Request], bool], long: bool,
) -> None:  # fmt: skip
    if not long:
        pytest.skip("make faults")
    file = "data file" if refused is writes_data else "metadata.json"
    with proven(stage, control, report, f"S3 takes no {file}", 1, TABLE):
        before = stage.mains()
        proxy.fault = Away(refused, refused)
        code, told = job()
        assert code == 1
        check_told(told, control, "S3")
        assert stage.mains() == before
        proxy.fault = lambda request: None
        assert job()[0] == 0


@pytest.mark.parametrize("step", ["write", "publishing"])
def test_a_commit_whose_answer_is_lost_with_glue_itself_costs_one_more_run(
    stage: Stage, proxy: Proxy, control: DynamoControlTable, job: Job, report: Report,
    step: str, long: bool,
) -> None:  # fmt: skip
    """Iceberg asks Glue whether it has committed, and has no answer to that either."""
    if not long:
        pytest.skip("make faults")
    with proven(
        stage, control, report, f"Glue commits the first {step}, and is away then", 1, TABLE
    ):
        publishing = step == "write"

        def hear(line: str) -> None:
            nonlocal publishing
            publishing = publishing or "Publishing" in line

        away = Away(to_glue, lambda request: publishing and commits(request))
        proxy.fault = lambda request: None if commits(request) else away(request)
        proxy.lost = away
        code, told = job(hear, AWS_MAX_ATTEMPTS="2")  # ten would take minutes
        assert code == 1
        check_told(told, control, "Glue")
        proxy.fault = proxy.lost = lambda request: None
        assert job()[0] == 0


@pytest.mark.long
@pytest.mark.parametrize("call", ["the start", "GetTable"])
def test_a_run_that_glue_does_not_let_begin_is_worth_another_one(
    stage: Stage, proxy: Proxy, control: DynamoControlTable, job: Job, report: Report,
    call: str, dynamodb_table: str,
) -> None:  # fmt: skip
    """While dbt starts, or plans: the state machine has the outcome, and tries it again."""
    with proven(stage, control, report, f"Glue is away from {call} on", 1, TABLE):
        proxy.fault = Away(
            to_glue, lambda request: call in ("the start", request.operation), GLUE_BROKEN
        )
        code, said = job(AWS_MAX_ATTEMPTS="2", DM_OUTCOME="outcome")
        assert code == 1
        check_told(said, control, "Glue")
        for outcome in told_of(dynamodb_table, "outcome").values():
            assert (outcome["status"], outcome["again"]) == ("FAILED", True)
        proxy.fault = lambda request: None
        assert job()[0] == 0


def check_told(told: str, control: DynamoControlTable, service: str) -> None:
    """A sentence for each table, the same as its items have: no stack, and what to do."""
    sentence = rf"{service} did not answer \(\w+: [^\n]+\)\. Run it again when {service} does"
    *_, title, first, second = told.splitlines()
    assert re.search(r"0 of \d+ control items succeeded", title)
    for line in (first, second):
        assert re.fullmatch(rf"  \w+ [-, 0-9]+ failed: (dbt \w+: )?{sentence}", line), line
    for item in control.items(Status.PENDING):
        assert re.search(rf"{sentence}$", str(item.error_message))
    assert len(control.items(Status.PENDING)) == len(control.items(*Status))

"""What a day costs, by what AWS billed."""

import json

import pytest
from click.testing import CliRunner

from dm.cli import dm
from tests.aws.stand_ins.account import Account
from tests.aws.stand_ins.worker import Worker, tell


def test_the_cost_of_a_day_is_what_aws_billed(
    account: Account, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    patch.setattr(worker, "run", tell)
    account.enqueue("top_drinkers", "2010-01")
    account.enqueue("top_beers_by_rating", "2010-01")
    account.run({"tables": ["top_drinkers", "top_beers_by_rating"]})
    for job in account.jobs:
        mine = job in account.jobs[-2:]
        billed = {"vCPUHour": 0.2, "memoryGBHour": 0.5} if mine else {}
        job.billed_resource_utilization = billed
    command = ["cost", "--target", "aws", "--format", "json", "--limit", "1000"]
    answer = CliRunner().invoke(dm, command, catch_exceptions=False)
    *_, day = json.loads(answer.output)
    assert (day["what"], day["how many"]) == ("a day", 1)
    assert (day["vCPU hours"], day["GB hours"]) == (0.4, 1.0)
    assert day["$"] == round(0.4 * 0.042094 + 1.0 * 0.004628, 4)
    other = CliRunner().invoke(dm, [*command, "--vcpu-price", "1", "--gb-price", "0"])
    assert json.loads(other.output)[-1]["$"] == 0.4
    here = CliRunner().invoke(dm, ["cost"])
    assert (here.exit_code, "--target aws" in here.output) == (2, True)

"""The operator's policy is enough for all that dm calls on AWS."""

from typing import Any

import pytest
from botocore.client import BaseClient
from click.testing import CliRunner

from dm.cli import dm
from runner.control.items import Status
from tests.aws.deploy.test_people import policy
from tests.aws.dispatcher.test_first_day import answers, deployed
from tests.aws.stand_ins.account import Account
from tests.aws.stand_ins.worker import Worker

__all__ = ["answers", "deployed"]


def test_the_operator_may_do_all_that_dm_does(
    deployed: None, account: Account, answers: object, worker: Worker, patch: pytest.MonkeyPatch
) -> None:
    called: set[str] = set()
    call = BaseClient._make_api_call

    def note(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        service = client.meta.service_model
        prefix = {"monitoring": "cloudwatch"}.get(service.signing_name, service.signing_name)
        if client._request_signer._credentials.access_key == "testing":  # not a stand-in's own
            called.add(f"{prefix}:{operation}")
        return call(client, operation, arguments)

    account.enqueue("top_drinkers", "2010-01", status=Status.ERROR)
    with pytest.MonkeyPatch.context() as recorded:
        recorded.setattr(BaseClient, "_make_api_call", note)
        for command in (
            "doctor --after-deploy",
            "status",
            "pending",
            "runs --limit 2",
            "retry",
            "backfill --from 2010-02 --to 2010-02 --table top_drinkers",
            "process",
            "cost",
        ):
            CliRunner().invoke(dm, [*command.split(), "--target", "aws"])
    called.remove("sts:GetCallerIdentity")  # nobody may forbid it
    statements = policy("Operator")
    allowed = {a for s in statements for a in [s["Action"]] if isinstance(a, str)}
    allowed |= {a for s in statements if isinstance(s["Action"], list) for a in s["Action"]}
    assert {"athena:StartQueryExecution", "dynamodb:PutItem", "states:StartExecution"} <= called
    assert called - allowed == set()
    account.forget_items()

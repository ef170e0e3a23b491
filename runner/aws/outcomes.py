"""What a job tells the state machine of each of its tables, in an item of the control table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from runner.aws.calls import calling, session
from runner.control.items import utc_now
from runner.errors import DataMasterError

if TYPE_CHECKING:
    from runner.work import Result

_KEPT = timedelta(days=30)
_LONGEST = 1000


@dataclass(frozen=True)
class TableOutcome:
    """How a job ended for a table.

    Attributes:
        table: its name.
        status: SUCCEEDED, FAILED, HELD (another run has its items) or SKIPPED (nothing was left).
        error: why it failed or was held; of a look, what was found.
        again: whether another job may succeed, for no month is at fault.
    """

    table: str
    status: str
    error: str | None = None
    again: bool = False


def of_results(
    chosen: Sequence[str], results: Sequence[Result], held: Collection[str]
) -> list[TableOutcome]:
    """The outcome of each chosen table, and of what names no table.

    Args:
        chosen: the job's tables.
        results: what the job did.
        held: tables with items that another run has.
    """
    names = dict.fromkeys((*chosen, *(result.table for result in results)))
    return [_outcome(table, [r for r in results if r.table == table], held) for table in names]


def failed(chosen: Sequence[str], error: str, *, again: bool) -> list[TableOutcome]:
    """The outcomes where the job ended before it could tell its tables apart."""
    return [TableOutcome(table, "FAILED", error[:_LONGEST], again) for table in chosen]


def tell(control_table: str, key: str, outcomes: Sequence[TableOutcome]) -> None:
    """Writes outcomes to the item of this key: it has no schema, so no index and no run finds it.

    Raises:
        AwsCallFailed: nobody was told.
    """
    with calling("UpdateItem", f"table {control_table}"):
        session().client("dynamodb").update_item(
            TableName=control_table,
            Key={"control_id": {"S": key}},
            UpdateExpression="set outcomes = :outcomes, expires_at = :end",
            ExpressionAttributeValues={
                ":outcomes": {"S": json.dumps([asdict(outcome) for outcome in outcomes])},
                ":end": {"N": str(round((utc_now() + _KEPT).timestamp()))},
            },
        )


def keep_told(control_table: str, name: str, told: Sequence[Mapping[str, Any]]) -> None:
    """Keeps what a job tells of tables or branches, for whoever started the execution.

    Raises:
        AwsCallFailed: nobody was told; it may be too much for an item, which has 400 KB.
    """
    with calling("UpdateItem", f"table {control_table}"):
        session().client("dynamodb").update_item(
            TableName=control_table,
            Key={"control_id": {"S": f"told-{name}"}},
            UpdateExpression="set told = :told, expires_at = :end",
            ExpressionAttributeValues={
                ":told": {"B": gzip.compress(json.dumps(told).encode())},
                ":end": {"N": str(round((utc_now() + _KEPT).timestamp()))},
            },
        )


def told(control_table: str, name: str) -> list[dict[str, Any]]:
    """What keep_told() kept of the execution of this name.

    Raises:
        AwsCallFailed: it could not be read.
        NotTold: the job has kept nothing.
    """
    with calling("Query", f"table {control_table}"):
        found = (
            session()
            .client("dynamodb")
            .query(
                TableName=control_table,
                KeyConditionExpression="control_id = :key",
                ExpressionAttributeValues={":key": {"S": f"told-{name}"}},
                ConsistentRead=True,
            )["Items"]
        )
    if not found:
        raise NotTold(
            f"The job of {name} has not told what it was asked for", "Its log may say why."
        )
    said: list[dict[str, Any]] = json.loads(gzip.decompress(found[0]["told"]["B"]))
    return said


class NotTold(DataMasterError):
    """A job has not told what it was asked for."""


def _outcome(table: str, results: Sequence[Result], held: Collection[str]) -> TableOutcome:
    wrong = [result for result in results if result.error]
    if wrong:
        error = f"{wrong[0].period} {wrong[0].error}".strip()[:_LONGEST]
        return TableOutcome(table, "FAILED", error, any(result.again for result in wrong))
    if results:
        return TableOutcome(table, "SUCCEEDED")
    if table in held:
        return TableOutcome(table, "HELD", "another run has its items, and settles them")
    return TableOutcome(table, "SKIPPED")

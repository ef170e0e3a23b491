"""Why a table was not published, as the results of a run of dbt tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import NodeResult

from runner.dbt.messages import one_line, unanswered

FAILED = {"error", "fail", "skipped"}
_PASSED = "could not be read when the run began"
"""What the macro assert_audited says of a table that can be read by now."""


@dataclass(frozen=True)
class Problem:
    """Why a table was not published.

    Attributes:
        message: what failed, in one line.
        periods: those that are known to be at fault; empty if that is not known.
        transient: no month is at fault: another run published the table meanwhile, or a service
            did not answer. Built again, the table may succeed.
        later: nothing failed: these periods wait for their turn, and the others are published.
    """

    message: str
    periods: frozenset[str] = frozenset()
    transient: bool = False
    later: bool = False


def problem_of(
    table: str, results: Sequence[NodeResult], asked: Collection[str] = ()
) -> Problem | None:
    """Why a table was not published, as the macro table_outcomes found it, if dbt came so far.

    Of a table that was, why months that were asked for were left out: somebody holds them, or
    silver has too many rows of them for one run.
    """
    model = next((r for r in results if r.node.name == table), None)
    if model is None:
        return Problem("dbt did not build it")
    if found := model.adapter_response.get("problem"):
        told = (r.message or "" for r in results if r.node.unique_id in found["failed"])
        if service := next(filter(None, map(unanswered, told)), ""):
            return Problem(service, transient=True)
        return Problem(found["message"], frozenset(found["periods"]))
    outcome = model.adapter_response.get("outcome")
    if outcome is None and model.status in FAILED:
        reason = model.message or str(model.status)
        return Problem(one_line(reason), transient=bool(unanswered(reason)) or _PASSED in reason)
    if outcome == "overtaken":
        return Problem("another run has published it meanwhile", transient=True)
    if message := failed_hook("publish_audited", results):
        return Problem(message, transient=True)
    held = {m: why for m, why in model.adapter_response.get("held", {}).items() if m in asked}
    if held:
        return Problem(f"{next(iter(held.values()))} (dm release)", frozenset(held))
    if waiting := frozenset(model.adapter_response.get("later", ())).intersection(asked):
        return Problem("it waits for its turn", waiting, later=True)
    return None


def failed_hook(macro: str, results: Sequence[NodeResult]) -> str | None:
    """What a macro of on-run-end failed with; None if it did not."""
    for result in results:
        hook = result.node.resource_type is NodeType.Operation and macro in result.node.raw_code
        if hook and result.status in FAILED:
            return one_line(result.message or "")
    return None

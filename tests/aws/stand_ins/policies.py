"""Evaluates IAM policies: the statements that this project's templates use, and no others."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import boto3

from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.template import NotUnderstood

Statement = Mapping[str, Any]

_KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}


def statements(role: str) -> list[Statement]:
    """The statements of a role in the deployed stack."""
    client = boto3.client("iam")
    names = client.list_role_policies(RoleName=role)["PolicyNames"]
    found = [client.get_role_policy(RoleName=role, PolicyName=name) for name in names]
    return [s for policy in found for s in policy["PolicyDocument"]["Statement"]]


def allows(statements: Iterable[Statement], call: Call) -> bool:
    """Whether a role with these statements may make a call."""
    return any(_matches(statement, call) for statement in statements)


def _matches(statement: Statement, call: Call) -> bool:
    if statement.keys() - _KNOWN or statement["Effect"] != "Allow":
        raise NotUnderstood(f"{statement}")
    action = any(fnmatchcase(call.action.lower(), a.lower()) for a in _list(statement["Action"]))
    resource = any(fnmatchcase(call.resource, r) for r in _list(statement["Resource"]))
    return action and resource and _holds(statement.get("Condition", {}), dict(call.context))


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    if unknown := condition.keys() - {"StringEquals", "StringLike"}:
        raise NotUnderstood(f"{unknown}")
    exact = condition.get("StringEquals", {}).items()
    like = condition.get("StringLike", {}).items()
    return all(context.get(key) in _list(values) for key, values in exact) and all(
        any(fnmatchcase(context.get(key, ""), value) for value in _list(values))
        for key, values in like
    )


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]

"""Whether the roles of a deployment may do what their policies say."""

import json
from collections.abc import Iterator
from typing import Any

from local.checks import Unwell
from runner.aws.calls import calling, session

_EXAMPLES = {"s3:prefix": "gold/x", "iam:PassedToService": "emr-serverless.amazonaws.com"}
_CONTEXT = _EXAMPLES | {"cloudwatch:namespace": "DataMaster"}


def of_role(role: str) -> str:
    """Whether a role may do what its policy says: a boundary or the organization may forbid.

    Args:
        role: its ARN.

    Raises:
        Unwell: it may not.
        AwsCallFailed: nobody can tell.
    """
    client: Any = session().client("iam")
    name = role.rpartition("/")[2]
    refused, total = [], 0
    with calling("SimulatePrincipalPolicy", f"role {name}"):
        for actions, resources in _asked(client, name):
            context = [
                {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for key, value in _CONTEXT.items()
            ]
            answer = client.simulate_principal_policy(
                PolicySourceArn=role,
                ActionNames=actions,
                ResourceArns=resources,
                ContextEntries=context,
            )
            total += len(actions)
            refused += [
                f"{result['EvalActionName']} ({result['EvalDecision']})"
                for result in answer["EvaluationResults"]
                if result["EvalDecision"] != "allowed"
            ]
    if refused:
        raise Unwell(
            f"{name} may not {', '.join(sorted(set(refused))[:5])}",
            "Ask who owns the permissions boundary, or the organization's policies.",
        )
    return f"{name} may do all {total} actions of its policy"


def _asked(client: Any, role: str) -> Iterator[tuple[list[str], list[str]]]:
    """What the role's own policies allow: actions, each with examples of their resources."""
    for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
        found = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        document = json.loads(found) if isinstance(found, str) else found
        for statement in document["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            examples = resources if isinstance(resources, list) else [resources]
            yield (
                actions if isinstance(actions, list) else [actions],
                [each if each == "*" else each.replace("*", "x") for each in examples],
            )

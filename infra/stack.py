"""CloudFormation stacks: a change is proposed, shown, and carried out or dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import yaml
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from runner.aws.calls import AwsCallFailed, what_to_do
from runner.errors import DataMasterError

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        WaiterConfigTypeDef,
    )

_UNMADE = "ROLLBACK_COMPLETE"
"""A first attempt that failed: nothing is left but the name, which has to go first."""

_SOON: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 150}
_LATER: WaiterConfigTypeDef = {"Delay": 5, "MaxAttempts": 720}


class StackFailed(DataMasterError):
    """CloudFormation could not make a change."""


@contextmanager
def aws_errors() -> Iterator[None]:
    """Tells an error of AWS in one sentence.

    Raises:
        AwsCallFailed: a call failed, or could not be made.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AwsCallFailed(f"AWS: {error}", what_to_do(error)) from error


@dataclass(frozen=True)
class Change:
    """What a deployment does to a resource: Add, Modify or Remove; and whether it replaces it."""

    action: str
    resource: str
    type: str
    replaces: bool


class Stack:
    """A stack of CloudFormation.

    Args:
        client: CloudFormation.
        name: the stack's name.
    """

    def __init__(self, client: CloudFormationClient, name: str) -> None:
        self._client = client
        self.name = name
        # Both are this attempt's own: what an earlier one left is neither in the way nor told.
        self._change_set = f"deploy-{uuid4().hex[:12]}"
        self._token = uuid4().hex
        self._to_drop = False

    @property
    def exists(self) -> bool:
        """Whether it is there, with resources or with the rest of an attempt."""
        return self._status() not in (None, "REVIEW_IN_PROGRESS")

    @property
    def parameters(self) -> dict[str, str]:
        """The values of its parameters; none if it is not there."""
        if self._status() == _UNMADE:
            return {}
        return {
            parameter["ParameterKey"]: parameter["ParameterValue"]
            for parameter in (self._describe() or {}).get("Parameters", [])
        }

    @property
    def tags(self) -> dict[str, str]:
        """Its tags; none if it is not there."""
        found = (self._describe() or {}).get("Tags", [])
        return {tag["Key"]: tag["Value"] for tag in found}

    @property
    def outputs(self) -> dict[str, str]:
        """Its outputs; none if it is not there."""
        found = (self._describe() or {}).get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def _propose(
        self, template: str, parameters: Mapping[str, str], tags: Mapping[str, str]
    ) -> list[Change]:
        if self._status() == _UNMADE:
            self.delete()
        # What was asked for once stays so: a later deployment need not name it again.
        kept = self.parameters.keys() & declared(template).keys() - parameters.keys()
        wanted: list[ParameterTypeDef] = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ]
        wanted += [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
        try:
            self._client.create_change_set(
                StackName=self.name,
                ChangeSetName=self._change_set,
                ChangeSetType="UPDATE" if self.exists else "CREATE",
                TemplateBody=template,
                Capabilities=["CAPABILITY_IAM"],
                Parameters=wanted,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
            self._to_drop = True
            self._client.get_waiter("change_set_create_complete").wait(
                StackName=self.name, ChangeSetName=self._change_set, WaiterConfig=_SOON
            )
        except ClientError as error:
            if _is_unchanged(str(error)):
                return []
            raise
        except WaiterError as error:
            reason = self._proposed().get("StatusReason", str(error))
            if _is_unchanged(reason):
                return []
            raise StackFailed(f"Stack {self.name}: {reason}") from error
        # Of the resources; a changed description alone is no reason to deploy.
        return [_change(each["ResourceChange"]) for each in self._proposed()["Changes"]]

    @contextmanager
    def proposal(
        self, template: str, parameters: Mapping[str, str], tags: Mapping[str, str]
    ) -> Iterator[list[Change]]:
        """What a template with these parameters would change, dropped at the end if not done.

        Args:
            template: the text of the template.
            parameters: the values to set; others stay as they are, or get their default.
            tags: of all resources; others stay.

        Yields:
            The changes; none if all is so already.

        Raises:
            StackFailed: the template or a parameter is not right.
        """
        try:
            yield self._propose(template, parameters, {**self.tags, **tags})
        finally:  # also after Ctrl-C at the question
            if self._to_drop:
                with suppress(BotoCoreError, ClientError):
                    self._drop()

    def _drop(self) -> None:
        """Drops what was proposed."""
        self._client.delete_change_set(StackName=self.name, ChangeSetName=self._change_set)
        if self._status() == "REVIEW_IN_PROGRESS":
            self._client.delete_stack(StackName=self.name)

    def carry_out(self) -> None:
        """Does what was proposed, and waits for the end.

        Raises:
            StackFailed: names the resource and says why; all is as it was before.
        """
        self._to_drop = False
        waiter = "stack_update_complete" if self.exists else "stack_create_complete"
        self._client.execute_change_set(
            StackName=self.name, ChangeSetName=self._change_set, ClientRequestToken=self._token
        )
        self._wait(waiter)

    def delete(self) -> None:
        """Deletes it, but for the resources that are to be retained.

        Raises:
            StackFailed: names the resource and says why.
        """
        self._token = uuid4().hex
        self._client.delete_stack(StackName=self.name, ClientRequestToken=self._token)
        self._wait("stack_delete_complete")

    def _proposed(self) -> DescribeChangeSetOutputTypeDef:
        return self._client.describe_change_set(StackName=self.name, ChangeSetName=self._change_set)

    def _wait(self, waiter: Any) -> None:
        try:
            self._client.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=_LATER)
        except WaiterError as error:
            raise StackFailed(f"Stack {self.name}: {self._fault() or error}") from error

    def _fault(self) -> str:
        """The first resource of this attempt that failed, and why."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        failed = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for page in pages
            for event in page["StackEvents"]
            if event.get("ClientRequestToken") == self._token
            and event["ResourceStatus"].endswith("_FAILED")
        ]
        return failed[-1] if failed else ""

    def _status(self) -> str | None:
        found = self._describe()
        return found["StackStatus"] if found else None

    def _describe(self) -> Any:
        try:
            return self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise


def declared(template: str) -> dict[str, Any]:
    """The parameters that a template declares."""
    found: dict[str, Any] = yaml.load(template, _Loader)["Parameters"]  # noqa: S506
    return found


class _Loader(yaml.SafeLoader):
    """YAML in which CloudFormation's tags, such as !Ref, are left out."""


_Loader.add_multi_constructor("!", lambda loader, tag, node: None)


def _is_unchanged(reason: str) -> bool:
    return "didn't contain changes" in reason or "No updates are to be performed" in reason


def _change(found: Any) -> Change:
    return Change(
        found["Action"],
        found["LogicalResourceId"],
        found["ResourceType"],
        found.get("Replacement", "False") != "False",
    )

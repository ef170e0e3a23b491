"""CloudFormation as a deployment meets it when something is in the way.

It makes applications of EMR Serverless, and can neither change nor delete one that is started; an
attempt that fails is rolled back, and its events bear the token of its request. Outputs are those
of the newest template.
"""

from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.common_models import CloudFormationModel
from moto.emrserverless.models import Application, emrserverless_backends

AT_REST = ("CREATED", "STOPPED")


class CloudFormationApplication(CloudFormationModel):
    def __init__(self, made: Application) -> None:
        self.made = made

    @property
    def physical_resource_id(self) -> str:
        return str(self.made.id)

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EMRServerless::Application"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> "CloudFormationApplication":
        backend = emrserverless_backends[account_id][region_name]
        made = backend.create_application(
            name=cloudformation_json["Properties"]["Name"],
            release_label="emr-7.9.0",
            application_type="SPARK",
            client_token=str(uuid4()),
            initial_capacity=None,
            maximum_capacity=None,
            tags={},
            auto_start_configuration=None,
            auto_stop_configuration=None,
            network_configuration=None,
        )
        backend.job_runs.setdefault(made.id, [])  # moto knows no application before its first job
        return cls(made)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: "CloudFormationApplication", **_: Any
    ) -> "CloudFormationApplication":
        original_resource.must_be_at_rest()
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        self.must_be_at_rest()
        emrserverless_backends[account_id][region_name].delete_application(self.made.id)

    def must_be_at_rest(self) -> None:
        if self.made.state not in AT_REST:
            raise ValueError(
                f"Application {self.made.id} must be in one of the following statuses"
                f" [CREATED, STOPPED]. Current status: {self.made.state}"
            )


def close(patch: pytest.MonkeyPatch) -> None:
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()
    execute, delete = CloudFormationBackend.execute_change_set, CloudFormationBackend.delete_stack
    respond = {
        name: getattr(CloudFormationResponse, name)
        for name in ("execute_change_set", "delete_stack")
    }
    add_event, token = Stack._add_stack_event, [""]

    def with_token(stack: Stack, *arguments: Any, **options: Any) -> None:
        add_event(stack, *arguments, **options)
        stack.events[-1].client_request_token = token[0] or None

    def answering(name: str) -> Any:
        def answer(response: CloudFormationResponse) -> Any:
            token[0] = response._get_param("ClientRequestToken") or ""
            return respond[name](response)

        return answer

    @contextmanager
    def failing(backend: CloudFormationBackend, name: str | None, action: str) -> Any:
        try:
            yield
        except Exception as error:  # whatever it is, CloudFormation tells it as an event
            (stack,) = (s for s in backend.stacks.values() if name in (s.name, s.stack_id))
            stack._add_stack_event(f"{action}_FAILED", resource_status_reason=str(error))
            stack.events[-1].logical_resource_id = "Application"
            stack.status = {"UPDATE": "UPDATE_ROLLBACK_COMPLETE"}.get(action, f"{action}_FAILED")
            stack._add_stack_event(stack.status)

    def execute_change_set(
        backend: CloudFormationBackend, change_set_name: str, stack_name: str | None = None
    ) -> None:
        with failing(backend, stack_name, "UPDATE"):
            execute(backend, change_set_name, stack_name)
            (stack,) = (s for s in backend.stacks.values() if stack_name in (s.name, s.stack_id))
            stack._parse_template()
            stack.output_map = stack._create_output_map()

    def delete_stack(backend: CloudFormationBackend, name_or_stack_id: str) -> None:
        stack = next(
            (s for s in backend.stacks.values() if name_or_stack_id in (s.name, s.stack_id)), None
        )
        if stack is None:
            return
        with failing(backend, stack.name, "DELETE"):
            try:
                delete(backend, name_or_stack_id)
            except Exception:
                backend.stacks[stack.stack_id] = stack
                raise

    patch.setattr(Stack, "_add_stack_event", with_token)
    for name in respond:
        patch.setattr(CloudFormationResponse, name, answering(name))
    patch.setattr(CloudFormationBackend, "execute_change_set", execute_change_set)
    patch.setattr(CloudFormationBackend, "delete_stack", delete_stack)

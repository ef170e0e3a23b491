"""State machines run: with JSONata, and with the task emr-serverless:startJobRun.sync."""

import json
import sys
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.session import Session
from jsonata import Jsonata
from jsonata.jexception import JException
from moto.core.config import default_user_config
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_callback,
    state_task_service_factory,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.jsonata import jsonata as moto_jsonata
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

_SERVICE = "emr-serverless"
_ENDED = {"SUCCESS", "FAILED", "CANCELLED"}
_TASK_FAILED = StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed)
_POLL = 0.2


def close(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
    factory = state_task_service_factory.state_task_service_for

    def task_for(service_name: str) -> state_task_service.StateTaskService:
        return EmrServerlessTask() if service_name == _SERVICE else factory(service_name)

    _replace(patch, factory, task_for)
    _replace(patch, moto_jsonata.eval_jsonata_expression, _evaluate)
    _replace(patch, moto_jsonata.encode_jsonata_variable_declarations, _declarations)


def _replace(patch: pytest.MonkeyPatch, function: Any, by: Any) -> None:
    """Replaces a function of moto in each module that has imported it."""
    name = function.__name__
    for module in [m for key, m in sys.modules.items() if key.startswith("moto.stepfunctions")]:
        if getattr(module, name, None) is function:
            patch.setattr(module, name, by)


EVALUATED: list[tuple[str, Any]] = []
"""Each expression that was evaluated, variables included, and what it gave."""


def _evaluate(expression: str) -> Any:
    try:
        # Not the package's own lists and functions, but plain JSON.
        value = json.loads(json.dumps(Jsonata(expression).evaluate(None)))
        EVALUATED.append((expression, value))
        return value
    except (JException, TypeError) as error:
        raise moto_jsonata.JSONataException("UNKNOWN", str(error)) from error


def _declarations(bindings: Mapping[str, Any]) -> str:
    return "".join(f"{name}:={to_json_str(value)};" for name, value in bindings.items())


class EmrServerlessTask(state_task_service_callback.StateTaskServiceCallback):
    """startJobRun.sync: the state's output is the job run, once that has succeeded.

    Step Functions writes names in PascalCase (JobRunId), the service in camelCase (jobRunId).
    """

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition.Sync})

    def _get_supported_parameters(self) -> set[str]:
        return set()

    def _normalise_parameters(self, parameters: Any, *_: Any) -> None:
        operation = Session().get_service_model(_SERVICE).operation_model("StartJobRun")
        self._to_boto_request(parameters, operation.input_shape)

    def _eval_service_task(
        self,
        env: Environment,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        answer = self._client(resource_runtime_part).start_job_run(
            clientToken=str(uuid4()), **normalised_parameters
        )
        del answer["ResponseMetadata"]
        env.stack.append(answer)

    def _eval_integration_pattern(
        self,
        env: Environment,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        started = env.stack.pop()
        which = {key: started[key] for key in ("applicationId", "jobRunId")}
        client = self._client(resource_runtime_part)
        while env.is_running():
            run = client.get_job_run(**which)["jobRun"]
            if run["state"] in _ENDED:
                env.stack.append(self._ended(env, run))
                return
            time.sleep(_POLL)
        client.cancel_job_run(**which)

    def _ended(self, env: Environment, run: dict[str, Any]) -> Any:
        succeeded = run["state"] == "SUCCESS"
        operation = Session().get_service_model(_SERVICE).operation_model("GetJobRun")
        answer = {"jobRun": run}
        self._from_boto_response(answer, operation.output_shape)
        told = to_json_str(answer["JobRun"])
        if not succeeded:
            raise FailureEventException(self._failure(env, _TASK_FAILED, told))
        return json.loads(told)

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, ClientError):
            error = ex.response["Error"]
            name = CustomErrorName(f"EMRServerless.{error['Code']}")
            return self._failure(env, name, error["Message"])
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Environment, name: ErrorName, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            error=name.error_name,
            cause=cause,
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )

    @staticmethod
    def _client(part: Any) -> BaseClient:
        return boto_client_for(service=_SERVICE, region=part.region)

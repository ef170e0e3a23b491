"""Job runs wait for a worker; release labels such as emr-spark-8.1.0 are known."""

from collections.abc import Callable
from typing import Any

import pytest
from moto.core.utils import utcnow
from moto.emrserverless import models
from moto.emrserverless.models import Application, EMRServerlessBackend, JobRun

Submit = Callable[[JobRun], None]

_KNOWN_TO_MOTO = "emr-7.9.0"


def close(patch: pytest.MonkeyPatch, submit: Submit) -> None:
    create_application = EMRServerlessBackend.create_application
    start_job_run = EMRServerlessBackend.start_job_run

    def create(backend: EMRServerlessBackend, release_label: str, **settings: Any) -> Application:
        made = create_application(backend, release_label=_KNOWN_TO_MOTO, **settings)
        made.release_label = release_label
        return made

    def start(backend: EMRServerlessBackend, **request: Any) -> JobRun:
        for job in backend.job_runs.get(request["application_id"], []):
            if job.client_token == request["client_token"]:
                return job
        job = start_job_run(backend, **request)
        job.created_at = job.updated_at = utcnow()
        submit(job)
        return job

    patch.setattr(models, "JOB_STATUS", "SUBMITTED")
    patch.setattr(EMRServerlessBackend, "create_application", create)
    patch.setattr(EMRServerlessBackend, "start_job_run", start)

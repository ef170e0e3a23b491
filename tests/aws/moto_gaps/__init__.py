"""Closes the gaps between moto's server and what the project uses of AWS.

| moto 5.2 | here |
| --- | --- |
| has no task `emr-serverless:startJobRun.sync` | `step_functions`: starts the job run and follows it to its end |
| evaluates no JSONata, and does not escape strings in it | `step_functions`: the package jsonata-python does |
| a job run has succeeded once it is submitted | `emr_serverless`: a worker runs it, one for each request token |
| knows release labels like emr-7.9.0 only | `emr_serverless`: emr-spark-8.1.0, too |
| Glue's UpdateTable takes any VersionId | `glue`: only the table's present one, as Iceberg's commits need |
| DynamoDB's calls run into each other | `dynamodb`: one at a time |
| skips resources and properties of a template | `tests/aws/deployer.py` makes each one, and fails at what it does not know |
| fires no schedule | `tests/aws/account.py` starts what the schedule's target names |
| enforces no IAM | `tests/aws/calls.py` records each call, and the roles' policies are asked afterwards |

What no harness can show is in docs/aws.md.
"""

import pytest

from tests.aws.moto_gaps import dynamodb, emr_serverless, glue, step_functions


def close(patch: pytest.MonkeyPatch, submit: emr_serverless.Submit) -> None:
    """Closes the gaps in this process, for as long as `patch` lasts.

    Args:
        patch: what changes moto, and undoes it.
        submit: gets each job run that is started.
    """
    step_functions.close(patch)
    emr_serverless.close(patch, submit)
    glue.close(patch)
    dynamodb.close(patch)

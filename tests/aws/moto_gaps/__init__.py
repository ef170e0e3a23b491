"""Closes the gaps between moto's server and what the project uses of AWS.

`step_functions`
    moto has no task emr-serverless:startJobRun.sync; here one starts the job run and follows it.
    It evaluates no JSONata, and does not escape its strings; here the package jsonata-python does.
`emr_serverless`
    A job run has succeeded once it is submitted; here a worker runs it, once for each token.
    Only release labels such as emr-7.9.0 are known; here emr-spark-8.1.0 is, too.
`glue`
    UpdateTable takes any VersionId; here only the table's own, as Iceberg's commits need it.
`cloudformation`
    It changes and deletes what is started; here it fails, and tells so in the attempt's events.
`dynamodb`
    Calls run into each other; here they wait. An index knows of a write at once; here it may lag.

And beside this folder:

`deployer`
    moto's CloudFormation passes over resources and properties; this one fails at what it does not
    know.
`account`
    No schedule fires; here a test starts what the schedule's target names.
`calls`
    No call is refused for want of a permission; here each is recorded, for a test to ask the
    policies.

What cannot be shown without an account is in docs/aws.md.
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

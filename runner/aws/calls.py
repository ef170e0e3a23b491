"""Tells what went wrong with a call of AWS, and what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from runner.errors import DataMasterError

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "max_attempts": 8},  # with growing, random waits
    max_pool_connections=16,
)

_SIGN_IN = "Sign in again, for example with `aws sso login`."
_PERMISSION = "Ask for this permission, or sign in with a role that has it."
_PLACE = "Check account, region (AWS_DEFAULT_REGION) and name; `make deploy` creates it."
_BUSY = "AWS is busy: try again in a minute."

_BY_CODE = {
    "AccessDenied": _PERMISSION,
    "AccessDeniedException": _PERMISSION,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "InvalidSignatureException": _SIGN_IN,
    "ProvisionedThroughputExceededException": _BUSY,
    "ResourceNotFoundException": _PLACE,
    "SignatureDoesNotMatch": _SIGN_IN,
    "StateMachineDoesNotExist": _PLACE,
    "ThrottlingException": _BUSY,
    "UnrecognizedClientException": _SIGN_IN,
}
_BY_TYPE: dict[type[BotoCoreError] | tuple[type[BotoCoreError], ...], str] = {
    (
        CredentialRetrievalError,
        NoCredentialsError,
        PartialCredentialsError,
        SSOError,
        TokenRetrievalError,
    ): _SIGN_IN,
    NoRegionError: "Name the region: `export AWS_DEFAULT_REGION=eu-west-1`, for example.",
    ProfileNotFound: "Check AWS_PROFILE; `aws configure list-profiles` names those that there are.",
    EndpointConnectionError: "Check the network and the region (AWS_DEFAULT_REGION).",
}
_LONGEST = 300


class AwsCallFailed(DataMasterError):
    """A call of AWS failed."""


def session() -> boto3.Session:
    """A session whose clients give up after a time, and try again a few times; not for ever."""
    core = botocore.session.get_session()
    core.set_default_client_config(_CONFIG)
    return boto3.Session(botocore_session=core)


@contextmanager
def calling(call: str, resource: str) -> Iterator[None]:
    """Tells of errors of the calls in its block.

    Args:
        call: the API's name of the call, such as StartExecution.
        resource: what it works on, for people.

    Raises:
        AwsCallFailed: with the call, the resource, what AWS said, and what to do.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        told = f"{call} of {resource} failed: {str(error)[:_LONGEST]}"
        raise AwsCallFailed(told, what_to_do(error)) from error


def what_to_do(error: BotoCoreError | ClientError) -> str:
    """A sentence for the person who meets the error."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        return _BY_CODE.get(code, "Check the region, the credentials and the name.")
    for types, hint in _BY_TYPE.items():
        if isinstance(error, types):
            return hint
    return "Check the network, the region and the credentials."

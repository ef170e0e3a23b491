"""What went wrong with a call of AWS is told with what to do."""

import pytest
from botocore.exceptions import ClientError, TokenRetrievalError

from runner.aws.calls import AwsCallFailed, calling


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("ExpiredTokenException", "Sign in again"),
        ("AccessDeniedException", "Ask for this permission"),
        ("ThrottlingException", "try again in a minute"),
        ("SomethingNew", "Check the region, the credentials and the name"),
    ],
)
def test_what_to_do_depends_on_the_error(code: str, hint: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "it says why"}}, "StartExecution")
    with (
        pytest.raises(AwsCallFailed, match=r"^StartExecution of it failed: .*says why$") as caught,
        calling("StartExecution", "it"),
    ):
        raise error
    assert hint in caught.value.hint


def test_a_session_that_is_over_is_told() -> None:
    with pytest.raises(AwsCallFailed) as caught, calling("StartExecution", "it"):
        raise TokenRetrievalError(provider="sso", error_msg="Token has expired")
    assert "aws sso login" in caught.value.hint

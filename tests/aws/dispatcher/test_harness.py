"""The harness passes over nothing: what it does not know fails."""

from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.aws.stand_ins.account import DATALAKE, Account
from tests.aws.stand_ins.calls import Call
from tests.aws.stand_ins.deployer import PSEUDO, definition, make
from tests.aws.stand_ins.policies import allows
from tests.aws.stand_ins.template import Made, NotUnderstood, Template

TOPIC = """
Parameters: {Name: {Type: String, AllowedValues: [a, b]}}
Resources: {Topic: {Type: "AWS::SNS::Topic", Properties: {TopicName: %s}}}
"""


def test_an_unknown_type_or_property_fails(account: Account) -> None:
    with pytest.raises(NotUnderstood, match="F is a AWS::Lambda::Function"):
        make("F", "AWS::Lambda::Function", {})
    with pytest.raises(NotUnderstood, match="FifoTopic"):
        make("T", "AWS::SNS::Topic", {"TopicName": "t", "FifoTopic": True})
    schedule = {"Name": "s", "Timezone": "UTC"}
    with pytest.raises(Exception, match='Unknown parameter in input: "Timezone"'):
        make("S", "AWS::Scheduler::Schedule", schedule)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("!ImportValue x", {"Name": "a"}),
        ("!GetAZs eu-west-1", {"Name": "a"}),
        ("!Ref Name", {"Name": "c"}),
        ("!Ref Name", {}),
        ("!Ref Name", {"Name": "a", "Other": "b"}),
    ],
)
def test_an_unknown_function_or_parameter_fails(
    name: str, parameters: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TOPIC % name)

    def made(id_: str, type_: str, properties: dict[str, Any]) -> Made:
        return Made(id_)

    with pytest.raises(NotUnderstood):
        Template(path, parameters, PSEUDO, made).make_all()


def test_a_substitution_too_many_or_too_few_fails(account: Account) -> None:
    boto3.client("s3").put_object(Bucket=DATALAKE, Key="definition", Body=b"${A} ${B}")
    assert definition(DATALAKE, "definition", {"A": "1", "B": "2"}) == "1 2"
    for substitutions in ({"A": "1"}, {"A": "1", "B": "2", "C": "3"}):
        with pytest.raises(NotUnderstood):
            definition(DATALAKE, "definition", substitutions)


def test_a_statement_of_another_kind_fails() -> None:
    call = Call("s3:GetObject", "arn:aws:s3:::b/k")
    for unknown in ({"NotAction": "s3:*"}, {"Effect": "Deny"}, {"Condition": {"Bool": {"a": "b"}}}):
        statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **unknown}
        with pytest.raises(NotUnderstood):
            allows([statement], call)

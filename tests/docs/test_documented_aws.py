"""Each call of AWS's own command line that docs or hints name is one, with these options."""

import re
import shlex

import botocore.session
import pytest
from botocore import xform_name

from runner.project import PROJECT
from tests.docs.test_documented_commands import PAGES

OWN = {
    "cloudformation deploy": {
        *("--template-file", "--stack-name", "--capabilities", "--parameter-overrides")
    },
    "s3 cp": set[str](),
    "s3 presign": set[str](),
    "sso login": set[str](),
    "configure list-profiles": set[str](),
}
"""What is no call of a service, but a command of the AWS CLI with options of its own."""


def documented() -> list[str]:
    """The commands in lines of code and in the running text."""
    found = []
    for page in PAGES:
        text = re.sub(r"\\\n\s*", " ", page.read_text())
        found += re.findall(r"^ {4,}(aws .+(?:\n {20,}.+)*)$", text, re.MULTILINE)
        found += re.findall(r"`(aws [^`]+)`", text)
    for source in (
        path for name in ("dm", "runner", "infra") for path in (PROJECT / name).rglob("*.py")
    ):
        text = re.sub(r'"\s*f?"', "", source.read_text())  # adjacent strings are one
        found += re.findall(r"`(aws [^`]+)`", text)
    return [re.sub(r"\s{2,}#.*", "", command) for command in dict.fromkeys(found)]


@pytest.mark.parametrize("command", documented())
def test_a_call_is_one_of_the_service(command: str) -> None:
    _, service, operation, *rest = shlex.split(command)
    options = {word for word in rest if word.startswith("--")}
    if f"{service} {operation}" in OWN:
        assert options <= OWN[f"{service} {operation}"]
        return
    model = botocore.session.get_session().get_service_model(service_name(service))
    names = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in names
    asked = model.operation_model(names[operation]).input_shape
    members = {f"--{xform_name(name, '-')}" for name in (asked.members if asked else {})}
    assert options <= members
    if asked and options and "..." not in rest:
        assert {f"--{xform_name(name, '-')}" for name in asked.required_members} <= options


def service_name(cli: str) -> str:
    return {"s3api": "s3"}.get(cli, cli)

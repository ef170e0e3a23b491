"""What a deployment is given: parameters, tags and the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from infra.stack import declared
from runner.errors import DataMasterError

_OURS = ("Name", "Version", "Tables", "JobTags")
_TAG = re.compile(r"[\w\s.:/+@-]{1,128}=[\w\s.:/+=@-]{0,256}")


class CannotDeploy(DataMasterError):
    """Something is missing or wrong; nothing was changed."""


def parse_parameters(pairs: Sequence[str], templates: Iterable[Path]) -> dict[str, str]:
    """Reads parameters of the templates, each written Name=value.

    Raises:
        CannotDeploy: one is not so written, there is no such parameter, or it takes no such value.
    """
    known = {
        name: declaration
        for path in templates
        for name, declaration in declared(path.read_text()).items()
        if not name.startswith("Make") and name not in _OURS
    }
    given = dict(pair.partition("=")[::2] for pair in pairs)
    for pair, name in zip(pairs, given, strict=True):
        if "=" not in pair or name not in known:
            raise CannotDeploy(
                f"{pair!r} sets no parameter",
                f"Write Name=value, with one of {', '.join(sorted(known))}.",
            )
        if not _takes(known[name], given[name]):
            raise CannotDeploy(f"{pair!r}: it takes no such value", _wanted(known[name]))
    return given


def _takes(declaration: Mapping[str, Any], value: str) -> bool:
    """Whether CloudFormation would take a value; it tells so only once the stack is in question."""
    if declaration["Type"] == "Number":
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            return False
        least, most = declaration.get("MinValue", value), declaration.get("MaxValue", value)
        if not float(least) <= float(value) <= float(most):
            return False
    allowed = [str(each) for each in declaration.get("AllowedValues", [value])]
    return value in allowed and bool(
        re.fullmatch(declaration.get("AllowedPattern", ".*"), value, re.DOTALL)
    )


def _wanted(declaration: Mapping[str, Any]) -> str:
    """What a parameter takes, in a sentence."""
    if told := declaration.get("ConstraintDescription"):
        return f"It takes {told}."
    if allowed := declaration.get("AllowedValues"):
        return f"It takes one of {', '.join(map(str, allowed))}."
    if declaration["Type"] == "Number":
        limits = [
            f"{word} {declaration[key]}"
            for word, key in (("from", "MinValue"), ("to", "MaxValue"))
            if key in declaration
        ]
        return f"It takes a number{''.join(f' {limit}' for limit in limits)}."
    return f"It takes what fits {declaration['AllowedPattern']}."


def parse_tags(pairs: Sequence[str]) -> dict[str, str]:
    """Reads tags, each written Key=value.

    Raises:
        CannotDeploy: one is not so written, or has a letter that AWS does not take.
    """
    for pair in pairs:
        if not _TAG.fullmatch(pair):
            raise CannotDeploy(
                f"{pair!r} is no tag",
                "Write Key=value, with letters, digits, spaces and _ . : / + - @.",
            )
    return dict(pair.partition("=")[::2] for pair in pairs)


def of_jobs(tags: Mapping[str, str]) -> str:
    """Tags as the template's JobTags has them: JSON without braces."""
    return json.dumps(dict(sorted(tags.items())), ensure_ascii=False)[1:-1]


def in_environment(name: str, environment: str) -> str:
    """The name of a thing in an environment; the one without a name is production."""
    return f"{name}-{environment}" if environment else name


def _name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and not re.fullmatch("[a-z0-9]{1,12}", value):
        raise click.BadParameter("up to twelve small letters and digits, such as dev")
    if value == "storage":
        raise click.BadParameter("its stack would have the name of production's storage")
    return value


environment = click.option(
    "--environment", default="", callback=_name, help="Such as dev; none is production."
)

"""What a deployment is given: parameters, tags and the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from infra.stack import declared
from runner.errors import DataMasterError


class CannotDeploy(DataMasterError):
    """Something is missing or wrong; nothing was changed."""


def parse_parameters(pairs: Sequence[str], templates: Iterable[Path]) -> dict[str, str]:
    """Reads parameters of the templates, each written Name=value.

    Raises:
        CannotDeploy: one is not so written, or there is no such parameter.
    """
    known = {
        name
        for path in templates
        for name in declared(path.read_text())
        if not name.startswith("Make") and name not in ("Name", "Version", "Tables")
    }
    given = dict(pair.partition("=")[::2] for pair in pairs)
    for pair, name in zip(pairs, given, strict=True):
        if "=" not in pair or name not in known:
            raise CannotDeploy(
                f"{pair!r} sets no parameter",
                f"Write Name=value, with one of {', '.join(sorted(known))}.",
            )
    return given


def parse_tags(pairs: Sequence[str]) -> dict[str, str]:
    """Reads tags, each written Key=value.

    Raises:
        CannotDeploy: one is not so written.
    """
    for pair in pairs:
        if not pair.partition("=")[0] or "=" not in pair:
            raise CannotDeploy(f"{pair!r} is no tag", "Write Key=value.")
    return dict(pair.partition("=")[::2] for pair in pairs)


def in_environment(name: str, environment: str) -> str:
    """The name of a thing in an environment; the one without a name is production."""
    return f"{name}-{environment}" if environment else name


def _name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and not re.fullmatch("[a-z0-9]{1,12}", value):
        raise click.BadParameter("up to twelve small letters and digits, such as dev")
    return value


environment = click.option(
    "--environment", default="", callback=_name, help="Such as dev; none is production."
)

"""What several commands have in common: their options, and where their control items are."""

import os
from contextlib import suppress
from functools import partial

import click
from click.shell_completion import CompletionItem

from dm.terminal.output import FORMATS
from local import place
from runner import options as of_job
from runner import periods
from runner.control.table import NAME, ControlTable
from runner.periods import InvalidPeriod

Names, unknown = of_job.Names, of_job.unknown
layer, table, tables = of_job.layer, of_job.table, of_job.tables

target = click.option(
    "--target",
    type=click.Choice(["local", "aws"]),
    default="local",
    envvar="DM_TARGET",
    show_default=True,
    show_envvar=True,
    help="This machine's lake, or the account that your AWS credentials name.",
)


class Period(click.ParamType[str]):
    """A month such as 2010-12; those of the lake complete it."""

    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The month as it is written."""
        try:
            return periods.parse(str(value))
        except InvalidPeriod as error:
            self.fail(f"{error.message}. {error.hint}", param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The months of the lake's catalog that begin so."""
        from local import silver  # Arrow and Iceberg are slow to import

        with suppress(Exception):  # a shell has no place for what is wrong
            found = silver.months(place.there())
            return [CompletionItem(month) for month in found if month.startswith(incomplete)]
        return []


class Span(Period):
    """A month, or several from a first to a last: 2010-01..2010-12."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The same text."""
        first, dots, last = str(value).partition("..")
        try:
            periods.span(first, last if dots else first)
        except InvalidPeriod as error:
            self.fail(f"{error.message}. {error.hint}", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The months of the lake's catalog, as the first or as the last one."""
        first, dots, last = incomplete.rpartition("..")
        found = super().shell_complete(ctx, param, last)
        return [CompletionItem(f"{first}{dots}{month.value}") for month in found]


period = partial(click.option, type=Period(), metavar="PERIOD")
months = period("--period", "months", multiple=True, help="Only this month; may be given again.")

_format = partial(click.option, "--format", "format_", default="table", show_default=True)
format_ = _format(type=click.Choice(FORMATS))

as_of = click.option(
    "--as-of",
    metavar="TIME|RUN|SNAPSHOT",
    help="As it was then: a time in UTC such as 2011-01-31 or '2011-01-31 07:00', for what readers"
    " saw; a run, for what it published; or a snapshot.",
)

state_machine = click.option(
    "--state-machine",
    envvar="DM_STATE_MACHINE",
    default="dm-analytics-dispatcher",
    metavar="NAME",
    show_default=True,
    show_envvar=True,
    help="The state machine on AWS.",
)


def control(target: str) -> ControlTable:
    """The control table of a target; that of this machine comes with the command."""
    if target == "local":
        place.there()
        here: ControlTable = click.get_current_context().obj
        return here
    from runner.control.dynamodb import DynamoControlTable  # boto3 is slow to import

    return DynamoControlTable(control_table())


def control_table() -> str:
    """The name of the control table on AWS."""
    return os.environ.get("DM_CONTROL_TABLE", NAME)

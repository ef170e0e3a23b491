"""The command `dm`: the group of all commands, and what holds for each of them."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from dm.commands.data import forget, load
from dm.commands.data import tables as gold_tables
from dm.commands.machine import cost, demo, doctor, setup, spark
from dm.commands.machine import lake as lakes
from dm.commands.rows import pages, query, show
from dm.commands.states import branches, hold, preview
from dm.commands.work import pending, process, runs, status
from dm.terminal.handover import hand_over
from dm.terminal.listing import Listing
from local import damage, lake
from local.control import SqliteControlTable
from runner.errors import told
from runner.periods import InvalidPeriod, NoMonth
from runner.startup import collect_rarely

_BY_THEMSELVES = ("spark", "setup", "completion", "demo", "lake")
"""Commands that are about the machine or move the lake: no process that stays does these."""
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C or SIGTERM ended, as shells have it."""


class Commands(Listing):
    """A group of commands that tell what a user can mend in one sentence and a hint."""

    def main(self, *args: Any, **more: Any) -> Any:
        """Runs the command, or lets the process that stays do it, if one does."""
        if args or more:
            return super().main(*args, **more)
        _open_streams()
        words = sys.argv[1:]
        try:
            if words and words[0] in set(self.commands).difference(_BY_THEMSELVES):
                with told():
                    code = hand_over(words)
                if code is not None:
                    sys.exit(code)
            return super().main()
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            with told(), _usage(), damage.told():
                return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:  # who read the output has enough, which click tells
                raise
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)


def _open_streams() -> None:
    """Standard streams that a shell has closed, as by <&-, are empty ones."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115


@contextmanager
def _usage() -> Iterator[None]:
    """A month that was mistyped is wrong usage; one that a table or an item has is not."""
    try:
        yield
    except NoMonth:
        raise
    except InvalidPeriod as error:
        raise click.UsageError(f"{error.message}. {error.hint}") from error


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(package_name="datamaster-gold")
@click.pass_context
def dm(ctx: click.Context) -> None:
    """Data Master's gold layer, on this machine and on AWS.

    \b
    dm load reviews.csv.gz     puts reviews into silver: changed months wait
    dm status                  tells what waits, runs or failed, and what is fresh
    dm process --layer gold    builds the pending months of the gold tables
    dm show top_drinkers       reads a gold table
    dm explain top_drinkers --period 2010-12    tells where its numbers come from
    dm report --open           makes a page of the best of each month
    dm doctor                  looks whether all is there that these need

    The lake is in the folder .lake of the project, or in the one that DM_LAKE names. With
    --target aws, the commands on control items and runs work on your account. Without a command, a
    terminal gets a prompt.

    \b
    Exit codes: 0 all is well, 1 something failed or was given up, 2 wrong usage,
    3 work is left: another run holds it, or it waits, 130 interrupted
    """
    collect_rarely()
    ctx.color = False if os.environ.get("NO_COLOR") else None
    ctx.obj = SqliteControlTable(lake.find().control)
    if ctx.invoked_subcommand is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            from dm.terminal import prompt  # slow to import

            prompt.run(dm, lake.find().root / "history.txt")
        else:
            click.echo(ctx.get_help())


for command in (
    *(load.load, lakes.maintain, process.process),
    *(pending.pending, pending.retry, pending.withdraw, pending.backfill),
    *(runs.runs, status.status, show.show, show.explain, show.diff, query.sql, query.export),
    *(preview.preview, branches.branches, hold.rollback, hold.hold, hold.release),
    *(gold_tables.migrate, gold_tables.drop, forget.forget),
    *(pages.docs, pages.report, spark.spark_commands, doctor.doctor, cost.cost),
    *(setup.setup, setup.completion, demo.demo, lakes.lake_commands),
):
    dm.add_command(command)

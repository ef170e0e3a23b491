"""The command `dm runs`: the newest runs, on one machine and on AWS."""

from collections import Counter
from dataclasses import asdict

import click

from dm.terminal import options, table_runs
from dm.terminal.output import rows_out, say
from local import lake
from runner.control.items import Status

_LOOKED_AT = 5_000
"""Of each status on AWS, where reading costs, and no index knows the newest items."""


@click.command()
@options.target
@options.format_
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@options.state_machine
def runs(target: str, format_: str, limit: int, state_machine: str) -> None:
    """List the newest runs: what each did with each table, and how it ended.

    On one machine that are the runs of dm process, those that died included, and those of dbt. On
    AWS a run is an execution of the state machine, and a month is listed with the last run that
    worked on it; JSON and CSV have the jobs and the links to their logs.

    \b
    Examples:
      dm runs
      dm runs --target aws --limit 3
      dm runs --target aws --format json
    """
    control = options.control(target)
    if target == "aws":
        from dm.aws import dispatcher, executions  # boto3 is slow to import

        latest = dispatcher.connect(state_machine).latest(limit)
        items = control.items(*Status, most=_LOOKED_AT)
        if _LOOKED_AT in Counter(item.status for item in items).values():
            told = f"looked at {_LOOKED_AT:,} items of each status: months of runs may be missing"
            click.echo(f"The control table has very many items; {told}.", err=True)
        found = executions.table_runs(latest, items)
    else:
        from dm.reading.past import run_history  # Arrow and Iceberg are slow to import

        attempts = click.get_current_context().obj.attempts()
        found = run_history.runs(lake.find(), attempts, limit)
    if format_ != "table":
        rows_out([asdict(run) for run in found], format_)
        return
    rows_out(table_runs.rows(found), format_)
    for run in found:
        if run.error:
            say(f"{run.run} {run.table}: {run.error}")
            click.echo(run.logs or "", nl=bool(run.logs))
    if not found:
        click.echo("Nothing has run yet.")

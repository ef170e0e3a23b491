"""The command `dm doctor`: looks whether all is there that dm, dbt and Spark need."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

import click

from dm.terminal import options
from dm.terminal.output import rows_out, say
from runner.errors import DataMasterError


@dataclass(frozen=True)
class Finding:
    """What a check found: `told` in a line; if it is not `ok`, `advice` says what to do."""

    check: str
    ok: bool
    told: str
    advice: str = ""


@click.command()
@options.target
@options.format_
@options.state_machine
@click.option(
    "--after-deploy",
    is_flag=True,
    help="On AWS: also what only a real account shows; starts two short executions.",
)
@click.option(
    "--workgroup",
    default="primary",
    show_default=True,
    help="With --after-deploy: the workgroup of Athena in which to ask.",
)
@click.pass_context
def doctor(
    ctx: click.Context,
    target: str,
    format_: str,
    state_machine: str,
    after_deploy: bool,
    workgroup: str,
) -> None:
    """Look whether all is there that dm, dbt and Spark need, and say what to do if not.

    On one machine: Python, its packages, Java, jars, Spark's settings, lake, control items and
    disk. On AWS: credentials, region, the account's quota, and what `make deploy` makes; your right
    to change things is not tried. With --after-deploy, which takes some minutes: schedules, alarms,
    rights, an execution that does nothing, one that tells what a job finds, and a query of Athena.
    The exit code is 1 if something is wrong.

    \b
    Examples:
      dm doctor
      dm doctor --target aws
      dm doctor --target aws --after-deploy
      dm doctor --target aws --after-deploy --workgroup analysts
      dm doctor --format json
    """
    if target == "aws":
        from dm.aws import checks as checks_aws  # boto3 is slow to import

        chosen = checks_aws.checks(state_machine)
        if after_deploy:
            from dm.aws.first_day import Deployed

            chosen = {**chosen, **Deployed(state_machine, workgroup).checks()}
    elif after_deploy:
        raise click.UsageError("--after-deploy goes with --target aws alone.")
    else:
        from local import checks  # PySpark, Arrow and Iceberg are slow to import

        chosen = checks.checks()
    found = []
    for finding in examine(chosen):
        found.append(finding)
        if format_ == "table":
            _tell(finding)
    if format_ != "table":
        rows_out([asdict(finding) for finding in found], format_)
    if not all(finding.ok for finding in found):
        ctx.exit(1)


def examine(checks: Mapping[str, Callable[[], str]]) -> Iterator[Finding]:
    """Makes checks, one after the other.

    Args:
        checks: each tells in a line what it found, or raises what is wrong.
    """
    for name, check in checks.items():
        try:
            yield Finding(name, True, check())
        except DataMasterError as error:
            yield Finding(name, False, error.message, error.hint)
        except Exception as error:  # whatever is broken, the others are looked at, too
            told = str(error).strip().partition("\n")[0]
            yield Finding(name, False, f"{type(error).__name__}: {told}")


def _tell(finding: Finding) -> None:
    mark, color = ("ok", "green") if finding.ok else ("wrong", "red")
    say(f"{mark:<5}  {finding.check}: {finding.told}", indent=7, color=color)
    if finding.advice:
        say(f"{'':<5}  {finding.advice}", indent=7)

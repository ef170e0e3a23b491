"""The command `dm cost`: what the jobs on AWS cost, from what they were billed for."""

import click

from dm.terminal import options
from dm.terminal.output import rows_out


@click.command()
@options.target
@options.format_
@options.state_machine
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--vcpu-price", type=float, default=0.042094, show_default=True, help="$ an hour.")
@click.option("--gb-price", type=float, default=0.004628, show_default=True, help="$ an hour.")
def cost(
    target: str,
    format_: str,
    state_machine: str,
    days: int,
    limit: int,
    vcpu_price: float,
    gb_price: float,
) -> None:
    """Tell what the jobs on AWS cost: each kind of job on average, and a day.

    EMR Serverless says for which vCPU and memory it billed each run. The prices are those of
    us-east-1 on ARM64, unless you give your region's. What else a day costs is in docs/aws.md.

    \b
    Examples:
      dm cost --target aws
      dm cost --target aws --days 30 --vcpu-price 0.052624
    """
    if target != "aws":
        raise click.UsageError("On one machine nothing is billed: --target aws.")
    from dm.aws import checks  # boto3 is slow to import
    from dm.aws.cost import Prices, billed, rows

    name = f"{checks.name_of(state_machine)}-app"
    found = billed(name, days, limit)
    rows_out(rows(found, Prices(vcpu_price, gb_price)), format_)
    if not found and format_ == "table":
        click.echo(f"No job of {name} has ended in the last {days} days.")

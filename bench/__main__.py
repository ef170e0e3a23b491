"""The bench: `make bench` at full size, `make bench-quick` in a few minutes."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench import cases, lakes
from bench.figures import evidence, guard, report, targets
from bench.turns import Costs
from runner.errors import DataMasterError, told
from runner.project import PROJECT

KEPT = PROJECT / "docs" / "benchmarks-quick.json"
"""What quick runs compare with."""


class BecameWorse(DataMasterError):
    """A ratio is worse than it was, by more than the rounds differ."""


@click.command()
@click.option("--quick", is_flag=True, help="Less data and fewer rounds.")
@click.option("--keep", is_flag=True, help="With --quick: later runs compare with this one.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Keep the lakes here, and take those there."
)
def main(quick: bool, keep: bool, folder: Path | None) -> None:
    """Measures the project against other ways to do the same, and tells which targets it meets.

    With --quick it ends with exit code 1 if a ratio has become worse since the figures were kept.
    """
    os.environ.pop("DM_LAKE", None)
    with told(), TemporaryDirectory(prefix="bench-") as scratch:
        found = _bench("quick" if quick else "full", (folder or Path(scratch)).resolve())
        if quick and keep:
            KEPT.write_text(report.as_json("", found, {}, []) + "\n")
        elif quick and not KEPT.exists():
            click.echo("No figures were kept to compare with: make bench-quick KEEP=1")
        elif quick:
            if worse := sorted(map(str, guard.worse(report.costs(KEPT), found))):
                raise BecameWorse("\n  ".join(["Worse than what was kept:", *worse]))
            click.echo(f"No ratio is worse than in {KEPT.relative_to(PROJECT)}")


def _bench(size: str, folder: Path) -> dict[str, Costs | None]:
    plan = cases.PLANS[size]
    shape = plan.shape
    click.echo(f"Making two lakes in {folder}; the larger has {cases.HISTORY} times the history")
    short = lakes.make(folder / "short", shape)
    title = f"{shape.reviews:,} reviews in {shape.months} months, {plan.rounds} rounds"
    found: dict[str, Costs | None] = {}
    unfinished = PROJECT / "target" / "bench-unfinished.json"

    def case(name: str, run: Callable[[], Costs | None]) -> None:
        click.echo(name)
        found[name] = run()
        unfinished.write_text(report.as_json(title, found, {}, []))

    twelve = "twelve months changed"
    case(targets.ONE, lambda: cases.months(short, 1, plan))
    case(twelve, lambda: cases.months(short, 12, plan))
    case(targets.ALL, lambda: cases.months(short, shape.months, plan))
    case(targets.IDLE, lambda: cases.nothing_stale(short, plan))
    case(targets.WARM, lambda: cases.warm(short, plan))
    case(targets.LOOK, lambda: cases.without_spark(short, plan))
    case(targets.AUDIT, lambda: cases.audits(short, plan))
    click.echo("what is read and written")
    gathered = {count: evidence.gather(short, short.months(count)) for count in (1, 12)}
    long = lakes.make(folder / "long", shape, cases.HISTORY)
    case(targets.HISTORY, lambda: cases.history(long, short, plan))

    outcomes = targets.outcomes(found, gathered)
    text = report.markdown(title, found, outcomes)
    click.echo(f"\n{text}")
    if size == "full":
        page, data = PROJECT / "docs" / "benchmarks.md", PROJECT / "docs" / "benchmarks.json"
        report.put_between_markers(page, "figures", text)
    else:
        page, data = (PROJECT / "target" / f"bench-quick.{kind}" for kind in ("md", "json"))
        page.write_text(text)
    data.write_text(report.as_json(title, found, gathered, outcomes) + "\n")
    unfinished.unlink()
    click.echo(f"\nSaved in {page.relative_to(PROJECT)} and {data.relative_to(PROJECT)}")
    return found


if __name__ == "__main__":
    main()

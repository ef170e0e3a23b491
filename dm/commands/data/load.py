"""The command `dm load`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from dm.terminal.output import say
from local import lake, place
from local.control import SqliteControlTable
from local.spark import conf
from runner import periods
from runner.project import tables

_NAMED = 1


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN=NAME",
    help="A column of the file, and the name of review_flat that it stands for; or a file of such"
    " lines. May be given several times.",
)
@click.option(
    "--layout",
    type=click.Choice(["beeradvocate"]),
    help="A public layout: beeradvocate is the widely used beer_reviews.csv.",
)
@click.option("--separator", metavar="CHARACTER", help="What stands between columns of a CSV.")
@click.option("--quote", metavar="CHARACTER", help="What stands around values of a CSV.")
@click.option("--escape", metavar="CHARACTER", help="What stands before a quote inside of them.")
@click.option("--encoding", help="Such as latin-1.  [default: UTF-8]")
@click.option("--timezone", metavar="ZONE", help="Of times without one, such as America/New_York.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and all that is wrong.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Load what is good, and write the other rows to FILE, with the reasons.",
)
@click.option("--into-demo", is_flag=True, help="Load into the demo's lake all the same.")
@click.option("--template", is_flag=True, help="Write a header and two rows, and load nothing.")
@click.pass_obj
def load(
    control: SqliteControlTable,
    files: Sequence[Path],
    mapped: Sequence[str] = (),
    layout: str | None = None,
    separator: str | None = None,
    quote: str | None = None,
    escape: str | None = None,
    encoding: str | None = None,
    timezone: str | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    into_demo: bool = False,
    template: bool = False,
) -> None:
    """Load reviews from FILES into silver, by review_id, in one commit.

    FILES are files, folders or globs, or - for standard input: CSV, JSON lines or Parquet, packed
    by gzip, zstd or zip or not, in the columns of dm_silver.review_flat or with --map or --layout.
    Of several versions of a review the newest by updated_at is kept. Each month that changed gets a
    pending control item for each gold table. A file with a fault is not loaded at all, unless
    --rejects says where its faulty rows go. More in docs/loading.md.

    \b
    Examples:
      dm load reviews.csv.gz
      dm load --dry-run exports/
      dm load --layout beeradvocate beer_reviews.csv
      dm load --rejects rejects.csv 'exports/*.csv'
      dm load --template > reviews.csv
    """
    if template:
        _write_template()
        return
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    from local.loading.files.places import find
    from local.loading.load import load as load_files  # Arrow and Iceberg are slow to import
    from local.loading.options import Options

    options = Options(
        columns=_mapping(mapped),
        layout=layout,
        separator={r"\t": "\t", "tab": "\t"}.get(separator or "", separator),
        quote=quote,
        escape=escape,
        encoding=encoding,
        timezone=timezone,
        rejects=rejects,
        dry_run=dry_run,
        into_demo=into_demo,
    )
    found = find(list(map(str, files)))  # before a lake is made
    new = not place.is_one(lake.find())
    with place.filled() as here:
        done = load_files(here, control, tables(), *found, options=options, echo=click.echo)
    if not dry_run and done.periods:
        conf.write_missing(here)
        if new:
            click.echo(f"A new lake: {here.root}")
    name = str(files[0]) if len(files) == _NAMED else f"{len(files)} files"
    changed = periods.in_words(done.periods)
    told = f"changed {changed}" if changed else "nothing that silver lacks"
    if dry_run:
        told = f"would change {changed}" if changed else "would change nothing"
    click.echo(f"{name}: {told}")
    for sentence in done.told:
        say(f"  {sentence}", indent=4)
    for sentence in done.refused:
        click.echo(sentence)
    if done.refused and not rejects:
        raise click.exceptions.Exit(1)


def _mapping(texts: Sequence[str]) -> dict[str, str]:
    from local.loading.files.columns import parse_mapping  # Arrow is slow to import

    pairs: dict[str, str] = {}
    for text in texts:
        is_file = "=" not in text and Path(text).is_file()
        pairs |= parse_mapping(Path(text).read_text().splitlines() if is_file else [text])
    return pairs


def _write_template() -> None:
    from local.loading.template import ROWS
    from local.reviews import ARROW_SCHEMA

    writer = csv.DictWriter(sys.stdout, ARROW_SCHEMA.names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(ROWS)

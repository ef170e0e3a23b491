"""Loads reviews into silver on AWS: for a trial in an account without a silver job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import click
from pyiceberg.catalog.glue import GlueCatalog

from infra.stack import aws_errors
from local.loading.load import load
from local.silver import TABLE
from runner import periods
from runner.control.dynamodb import DynamoControlTable
from runner.errors import told
from runner.project import tables


@dataclass(frozen=True)
class GlueLake:
    """The lake in a bucket, whose catalog is Glue; boto3's usual settings say where.

    Attributes:
        bucket: the bucket's name.
        s3: settings of PyIceberg for S3, which reads no variable AWS_ENDPOINT_URL.
    """

    bucket: str
    s3: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def catalog(self) -> GlueCatalog:
        """The Iceberg catalog; the database of silver is made if it is not there."""
        catalog = GlueCatalog("lake", warehouse=f"s3://{self.bucket}", **self.s3)
        silver = {"location": f"s3://{self.bucket}/silver"}
        catalog.create_namespace_if_not_exists(TABLE[0], silver)
        return catalog


@click.command()
@click.option("--bucket", required=True, help="The bucket of the data lake.")
@click.option("--control-table", default="dm-processing-control", show_default=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(bucket: str, control_table: str, files: Sequence[Path]) -> None:
    """Load FILES of reviews into silver, and announce the months that changed.

    Not for an account that has a silver job: what it writes and this writes would mix.
    """
    with told(), aws_errors():
        for file in files:
            done = load(GlueLake(bucket), DynamoControlTable(control_table), tables(), file)
            click.echo(f"{file}: changed {periods.in_words(done.periods) or 'no month'}")


if __name__ == "__main__":
    main()

"""Loads files of reviews and announces the months that changed, as the silver job does on AWS."""

from collections.abc import Collection
from pathlib import Path

from local import reviews, silver
from local.lake import HasCatalog
from runner.control.items import ControlItem, timestamp
from runner.control.table import SCHEMA, ControlTable


def load(
    lake: HasCatalog, control: ControlTable, tables: Collection[str], path: Path
) -> silver.Load:
    """Loads a file into silver and adds a pending item per table and changed month.

    Raises:
        UnreadableReviews: nothing was loaded.
    """
    incoming = reviews.read(path)
    # If the last load died before it announced its months, they are announced now.
    _announce(control, tables, silver.last_load(lake))
    done = silver.upsert(lake, incoming)
    _announce(control, tables, done)
    return done


def _announce(control: ControlTable, tables: Collection[str], load: silver.Load) -> None:
    now = timestamp()
    control.enqueue(
        ControlItem(
            # The same load gives the same ids, so what is announced twice is there once.
            control_id=f"{load.snapshot_id}-{table}-{period}",
            object_key=f"silver/review_flat/{load.snapshot_id}/{period}",
            schema_name=SCHEMA,
            table_name=table,
            review_year=period[:4],
            review_month=period[5:],
            created_at=now,
            updated_at=now,
        )
        for period in load.periods
        for table in tables
    )

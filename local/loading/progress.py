"""Tells now and then how far a load is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

FIRST, EACH = 10.0, 30.0
"""Seconds to the first line, and from one to the next."""

Now = Callable[[str], None]


@contextmanager
def telling(db: duckdb.DuckDBPyConnection, echo: Callable[[str], None] | None) -> Iterator[Now]:
    """A line now and then on what is being done; none if it takes a few seconds alone.

    Yields:
        What says that something else is being done now.
    """
    if echo is None:
        yield lambda text: None
        return
    doing, over, begun = ["starting"], Event(), time.monotonic()

    def tell() -> None:
        pause = FIRST
        while not over.wait(pause):
            pause = EACH
            share = db.query_progress()
            percent = f", {share:.0f} %" if 0 < share < 100 else ""
            echo(f"  {time.monotonic() - begun:.0f} s: {doing[0]}{percent}")

    def now(text: str) -> None:
        doing[0] = text

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield now
    finally:
        over.set()
        thread.join()

"""The same five queries by DuckDB over silver's files, written as Parquet.

No catalog, no commit, no history: a hint of what the work itself costs.
"""

import json
import sys
from pathlib import Path

import duckdb

job = json.loads(Path(sys.argv[1]).read_text())
database = duckdb.connect()
database.execute("set timezone = 'UTC'")
database.execute("create macro rint(number) as round_even(number, 0)")
database.execute("create macro struct(a, b) as row(a, b)")
database.execute("create schema dm_silver")
database.execute(f"create view dm_silver.review_flat as from read_parquet({job['files']!r})")
for table, query in job["queries"].items():
    database.execute(f"copy ({query}) to '{job['folder']}/{table}.parquet'")

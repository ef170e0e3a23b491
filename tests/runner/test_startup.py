"""Spark starts beside whatever the process imports meanwhile."""

import subprocess
import sys

# Threads take turns as often as they can; Spark itself is not needed.
_IMPORT_AT_ONCE = """
import sys
from runner import startup
sys.setswitchinterval(1e-6)
startup._start_spark = lambda builder=None: __import__("pyspark.sql")
startup.start_spark()
whole = "pyspark.sql.session" in sys.modules
startup.hush_spark()
sys.exit(0 if whole else "PySpark is imported by two threads at once")
"""


def test_one_thread_alone_imports_pyspark() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_AT_ONCE], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

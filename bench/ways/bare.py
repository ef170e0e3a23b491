"""One PySpark session and the five statements of a JSON file: no dbt, no tests, no branch."""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("bare").getOrCreate()
for statement in json.loads(Path(sys.argv[1]).read_text()):
    spark.sql(statement)
spark.stop()

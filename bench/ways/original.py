"""One table as the original implementation built it: arguments TABLE CONTROL_ITEMS.

A job for each table: it reads the pending items, groups, and appends. To be comparable it reads
months' partitions, leaves out deleted reviews and groups by ids alone: the original did neither.
"""

import sqlite3
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

TABLES = {
    "top_beers_by_rating": ("beer_id", ["beer_name", "beer_style"], 25),
    "top_breweries_by_rating": ("brewery_id", ["brewery_name"], 25),
    "state_by_review_volume": ("state", [], 0),
    "top_styles_by_popularity": ("beer_style", [], 25),
    "top_drinkers": ("profile_id", ["profile_name", "state"], 0),
}

table, control = sys.argv[1:]
key, names, least = TABLES[table]
with sqlite3.connect(control) as database:
    months = database.execute(
        "select distinct cast(review_year as int), cast(review_month as int) from control_items "
        "where table_name = ? and status = 'pending'",
        (table,),
    ).fetchall()

spark = SparkSession.builder.appName("dm-jobs-gold").getOrCreate()
target = f"bench_original.{table}"
time = f.from_unixtime("review_time").cast("timestamp")
wanted = " or ".join(f"(review_year = {y} and review_month = {m})" for y, m in months)
reviews = spark.table("dm_silver.review_flat").where(f"deleted_at is null and ({wanted})")
if table == "state_by_review_volume":
    reviews = reviews.fillna("Unknown", "state")
grouped = (
    reviews.where(f.col(key).isNotNull())
    .groupBy(key, f.year(time).alias("review_year"), f.month(time).alias("review_month"))
    .agg(
        *(f.first(name, ignorenulls=True).alias(name) for name in names),
        f.avg("review_overall").alias("avg_rating"),
        f.count("*").alias("total_reviews"),
    )
    .where(f.col("total_reviews") >= least)
    .orderBy(f.col("avg_rating" if least else "total_reviews").desc())
)
if table == "top_drinkers":
    grouped = grouped.fillna("Unknown", "state")
grouped.select(*spark.table(target).columns).write.format("iceberg").mode("append").saveAsTable(
    target
)
with sqlite3.connect(control) as database:
    database.execute("update control_items set status = 'success' where table_name = ?", (table,))
spark.stop()

"""The columns of `dm_silver.review_flat`."""

import pyarrow as pa
from pyiceberg.schema import Schema
from pyiceberg.types import DoubleType, IntegerType, LongType, NestedField, StringType
from pyiceberg.types import TimestamptzType as Timestamp

_COLUMNS = {
    "review_id": LongType(),
    "brewery_id": LongType(),
    "beer_id": LongType(),
    "profile_id": LongType(),
    "brewery_name": StringType(),
    "beer_name": StringType(),
    "beer_style": StringType(),
    "beer_abv": DoubleType(),
    "profile_name": StringType(),
    "email": StringType(),
    "state": StringType(),
    "review_overall": DoubleType(),
    "review_aroma": DoubleType(),
    "review_appearance": DoubleType(),
    "review_palate": DoubleType(),
    "review_taste": DoubleType(),
    "review_time": LongType(),
    "created_at": Timestamp(),
    "updated_at": Timestamp(),
    "deleted_at": Timestamp(),
    "review_year": IntegerType(),
    "review_month": IntegerType(),
}
SCHEMA = Schema(
    *(NestedField(i, name, type_) for i, (name, type_) in enumerate(_COLUMNS.items(), start=1))
)
ARROW_SCHEMA: pa.Schema = pa.schema(
    # Without the Iceberg field ids, which a file of reviews does not have.
    [pa.field(field.name, field.type) for field in SCHEMA.as_arrow()]
)
YEARS = (1970, 2100)
"""The years in which a review may be: a time in milliseconds is in none of them."""

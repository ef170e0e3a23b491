"""Makes realistic synthetic reviews for the demo: the same ones each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow import csv

from local import silver
from local.lake import Lake
from local.reviews import ARROW_SCHEMA
from runner.errors import DataMasterError

SEED = 1996
CHANGED_MONTHS = ("2009-11", "2011-06")

_STYLES = (
    "American IPA|American Double / Imperial IPA|American Pale Ale (APA)|Russian Imperial Stout|"
    "American Porter|Witbier|Hefeweizen|Märzen / Oktoberfest|Czech Pilsener|German Pilsener|"
    "Belgian Strong Dark Ale|Tripel|Dubbel|Saison / Farmhouse Ale|American Barleywine|"
    "Fruit / Vegetable Beer|Scotch Ale / Wee Heavy|Vienna Lager|Doppelbock|Kölsch|Altbier|"
    "Baltic Porter|Oatmeal Stout|Milk / Sweet Stout|English Bitter|Gose|Lambic - Fruit|Rauchbier|"
    "American Amber / Red Ale|Winter Warmer"
).split("|")
_FIRST = (
    "Amber Blind Copper Crooked Dusty Elder Foggy Golden Grand Hidden Iron Lazy Lost Lucky Midnight"
    " North Old Quiet Red Rusty Salty Silver Stray Wild"
).split()
_SECOND = (
    "Anchor Badger Barrel Bear Bridge Canyon Creek Crow Falls Fox Harbor Heron Hollow Horse Lantern"
    " Mill Moose Oak Otter Pine River Rooster Summit Tower"
).split()
_STATES = (
    "CA NY PA TX IL OH MI MA FL WA OR CO NC VA NJ WI MN GA IN MO MD AZ TN CT NH ME VT KY IA SC KS"
    " UT NE DE RI NM OK AL LA NV ID MT HI AK AR MS ND SD WV WY"
).split()


@dataclass(frozen=True)
class Shape:
    """How many synthetic reviews there are, of how many beers, and in which months."""

    reviews: int = 120_000
    beers: int = 1_500
    breweries: int = 160
    drinkers: int = 4_000
    months: int = 186
    first_month: str = "1996-08"
    first_id: int = 1


class NotADemoLake(DataMasterError):
    """The lake has reviews of somebody's own."""


def reviews_file(lake: Lake) -> Path:
    """The file of the demo's reviews in the lake's folder; made if it is not there.

    Raises:
        NotADemoLake: the lake has other reviews, which the demo's would mix with.
    """
    table = silver.table(lake)
    if table.current_snapshot() and silver.DEMO not in table.properties:
        raise NotADemoLake(
            f"{lake.root} holds reviews of your own, and the demo's would mix with them",
            "Give the demo a lake of its own: DM_LAKE=/tmp/demo-lake make demo",
        )
    table.transaction().set_properties({silver.DEMO: str(SEED)}).commit_transaction()
    path = lake.root / "demo" / "reviews.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(synthetic_reviews(SEED, Shape()), path)
    return path


def changes_file(lake: Lake, months: Iterable[str] = CHANGED_MONTHS, reviews: int = 20) -> Path:
    """A file with new ratings of so many reviews in each month; each call makes other ones."""
    here = np.random.default_rng()
    silver_now = silver.table(lake)
    changed = []
    for period in months:
        year, month = map(int, period.split("-"))
        in_month = f"review_year = {year} and review_month = {month}"
        changed.append(silver_now.scan(in_month, limit=reviews).to_arrow())
    table = pa.concat_tables(changed).cast(ARROW_SCHEMA)
    table = _with(table, "review_overall", here.integers(2, 11, len(table)) / 2)
    table = _with(table, "updated_at", [datetime.now(UTC)] * len(table))
    path = lake.root / "demo" / "changes.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    csv.write_csv(table, path)
    return path


def synthetic_reviews(seed: int, shape: Shape) -> pa.Table:
    """Reviews as a growing beer site has them.

    More of them each month, by default from 1996-08 to 2012-01, many of them about a few beers and
    by a few drinkers, beers that were renamed, states and styles that are missing, 0.5 % deleted.

    Args:
        seed: the same seed and shape give the same reviews.
        shape: how many, and in which months.

    Returns:
        A table of ARROW_SCHEMA.
    """
    rng = np.random.default_rng(seed)
    size, beers, drinkers = shape.reviews, shape.beers, shape.drinkers
    growth = np.arange(10, shape.months + 10) ** 2.0
    months_on = np.sort(rng.choice(shape.months, size, p=growth / growth.sum()))
    month = np.datetime64(shape.first_month) + months_on.astype("timedelta64[M]")
    start, end = _seconds(month), _seconds(month + np.timedelta64(1, "M"))
    time = start + (rng.random(size) * (end - start)).astype(np.int64)

    beer, drinker = _popular(rng, beers, size), _popular(rng, drinkers, size)
    brewery_of = _popular(rng, shape.breweries, beers)
    style_of = _popular(rng, len(_STYLES), beers)
    state_of = _popular(rng, len(_STATES), drinkers)
    beer_names = [
        f"{_name(7 * i + 3)} {_STYLES[style].split(' /')[0]}" for i, style in enumerate(style_of)
    ]
    drinker_names = [f"{_name(11 * i).replace(' ', '')}{i}" for i in range(drinkers)]
    was_renamed = (beer % 10 == 0) & (time > _seconds(np.datetime64("2009-01")))
    quality = rng.normal(3.8, 0.35, beers)

    def rating() -> NDArray[np.float64]:
        stars = np.round(2 * (quality[beer] + rng.normal(0, 0.6, size))) / 2
        return np.clip(stars, 1, 5)

    def lacking(share: float, values: pa.Array) -> pa.Array:
        return pc.if_else(rng.random(size) < share, None, values)

    def instants(seconds: NDArray[np.int64]) -> pa.Array:
        return pa.array(seconds.astype("datetime64[s]").astype("datetime64[us]"))

    columns = {
        "review_id": np.arange(size) + shape.first_id,
        "brewery_id": brewery_of[beer] + 1,
        "beer_id": beer + 1,
        "profile_id": lacking(0.002, pa.array(drinker + 1)),
        "brewery_name": pa.array(
            [f"{_name(i)} Brewing Company" for i in range(shape.breweries)]
        ).take(brewery_of[beer]),
        "beer_name": pa.array(beer_names + [f"New {name}" for name in beer_names]).take(
            beer + beers * was_renamed
        ),
        "beer_style": lacking(0.01, pa.array(_STYLES).take(style_of[beer])),
        "beer_abv": lacking(0.04, pa.array(np.round(rng.gamma(12, 0.55, beers), 1)[beer])),
        "profile_name": pa.array(drinker_names).take(drinker),
        "email": pa.array([f"{name.lower()}@example.com" for name in drinker_names]).take(drinker),
        "state": lacking(0.08, pa.array(_STATES).take(state_of[drinker])),
        "review_overall": rating(),
        "review_aroma": rating(),
        "review_appearance": rating(),
        "review_palate": rating(),
        "review_taste": rating(),
        "review_time": time,
        "created_at": instants(time + 60),
        "updated_at": instants(time + 60),
        "deleted_at": lacking(0.995, instants(time + 86_400)),
        "review_year": month.astype("datetime64[Y]").astype(int) + 1970,
        "review_month": month.astype(int) % 12 + 1,
    }
    return pa.table(
        [pa.array(columns[field.name]).cast(field.type) for field in ARROW_SCHEMA],
        schema=ARROW_SCHEMA,
    )


def _popular(rng: np.random.Generator, kinds: int, size: int) -> NDArray[np.int64]:
    """Draws from 0 to `kinds` - 1, the first ones most often, as Zipf's law has it."""
    weights = 1 / (np.arange(kinds) + 5.0)
    return rng.choice(kinds, size, p=weights / weights.sum())


def _name(number: int) -> str:
    """One of a few hundred names of two words."""
    return f"{_FIRST[number % len(_FIRST)]} {_SECOND[number // len(_FIRST) % len(_SECOND)]}"


def _seconds(time: Any) -> Any:
    return time.astype("datetime64[s]").astype(np.int64)


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    field = ARROW_SCHEMA.field(name)
    return table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))

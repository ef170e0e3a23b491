"""Random tables in random dialects come back equal or are refused; no damage loses a row unseen."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from local.lake import Lake
from local.loading import load
from local.loading.errors import UnreadableReviews
from local.loading.options import Options
from local.loading.rows.rules import _NAMES_TOO, NONE_TEXTS
from local.loading.workspace import Workspace, workspace
from local.reviews import ARROW_SCHEMA
from tests.reviews import Review, review, table

NAMES = st.text(alphabet="ab é\"'\\,;\t|\n\r-ÿ漢N/A", max_size=12)
RATINGS = st.none() | st.integers(2, 10).map(lambda half: half / 2)
REVIEWS = st.lists(
    st.builds(
        dict,
        beer_name=NAMES,
        brewery_name=NAMES,
        profile_name=NAMES,
        state=st.sampled_from([None, "NY", " ny", "CA ", "unknown", "n/A"]),
        review_overall=RATINGS,
        beer_abv=st.none() | st.floats(0, 20),
        period=st.sampled_from(["2010-12", "2011-01"]),
    ),
    min_size=1,
    max_size=6,
)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
        "escapes": st.booleans(),
    }
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
TAME = st.text(alphabet="ab ,;\n'\"\\", max_size=6).map(lambda name: f"Beer {name}.")
PIECES = st.sampled_from([",", '"', '"\n', '",', "\n", "\r", "\r\n", "\\", "\0", ";", "x", '\\"'])
DAMAGES = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["insert", "replace", "delete"]), PIECES),
    max_size=3,
)


@pytest.fixture(scope="module")
def work() -> Iterator[Workspace]:
    with tempfile.TemporaryDirectory() as folder, workspace(Lake(Path(folder))) as found:
        yield found


def often(long: bool) -> settings:
    return settings(
        max_examples=2_000 if long else 50,
        deadline=None,
        derandomize=not long,
        suppress_health_check=list(HealthCheck),
    )


def read(
    work: Workspace, content: bytes, left_out: io.StringIO | None = None
) -> tuple[list[Review], dict[str, int]]:
    path = work.folder / "fuzz.csv"
    path.write_bytes(content)
    counts, *_ = load.read(work, [path], Options(), lambda text: None, left_out)
    rows = work.db.execute("from incoming order by review_id").to_arrow_table()
    return rows.cast(ARROW_SCHEMA).to_pylist(), counts


def text(reviews: list[Review], delimiter: str = ",", escapes: bool = False, **form: object) -> str:
    out = io.StringIO()
    quoting = {"escapechar": "\\", "doublequote": False} if escapes else {}
    writer = csv.writer(out, delimiter=delimiter, **quoting, **form)  # type: ignore[arg-type]
    writer.writerow(ARROW_SCHEMA.names)
    for found in reviews:
        writer.writerow(v.isoformat() if isinstance(v, datetime) else v for v in found.values())
    return out.getvalue()


def loaded(found: Review) -> Review:
    """The review as the rules have it."""
    names = ("beer_name", "brewery_name", "profile_name")
    none = {"", *NONE_TEXTS} - set(_NAMES_TOO)
    kept = {
        name: None if str(found[name]).strip(" \t\r\n") in none else found[name] for name in names
    }
    state = str(found["state"] or "").strip().upper()
    return found | kept | {"state": None if state in ("", "UNKNOWN", "N/A") else state}


def test_a_random_table_in_a_random_dialect_comes_back_equal_or_is_refused(
    work: Workspace, long: bool
) -> None:
    read_well = 0

    @often(long)
    @given(REVIEWS, DIALECTS, ENCODINGS)
    def check(drawn: list[dict[str, object]], dialect: dict[str, object], encoding: str) -> None:
        nonlocal read_well
        reviews = [
            review(i, **{str(k): v for k, v in values.items()})  # type: ignore[arg-type]
            for i, values in enumerate(drawn)
        ]
        content = text(reviews, **dialect).encode(encoding)  # type: ignore[arg-type]
        try:
            rows, _ = read(work, content)
        except UnreadableReviews as error:
            event(error.message.rpartition(":")[2])
            return
        read_well += 1
        assert rows == table(map(loaded, reviews)).to_pylist()

    check()
    assert read_well >= (1_000 if long else 25)


def test_no_damage_loses_a_row_unseen(work: Workspace, long: bool) -> None:
    read_well = 0

    @often(long)
    @given(st.lists(TAME, min_size=1, max_size=8), DIALECTS, DAMAGES, st.booleans())
    def check(
        names: list[str],
        dialect: dict[str, object],
        damages: list[tuple[float, str, str]],
        rejects: bool,
    ) -> None:
        nonlocal read_well
        size = len(names)
        content = text(
            [review(1_000 + i, beer_name=name) for i, name in enumerate(names)],
            **dialect,  # type: ignore[arg-type]
        )
        for share, kind, piece in damages:
            at = round(share * len(content))
            rest = content[at + (kind != "insert") :]
            content = content[:at] + ("" if kind == "delete" else piece) + rest
        left_out = io.StringIO(newline="") if rejects else None
        try:
            rows, counts = read(work, content.encode(), left_out)
        except UnreadableReviews as error:
            event(error.message.rpartition(":")[2])
            return
        read_well += 1
        assert (
            len(rows) + sum(counts[n] for n in ("refused", "repeated", "older")) == counts["read"]
        )
        if left_out and counts["refused"]:
            # Rows that grew together are one there; each damage can hide a review, or its id.
            there = left_out.getvalue()
            ids = {row["review_id"] for row in rows}
            lost = [i for i in range(1_000, 1_000 + size) if i not in ids and str(i) not in there]
            assert len(lost) <= len(damages) + counts["repeated"] + counts["older"]
            written = csv.DictReader(io.StringIO(there, newline=""))
            assert len(list(written)) == counts["refused"]
        else:
            assert counts["read"] == size

    check()
    assert read_well

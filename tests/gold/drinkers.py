"""What the tests of trust share: two months of drinkers, commands, and edits of a project copy."""

from pathlib import Path

from click.testing import CliRunner, Result

from dm.cli import dm
from local import silver
from local.lake import Lake
from tests import reviews
from tests.tables import rows

NAME = "top_drinkers"
JANUARY, FEBRUARY = "2010-01", "2010-02"


def load(lake: Lake, size: int, **values: object) -> None:
    """Silver has two months of so many reviews, each of another drinker."""
    made = [
        review | {"profile_id": review["review_id"]} | values
        for month, first in ((JANUARY, 1), (FEBRUARY, 1001))
        for review in reviews.month_of(month, first, size)
    ]
    silver.table(lake).overwrite(reviews.table(made))


def drinkers(lake: Lake) -> int:
    """How many rows readers see."""
    return len(rows(lake, NAME))


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(dm, arguments, catch_exceptions=False)


def run(*arguments: str) -> str:
    answer = typed(*arguments)
    assert answer.exit_code == 0, answer.output
    return answer.output


def edited(project: Path, file: str, old: str, new: str) -> Path:
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return project


def configured(project: Path, hook: str) -> Path:
    """Gives the model a hook, such as `pre_hook: 'select 1'`."""
    head = f"  - name: {NAME}\n"
    return edited(project, f"models/gold/{NAME}.yml", head, f"{head}    config: {{{hook}}}\n")

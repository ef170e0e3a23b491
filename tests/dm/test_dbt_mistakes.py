"""What an analyst writes wrong in SQL is told by plain dbt in a sentence, and makes no table."""

from pathlib import Path

from local import silver
from local.lake import Lake
from tests import reviews
from tests.dbt_project import copy_project
from tests.dm.command import run


def test_a_misspelled_column_is_told_in_a_line(new_lake: Path) -> None:
    here = Lake(new_lake)
    silver.upsert(here, reviews.table(reviews.month_of("2010-12", 1)))
    project = copy_project(new_lake / "project")
    model = project / "models" / "gold" / "top_drinkers.sql"
    model.write_text(model.read_text().replace("profile_name", "profil_name"))
    at = ("--select", "top_drinkers", "--project-dir", str(project), "--profiles-dir", str(project))
    answer = run("dbt", "run", *at, lake=new_lake)
    assert answer.returncode == 1
    (told,) = (line for line in answer.stdout.splitlines() if "UNRESOLVED_COLUMN" in line)
    assert "`profil_name` cannot be resolved" in told
    assert "GlobalLimit" not in answer.stdout
    assert answer.stderr == ""
    assert not here.catalog.table_exists("dm_gold.top_drinkers")
    future = run("dbt", "run", *at, "--vars", '{periods: ["2099-01"]}', lake=new_lake)
    assert future.returncode != 0
    assert "2099-01 is in the future" in future.stdout

"""Turns, ratios and targets: what decides what the bench says."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import cases
from bench.figures import report, targets
from bench.figures.evidence import Event, rows_read
from bench.figures.targets import Outcome
from bench.measure import Cost
from bench.turns import Costs, median, ratio, take_turns
from bench.ways.contestants import BARE_OWN, BARE_STOCK, ORIGINAL, PROJECT_WAY


def costs(**walls: list[float]) -> Costs:
    return {name: [Cost(wall, 2 * wall, 100) for wall in each] for name, each in walls.items()}


def test_ways_take_turns_and_practice_does_not_count() -> None:
    done: list[str] = []

    def way(name: str, wall: float) -> Cost:
        done.append(name)
        return Cost(wall, 0, 0)

    found = take_turns(
        {"a": lambda: way("a", len(done)), "b": lambda: way("b", len(done))},
        rounds=2,
        before=lambda: done.append("before"),
        after=lambda: done.append("after"),
        practice=1,
    )
    assert done == ["before", "a", "b", "after"] * 3
    assert [cost.wall for cost in found["a"]] == [5, 9]


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    # The machine was three times as busy in the second round: for both.
    found = costs(one=[1, 3, 2], other=[2, 6, 1])
    assert ratio(found, "one", "other") == 0.5
    assert median(found["one"]) == Cost(2, 4, 100)


def all_costs(**project: float) -> dict[str, Costs | None]:
    month = {PROJECT_WAY: [4.0], ORIGINAL: [20.0], BARE_STOCK: [6.0], BARE_OWN: [4.0]}
    found = costs(**month | {PROJECT_WAY: [project.get("month", 4.0)]})
    return {
        targets.ONE: found,
        targets.ALL: costs(**month),
        targets.IDLE: costs(**{"dbt run": [1.4], cases.START: [1.0]}),
        targets.WARM: None,
        targets.LOOK: costs(**{"dm pending": [1.0], "dm show": [2.6], cases.IMPORTS: [1.0]}),
        targets.HISTORY: costs(**{"ten times the history": [1.0], "the history": [1.0]}),
    }


def outcome(found: Mapping[str, Costs | None], measure: str) -> Outcome:
    return next(each for each in targets.outcomes(found, {}) if each.measure == measure)


@pytest.mark.parametrize(("seconds", "met"), [(4.0, True), (4.1, False)])
def test_a_limit_is_met_or_not(seconds: float, met: bool) -> None:
    name = f"{targets.ONE}: {PROJECT_WAY} / {ORIGINAL}"
    assert outcome(all_costs(month=seconds), name).met is met


def test_what_is_missed_or_not_measured_is_told() -> None:
    found = all_costs()
    outcomes = targets.outcomes(found, {})
    told = report.markdown("Title", found, outcomes)
    look = f"| {targets.LOOK}: dm show / {cases.IMPORTS} | 2.50 or less | 2.60 | **not met** |"
    assert look in told
    warm = f"| {targets.WARM}: warm Spark / cold | 0.30 or less | not measured | not measured |"
    assert warm in told


def scan(name: str, accumulator: int) -> Event:
    return {
        "nodeName": f"BatchScan lake.{name}",
        "simpleString": f"BatchScan lake.{name}[review_id#1]",
        "metrics": [{"name": "number of output rows", "accumulatorId": accumulator}],
        "children": [],
    }


def execution(name: str, text: str, *children: object) -> Event:
    plan = {"nodeName": name, "simpleString": text, "metrics": [], "children": list(children)}
    start = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"
    return {"Event": start, "sparkPlanInfo": plan}


def test_rows_read_are_those_of_silver_and_for_a_table() -> None:
    write = "OverwriteByExpression IcebergWrite(table=lake.dm_gold.top_drinkers)"
    silver = scan("dm_silver.review_flat", 1)
    events: list[Event] = [
        execution("OverwriteByExpression", write, silver, scan("dm_gold.top_drinkers", 2)),
        execution("Project", "a test", scan("dm_silver.review_flat", 3)),
        *(
            {
                "Event": "SparkListenerTaskEnd",
                "Task Info": {"Accumulables": [{"ID": id_, "Update": "20"}]},
            }
            for id_ in (1, 1, 2, 3)
        ),
    ]
    assert rows_read(events) == {"top_drinkers": 40}


def test_figures_go_between_their_markers_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "By hand.\n<!-- begin a -->\nold\n<!-- end a -->\n<!-- begin b -->\n<!-- end b -->\n"
    )
    report.put_between_markers(page, "a", "new")
    assert page.read_text() == (
        "By hand.\n<!-- begin a -->\nnew\n<!-- end a -->\n<!-- begin b -->\n<!-- end b -->\n"
    )
    with pytest.raises(ValueError, match="no markers"):
        report.put_between_markers(page, "c", "new")

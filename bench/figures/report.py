"""Tells what was measured: for people in Markdown, for programs in JSON."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import psutil

from bench.figures.evidence import Evidence
from bench.figures.targets import Outcome
from bench.measure import Cost
from bench.turns import Costs, median, ratio
from local.spark import java

_ANSWER = {True: "met", False: "**not met**", None: "not measured"}


def machine() -> str:
    """What of the machine decides how fast it is."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Java {java.find()[0].version}, "
        f"Python {platform.python_version()}"
    )


def markdown(title: str, found: Mapping[str, Costs | None], outcomes: Iterable[Outcome]) -> str:
    """The targets, and the medians of each case."""
    parts = [
        f"{title}; {machine()}.",
        table(
            ("measure", "target", "result", ""),
            [(o.measure, o.target, o.result, _ANSWER[o.met]) for o in outcomes],
        ),
    ]
    for case, costs in found.items():
        if costs is None:
            parts.append(f"**{case}**: not measured, for there is no `dm spark` here.")
            continue
        first = next(iter(costs))
        rows = []
        for name, each in costs.items():
            middle = median(each)
            rows.append(
                (
                    name, f"{middle.wall:.2f}", f"{middle.cpu:.2f}", f"{middle.peak_mb:.0f}",
                    f"{ratio(costs, first, name):.2f}",
                )
            )  # fmt: skip
        head = (f"{case} ({len(each)} rounds)", "wall s", "CPU s", "peak MB", f"{first} / this")
        parts.append(table(head, rows))
    return "\n\n".join(parts)


def as_json(
    title: str,
    found: Mapping[str, Costs | None],
    evidence: Mapping[int, Mapping[str, Evidence]],
    outcomes: Iterable[Outcome],
) -> str:
    """The same, with each round."""
    return json.dumps(
        {
            "title": title,
            "machine": machine(),
            "targets": [asdict(outcome) for outcome in outcomes],
            "cases": {
                case: {name: [asdict(cost) for cost in each] for name, each in costs.items()}
                for case, costs in found.items()
                if costs is not None
            },
            "evidence": {
                count: {
                    name: asdict(one) | {"months_touched": sorted(one.months_touched)}
                    for name, one in tables.items()
                }
                for count, tables in evidence.items()
            },
        },
        indent=1,
    )


def costs(file: Path) -> dict[str, Costs]:
    """What as_json() told of the cases."""
    cases = json.loads(file.read_text())["cases"]
    return {
        case: {name: [Cost(**cost) for cost in each] for name, each in ways.items()}
        for case, ways in cases.items()
    }


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def put_between_markers(page: Path, name: str, text: str) -> None:
    """Replaces what a page has between `<!-- begin NAME -->` and `<!-- end NAME -->`."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    before, _, rest = page.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no markers of {name}")
    page.write_text(f"{before}{begin}{text}\n{end}{after}")

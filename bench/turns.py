"""Lets ways to do one thing take turns, and compares what they cost."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import fields

import click

from bench.measure import Cost

_LEAST = 0.01
"""Taken for what was too little to be measured, such as the memory of a short command."""
Costs = Mapping[str, list[Cost]]
"""What each way cost in each round."""


def take_turns(
    ways: Mapping[str, Callable[[], Cost]],
    rounds: int,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
    practice: int = 0,
) -> Costs:
    """Measures the ways A B C A B C ..., so that a busy machine is busy for all of them.

    Args:
        ways: each measures its way once.
        rounds: how often.
        before: what is done before each round.
        after: what is done after it.
        practice: rounds before those, which do not count: dbt parses, and caches fill.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for turn in range(practice + rounds):
        before()
        for name, way in ways.items():
            cost = way()
            click.echo(f"  {name}: {cost.wall:.1f} s{'' if turn >= practice else ' (practice)'}")
            if turn >= practice:
                costs[name].append(cost)
        after()
    return costs


def median(costs: list[Cost]) -> Cost:
    """The median of each measure."""
    return Cost(*(statistics.median(getattr(cost, f.name) for cost in costs) for f in fields(Cost)))


def ratio(costs: Costs, one: str, other: str) -> float:
    """How long one way takes for each second of the other: the median of the rounds' ratios."""
    return statistics.median(ratios(costs, one, other, "wall"))


def ratios(costs: Costs, one: str, other: str, measure: str) -> list[float]:
    """What one way takes for each second, or MB, of the other, round by round.

    Args:
        costs: of both ways.
        one: a way.
        other: another one.
        measure: a field of Cost.
    """
    pairs = zip(costs[one], costs[other], strict=True)
    return [getattr(a, measure) / max(getattr(b, measure), _LEAST) for a, b in pairs]

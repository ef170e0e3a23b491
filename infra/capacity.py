"""Whether the jobs that run at a time fit into the application."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from infra.places import DoesNotFit
from infra.stack import declared

_NEEDED = ("MaximumCpu", "MaximumMemory", "MaxConcurrency", "DriverCores", "Executors")


def refuse_crowding(template: str, parameters: Mapping[str, str]) -> None:
    """Refuses a maximum into which the jobs do not fit with one more.

    The workers of a job that has ended are held for a while; a job that begins meanwhile would
    wait for its executor, and fail.

    Args:
        template: the text of the template, whose defaults count where nothing is set.
        parameters: what is set.

    Raises:
        DoesNotFit: says how much is needed.
    """
    known = declared(template)
    if any(name not in known for name in _NEEDED):
        return  # a template without these sizes
    value = {name: str(each.get("Default", "")) for name, each in known.items()} | dict(parameters)
    jobs, executors = int(value["MaxConcurrency"]) + 1, int(value["Executors"])
    cpu = jobs * (int(value["DriverCores"]) + executors * int(value["ExecutorCores"]))
    memory = jobs * (_gigabytes(value, "Driver") + executors * _gigabytes(value, "Executor"))
    short = [
        f"'{name}={needed} {unit}'"
        for name, needed, unit in (("MaximumCpu", cpu, "vCPU"), ("MaximumMemory", memory, "GB"))
        if _number(value[name]) < needed
    ]
    if short:
        raise DoesNotFit(
            f"{jobs - 1} jobs at a time and the workers of one that has ended take {cpu} vCPU and"
            f" {memory} GB, and the application may take {value['MaximumCpu']} and"
            f" {value['MaximumMemory']}",
            f"Add {' '.join(short)}, which costs nothing unless it is used; or a smaller"
            " MaxConcurrency=.",
        )


def _gigabytes(value: Mapping[str, str], worker: str) -> int:
    return math.ceil(_number(value[f"{worker}Memory"]) + _number(value[f"{worker}Overhead"]))


def _number(text: str) -> float:
    found = re.match(r"[0-9.]+", text)
    return float(found[0]) if found else 0.0

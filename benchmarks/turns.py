"""Works measured against one another: in turn, each in a process of its own.

So peak memory is a work's own, and a slow minute of the machine hits all of them.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a work: seconds, peak memory in MB, and what it found."""

    seconds: float
    peak_mb: float
    found: list[float]


def measure(work: Callable[[], object], figures: Callable[[object], list[float]]) -> None:
    """Do a work in this process and print its run as JSON; ``figures`` are not timed."""
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, peak, figures(result)]))


def run_in_turn(
    script: str, subject: str, works: Iterable[str], rounds: int
) -> dict[str, list[Run]]:
    """Let a script do works on a subject, ``--measure SUBJECT WORK``, so many rounds."""
    runs: dict[str, list[Run]] = {work: [] for work in works}
    for _ in range(rounds):
        for work, of_work in runs.items():
            command = [sys.executable, script, "--measure", subject, work]
            told = subprocess.check_output(command, stderr=subprocess.DEVNULL)
            of_work.append(Run(*json.loads(told)))
    return runs


def tell(title: str, runs: dict[str, list[Run]], unit: str) -> None:
    """Print medians, and how many times as fast as the first work each one is."""
    rival = statistics.median(run.seconds for run in next(iter(runs.values())))
    print(title)
    for work, of_work in runs.items():
        seconds = statistics.median(run.seconds for run in of_work)
        peak = statistics.median(run.peak_mb for run in of_work)
        print(
            f"  {work:<36}{seconds:9.3f} s {peak:8,.0f} MB {of_work[0].found[0]:12,.0f} {unit} "
            f"{rival / seconds:6.1f} times as fast"
        )

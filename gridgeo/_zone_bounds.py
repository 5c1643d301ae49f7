"""How even zones could be at best: what the sizes of cells, and parts that do not touch, forbid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Ints

ISLAND: Final = 0.5
"""Share of the mean load of a zone below which a part is an island that goes with a zone."""


def least_by_cells(load: Floats, n_zones: int) -> float:
    """Give a load that the heaviest zone must reach, whichever cells are put together.

    Among the ``j * n_zones + 1`` heaviest cells some zone has ``j + 1``, at the least the lightest
    of them. With ``j`` 0 that is the heaviest cell alone, and with cells of one size what whole
    cells cost.

    Examples
    --------
    >>> least_by_cells(np.ones(10), 4), least_by_cells(np.array([9.0, 1.0, 1.0, 1.0]), 2)
    (3.0, 9.0)
    """
    passed = np.append(0.0, np.cumsum(np.sort(load)[::-1]))
    more = np.arange((len(load) - 1) // n_zones + 1)
    last = more * n_zones
    heaviest = passed[last + 1] - passed[last - more]
    return float(max(heaviest.max(initial=0.0), passed[-1] / n_zones))


def least_by_parts(load: Floats, n_zones: int) -> float:
    """Give a load that the heaviest zone must reach where no zone spans two of some parts.

    Parts below half of a zone are islands and may go with any. Where only they are left, or there
    are more of the others than zones, nothing is known but the mean.

    Examples
    --------
    >>> least_by_parts(np.array([3.0, 3.0]), 3), least_by_parts(np.array([5.0, 1.0]), 3)
    (3.0, 2.5)
    """
    mean = float(load.sum()) / n_zones
    large = load[load >= ISLAND * mean]
    if not 0 < len(large) <= n_zones:
        return mean
    given = np.ones(len(large))
    for _ in range(n_zones - len(large)):
        given[np.argmax(large / given)] += 1
    return max(mean, float((large / given).max()))


def sums_by_unit(values: Floats, unit: Ints, n_units: int) -> list[Floats]:
    """Give the values of each unit."""
    order = np.argsort(unit, kind="stable")
    return np.split(values[order], np.searchsorted(unit[order], np.arange(1, n_units)))

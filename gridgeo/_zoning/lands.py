"""Cells into zones, on arrays: land by land, drawn anew or carried over from before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._zoning.balance import level
from gridgeo._zoning.halving import Ground, cut_apart
from gridgeo._zoning.sharing import Bounds, Sharing
from gridgeo._zoning.smoothing import smooth

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Ints

BATCH_CELLS: Final = 20_000
"""Cells whose lands are worked on in one go: enough for numpy to be at its best, and little enough
for them to be at hand."""

TRIES: Final = 4
"""Plans that are drawn of a land at most, turned further each time, while zones are out of bounds.
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What zones should carry.

    ``tolerance``: share by which one may be off the mean of its land; ``mean``: of all zones,
    above which by the tolerance none should be where its land allows; ``limit``: a load that none
    may exceed, infinite where there is none.
    """

    tolerance: float
    mean: float
    limit: float = np.inf

    def bounds(self, target: Floats) -> Bounds:
        """Give what zones may carry at last."""
        high = target * (1 + self.tolerance)
        overall = self.mean * (1 + self.tolerance)
        high = np.where(target < overall, np.minimum(high, overall), high)
        if self.limit < np.inf:
            high = np.full_like(target, self.limit)
        return Bounds(target, target * (1 - self.tolerance), high)

    def aims(self, target: Floats, step: float) -> Bounds:
        """Give what zones may carry at first: closer, so that later loads still find room.

        No closer than ``step``, the load of a cell, allows.
        """
        least = np.minimum(step / 2, self.tolerance * target)
        off = np.maximum(self.tolerance / 2 * target, least)
        high = np.minimum(target + off, self.bounds(target).high)
        return Bounds(target, target - off, high)


def draw(ground: Ground, land: Ints, n_zones: Ints, rules: Rules, turn: float) -> tuple[Ints, Ints]:
    """Draw the zones of connected lands: of like load, connected, compact.

    Parameters
    ----------
    ground
        The cells.
    land
        (cells,) the land of each.
    n_zones
        (lands,) how many zones each one gets; where a limit asks for it, it gets more.
    rules
        What zones should carry.
    turn
        Angle by which the first cuts are turned, radians.

    Returns
    -------
    Ints
        (cells,) zone of each.
    Ints
        (zones,) land of each, in order.
    """
    nth = np.empty(len(land), dtype=np.int64)
    n_zones = n_zones.copy()
    for lands in batches(np.bincount(land)):
        cells = np.flatnonzero((land >= lands[0]) & (land <= lands[-1]))
        own = land[cells] - lands[0]
        nth[cells], n_zones[lands] = _draw(ground.of(cells), own, n_zones[lands], rules, turn)
    return (np.cumsum(n_zones) - n_zones)[land] + nth, np.repeat(np.arange(len(n_zones)), n_zones)


def settle(now: Sharing, rules: Rules) -> Ints:
    """Bring loads within their bounds where they are not; gives the zone of each cell.

    What is within is left as it is, and so is what comes again as it was given.
    """
    bounds = rules.bounds(targets(now))
    zone, n_cells = now.zone.copy(), np.bincount(now.land[now.zone])
    for lands in batches(n_cells):
        chosen = np.zeros(len(n_cells), dtype=bool)
        chosen[lands] = True
        part, cells, zones = now.of(chosen)
        level(part, bounds.of(zones))
        zone[cells] = zones[part.zone]
    return zone


def targets(now: Sharing) -> Floats:
    """Give what each zone should carry: the mean of its land."""
    n_zones = np.bincount(now.land)
    loads = np.bincount(now.land, now.loads)
    return (loads / np.maximum(n_zones, 1))[now.land]


def batches(n_cells: Ints) -> list[Ints]:
    """Put lands that follow one another into batches."""
    batch = np.cumsum(n_cells) // BATCH_CELLS
    return np.split(np.arange(len(n_cells)), np.flatnonzero(np.diff(batch)) + 1)


def _draw(
    ground: Ground, land: Ints, n_zones: Ints, rules: Rules, turn: float
) -> tuple[Ints, Ints]:
    """Draw zones, and anew with one more where one exceeds the limit; counted from 0 in lands."""
    nth = np.zeros(len(land), dtype=np.int64)
    n_zones, n_cells = n_zones.copy(), np.bincount(land)
    pending = np.ones(len(n_zones), dtype=bool)
    while pending.any():
        lands = np.flatnonzero(pending)
        cells = np.flatnonzero(pending[land])
        own = np.searchsorted(lands, land[cells])
        now = _draw_best(ground.of(cells), own, n_zones[lands], rules, turn)
        first = np.cumsum(n_zones[lands]) - n_zones[lands]
        nth[cells] = now.zone - first[own]
        over = np.zeros(len(n_zones), dtype=bool)
        over[lands[now.land[now.loads > rules.limit]]] = True
        pending = over & (n_zones < n_cells)
        n_zones[pending] += 1
    return nth, n_zones


def _draw_best(ground: Ground, land: Ints, n_zones: Ints, rules: Rules, turn: float) -> Sharing:
    """Draw zones, several times where some are out of bounds, and keep the best of each land."""
    now = _draw_once(ground, land, n_zones, rules, turn)
    for nth in range(1, TRIES):
        off = _furthest_off(now, rules)
        again = off > 0
        if not again.any():
            break
        part, cells, zones = now.of(again)
        lands = np.flatnonzero(again)
        own = np.searchsorted(lands, land[cells])
        turned = turn + nth * np.pi / (2 * TRIES)
        tried = _draw_once(ground.of(cells), own, n_zones[lands], rules, turned)
        better = _furthest_off(tried, rules) < off[lands]
        part.zone = np.where(better[own], tried.zone, part.zone)
        now.zone[cells] = zones[part.zone]
    return now


def _furthest_off(now: Sharing, rules: Rules) -> Floats:
    """Tell how far zones of each land are out of bounds at most, by what they should carry."""
    bounds = rules.bounds(targets(now))
    off = np.maximum(now.loads - bounds.high, bounds.low - now.loads)
    furthest = np.zeros(int(now.land.max()) + 1)
    np.maximum.at(furthest, now.land, off / np.maximum(bounds.target, np.finfo(float).tiny))
    return furthest


def _draw_once(ground: Ground, land: Ints, n_zones: Ints, rules: Rules, turn: float) -> Sharing:
    zone = cut_apart(ground, land, n_zones, turn)
    of_zone = np.repeat(np.arange(len(n_zones)), n_zones)
    now = Sharing(ground.graph, ground.load, zone, of_zone, np.zeros(len(land), dtype=bool))
    target = targets(now)
    aims = rules.aims(target, float(np.median(ground.load)))
    level(now, aims)
    smooth(now, aims)
    level(now, rules.bounds(target))
    return now

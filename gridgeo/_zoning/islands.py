"""Parts of a unit that do not touch: large ones get zones of their own, islands join one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._zoning.graph import add_up, find_parts
from gridgeo._zoning.task import NOWHERE

if TYPE_CHECKING:
    from gridgeo._zoning.task import Before, Task
    from gridgeo.schema import Bools, Floats, Geometries, Ints

LARGE: Final = 0.5
"""Share of a zone's load from which a part gets its own: a smaller zone would be further off the
mean than one that takes the part in."""


@dataclass(frozen=True, slots=True)
class Lands:
    """The connected grounds that are cut into zones, and the islands that go with their cells.

    (cells,) ``anchor``: the cell with which each one goes, itself but for islands; ``land``: the
    land of that. (lands,) ``unit``, in order.
    """

    anchor: Ints
    land: Ints
    unit: Ints

    @property
    def mainland(self) -> Ints:
        """The cells that lie on no island."""
        return np.flatnonzero(self.anchor == np.arange(len(self.anchor)))

    def carried(self, load: Floats) -> Floats:
        """Give the load of each cell of the mainland, with that of the islands it anchors."""
        return add_up(load, self.anchor, len(load))[self.mainland]


def find_lands(task: Task, n_zones: Ints, limit: float) -> Lands:
    """Tell lands from islands.

    What had zones of its own before keeps them, and what was an island stays one.

    Parameters
    ----------
    task
        The cells.
    n_zones
        (units,) how many zones a unit is to have.
    limit
        A load that no zone may exceed: what would make a cell too heavy is no island.
    """
    unit, load = task.unit, task.load
    part = find_parts(task.graph, unit)
    n_parts = int(part.max()) + 1
    unit_of = np.zeros(n_parts, dtype=np.int64)
    unit_of[part] = unit
    large = _are_large(part, load, unit_of, n_zones, task.before)
    while True:
        anchor = _anchors(task.polygons, part, unit, large)
        heavy = (add_up(load, anchor, len(load)) > limit)[anchor] & ~large[part]
        if not heavy.any():
            break
        large[part[heavy]] = True
    rank = np.zeros(n_parts, dtype=np.int64)
    order = np.flatnonzero(large)
    order = order[np.argsort(unit_of[order], kind="stable")]
    rank[order] = np.arange(len(order))
    return Lands(anchor, rank[part[anchor]], unit_of[order])


def _had_zones(part: Ints, load: Floats, before: Before) -> Bools:
    """Tell which parts had zones of their own: zones that lay on no part that comes before it."""
    cells = np.flatnonzero(before.known)
    of_cell, n_cells = part[cells], np.bincount(part)
    # The last cell of each zone lies on the part with most load, then most cells, then the first.
    order = np.lexsort((-of_cell, n_cells[of_cell], load[of_cell], before.zone[cells]))
    order = cells[order]
    home = np.full(before.n_zones, NOWHERE)
    home[before.zone[order]] = part[order]
    return np.isin(np.arange(len(load)), home)


def _anchors(polygons: Geometries, part: Ints, unit: Ints, large: Bools) -> Ints:
    """Give the cell on a large part that is nearest to the island of each cell, or itself."""
    anchor = np.arange(len(part))
    small = ~large[part]
    for several in np.unique(unit[small]):
        cells = np.flatnonzero(unit == several)
        islands, mainland = cells[small[cells]], cells[~small[cells]]
        anchor[islands] = find_nearest(polygons, islands, mainland, part[islands])
    return anchor


def find_nearest(polygons: Geometries, cells: Ints, among: Ints, group: Ints) -> Ints:
    """Find for each group of cells the one among others that is nearest; gives it by cell."""
    (asked, found), distance = shapely.STRtree(polygons[among]).query_nearest(
        polygons[cells], return_distance=True
    )
    order = np.lexsort((found, distance, group[asked]))
    names, first = np.unique(group[asked][order], return_index=True)
    nearest: Ints = among[found[order[first]]][np.searchsorted(names, group)]
    return nearest


def _are_large(part: Ints, load: Floats, unit: Ints, n_zones: Ints, before: Before) -> Bools:
    """Tell which parts get zones of their own: no more than zones, with cells for all of them."""
    n_parts, total = len(unit), np.bincount(unit[part], load, minlength=len(n_zones))
    of_part = add_up(load, part, n_parts)
    n_cells = np.bincount(part)
    worth = of_part * n_zones[unit] >= LARGE * total[unit]
    known = 2 * np.bincount(part, before.known, minlength=n_parts) > n_cells
    worth[known] = _had_zones(part, of_part, before)[known]
    order = np.lexsort((-n_cells, -of_part, ~worth, unit))
    first = np.append(True, unit[order][1:] != unit[order][:-1])
    start = np.maximum.accumulate(np.where(first, np.arange(n_parts), 0))
    nth = np.arange(n_parts) - start
    passed = np.append(0, np.cumsum(n_cells[order]))
    cells_before = passed[:-1] - passed[start]
    wanted = n_zones[unit[order]]
    large = np.zeros(n_parts, dtype=bool)
    large[order] = (nth < wanted) & ((nth == 0) | worth[order] | (cells_before < wanted))
    return large

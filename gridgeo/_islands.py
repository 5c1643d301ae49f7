"""Parts of a unit that do not touch: large ones get zones of their own, islands join one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._allot import allot
from gridgeo._graph import find_parts

if TYPE_CHECKING:
    from gridgeo._graph import Graph
    from gridgeo.schema import Bools, Floats, Geometries, Ints

LARGE: Final = 0.5
"""A part with this share of the load of a zone gets its own; below it would be the worse zone."""


@dataclass(frozen=True, slots=True)
class Lands:
    """The connected grounds that are cut into zones, and the islands that join one of their cells.

    ``land`` (cells,): the land of each cell, of an island that of its anchor; ``unit`` and
    ``n_cells`` and ``load`` (lands,): islands included in the load; ``anchor`` (cells,): the cell
    with whose zone each one goes, itself but for islands.
    """

    land: Ints
    unit: Ints
    anchor: Ints

    @property
    def on_island(self) -> Bools:
        """Tell which cells lie on an island."""
        return self.anchor != np.arange(len(self.anchor))


def find_lands(
    graph: Graph, polygons: Geometries, load: Floats, unit: Ints, n_zones: Ints
) -> Lands:
    """Tell lands from islands.

    Parameters
    ----------
    graph
        Neighbours of the cells.
    polygons, load, unit
        (cells,) outline, load and unit of each.
    n_zones
        (units,) how many zones a unit is to have.
    """
    part = find_parts(graph, unit)
    n_parts = int(part.max()) + 1
    of_part = np.zeros(n_parts, dtype=np.int64)
    of_part[part] = unit
    large = _are_large(
        np.bincount(part, load, minlength=n_parts), np.bincount(part), of_part, n_zones
    )
    anchor = np.arange(len(part))
    for island in np.unique(of_part[~large]):
        cells = np.flatnonzero(unit == island)
        small = ~large[part[cells]]
        anchor[cells[small]] = _nearest(polygons, cells[small], cells[~small], part)
    number = np.cumsum(large) - 1
    order = np.argsort(of_part[large], kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Lands(rank[number[part[anchor]]], of_part[large][order], anchor)


def _are_large(load: Floats, n_cells: Ints, unit: Ints, n_zones: Ints) -> Bools:
    """Tell which parts get zones of their own: no more than zones, with cells for all of them."""
    total = np.bincount(unit, load, minlength=len(n_zones))
    order = np.lexsort((np.arange(len(unit)), -n_cells, -load, unit))
    first = np.append(True, unit[order][1:] != unit[order][:-1])
    start = np.flatnonzero(first)
    nth = np.arange(len(order)) - np.repeat(start, np.diff(np.append(start, len(order))))
    passed = np.cumsum(n_cells[order])
    before = passed - n_cells[order]
    before -= np.repeat(before[start], np.diff(np.append(start, len(order))))
    k = n_zones[unit[order]]
    worth = load[order] * k >= LARGE * total[unit[order]]
    large = np.empty(len(unit), dtype=bool)
    large[order] = (nth < k) & ((nth == 0) | worth | (before < k))
    return large


def _nearest(polygons: Geometries, islands: Ints, mainland: Ints, part: Ints) -> Ints:
    """Find for each cell of islands the cell on the mainland that is nearest to its island."""
    (asked, found), distance = shapely.STRtree(polygons[mainland]).query_nearest(
        polygons[islands], return_distance=True
    )
    island = part[islands[asked]]
    order = np.lexsort((found, distance, island))
    names, first = np.unique(island[order], return_index=True)
    return mainland[found[order[first]]][np.searchsorted(names, part[islands])]


def allot_lands(load: Floats, n_cells: Ints, unit: Ints, n_zones: Ints) -> Ints:
    """Share out the zones of each unit among its lands, which stand together."""
    given = n_zones[unit]
    n_lands = np.bincount(unit, minlength=len(n_zones))
    for several in np.flatnonzero(n_lands > 1):
        lands = unit == several
        given[lands] = allot(load[lands], n_cells[lands], int(n_zones[several]))
    return given

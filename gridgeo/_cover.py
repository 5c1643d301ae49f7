"""How much of each polygon others cover, by class: arrays in, arrays out.

Polygons are valid and in one projected CRS; ground that several of a class cover counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._polygons import overlay, polygonal, unite

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints


@dataclass(frozen=True, slots=True)
class Covered:
    """Ground that polygons have of cells, one value a pair of a cell and a polygon."""

    cell: Ints
    cover: Ints
    ground: Geometries


def lay_over(cells: Geometries, covers: Geometries) -> Covered:
    """Find the common ground of cells and what covers them; only what crosses is intersected."""
    shapely.prepare(covers)
    cover, cell = shapely.STRtree(cells).query(covers, predicate="intersects")
    ground = cells[cell].copy()
    crosses = ~shapely.contains_properly(covers[cover], ground)
    ground[crosses] = polygonal(
        overlay(shapely.intersection, covers[cover[crosses]], ground[crosses])
    )
    return Covered(cell, cover, ground)


def find_doubled(covers: Geometries, group: Ints) -> Bools:
    """Tell which polygons share ground with another of their group."""
    first, second = shapely.STRtree(covers).query(covers, predicate="intersects")
    pair = (first < second) & (group[first] == group[second])
    first, second = first[pair], second[pair]
    common = ~shapely.touches(covers[first], covers[second])
    doubled = np.zeros(len(covers), dtype=bool)
    doubled[first[common]] = doubled[second[common]] = True
    return doubled


def sum_ground(covered: Covered, group: Ints, n_groups: int, doubled: Bools) -> Floats:
    """Add the ground of each group of pairs up, in m2, what is covered twice but once.

    ``group`` of each pair; ``doubled`` tells of each polygon whether it shares ground with others,
    and only groups with two of these are united.
    """
    m2 = shapely.area(covered.ground)
    several = np.bincount(group[doubled[covered.cover]], minlength=n_groups) > 1
    simple = ~several[group]
    total = np.bincount(group[simple], weights=m2[simple], minlength=n_groups).astype(np.float64)
    number = np.cumsum(several) - 1
    united = unite(covered.ground[~simple], number[group[~simple]], int(several.sum()))
    total[several] = shapely.area(united)
    return total

"""Borders that neighbours draw with other vertices: no gap, no overlap, and yet not matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints


@dataclass(frozen=True, slots=True)
class Stretches:
    """Connected lines, and pairs of one of them and a polygon that has an edge on it."""

    lines: Geometries
    stretch: Ints
    polygon: Ints


def find_unmatched(
    polygons: Geometries,
    suspects: Ints,
    areas: Geometries,
    at_fault: Geometries,
    tolerance: float,
) -> Stretches:
    """Find stretches of border that polygons draw with other vertices than their neighbours.

    Parameters
    ----------
    polygons
        Polygons to look at, with all their neighbours.
    suspects
        Positions of those with an edge that a neighbour does not match.
    areas
        Areas: where a stretch runs along an outline nothing is amiss.
    at_fault
        Ground that is at fault already: what borders on it is explained.
    tolerance
        Metres: vertices nearer to each other are the same, and one nearer to a line lies on it.
    """
    if not len(suspects):
        return Stretches(np.empty(0, dtype=object), suspects, suspects)
    start, end, owner = _unmatched_edges(polygons, suspects)
    edges = shapely.linestrings(np.stack([start, end], axis=1))
    explained = _near(at_fault, edges, tolerance) | _along(areas, start, end, tolerance)
    doubtful = ~explained & ~_matched(start, end, owner, tolerance)
    odd = np.flatnonzero(doubtful & _on_others(edges, start, end, owner, tolerance))
    # On the grid a line that passes a vertex by rounding has it.
    merged = shapely.line_merge(shapely.union_all(edges[odd], grid_size=tolerance))
    stretches = shapely.get_parts(merged)
    stretch, edge = shapely.STRtree(edges[odd]).query(stretches, "dwithin", distance=tolerance)
    pairs = np.unique(np.column_stack([stretch, owner[odd][edge]]), axis=0)
    return Stretches(stretches, pairs[:, 0], pairs[:, 1])


def _unmatched_edges(polygons: Geometries, suspects: Ints) -> tuple[Floats, Floats, Ints]:
    """Give the edges that coverage_invalid_edges finds, one by one, and whose they are."""
    beside = shapely.STRtree(polygons).query(polygons[suspects])[1]
    seen = np.union1d(suspects, beside)
    lines, line_owner = shapely.get_parts(
        shapely.coverage_invalid_edges(polygons[seen]), return_index=True
    )
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.flatnonzero(line[1:] == line[:-1])
    return xy[step], xy[step + 1], seen[line_owner[line[step]]]


def _near(grounds: Geometries, edges: Geometries, tolerance: float) -> Bools:
    found = shapely.STRtree(grounds).query(edges, "dwithin", distance=tolerance)[0]
    return _among(len(edges), found)


def _along(areas: Geometries, start: Floats, end: Floats, tolerance: float) -> Bools:
    """Tell which edges run along an outline, by their ends and their middles."""
    outlines = shapely.boundary(areas)
    along: Bools = np.ones(len(start), dtype=bool)
    for xy in (start, end, (start + end) / 2):
        along &= _near(outlines, shapely.points(xy), tolerance)
    return along


def _matched(start: Floats, end: Floats, owner: Ints, tolerance: float) -> Bools:
    """Tell which edges another polygon has too, within the tolerance."""
    middle = shapely.points((start + end) / 2)
    one, other = shapely.STRtree(middle).query(middle, "dwithin", distance=tolerance)
    apart = owner[one] != owner[other]
    one, other = one[apart], other[apart]
    forth = _same(start[one], start[other], tolerance) & _same(end[one], end[other], tolerance)
    back = _same(start[one], end[other], tolerance) & _same(end[one], start[other], tolerance)
    return _among(len(start), one[forth | back])


def _on_others(
    edges: Geometries, start: Floats, end: Floats, owner: Ints, tolerance: float
) -> Bools:
    """Tell which edges run along those of other polygons; between the rest there is ground."""
    tree, on = shapely.STRtree(edges), np.ones(len(edges), dtype=bool)
    for xy in (start, end, (start + end) / 2):
        point, edge = tree.query(shapely.points(xy), "dwithin", distance=tolerance)
        on &= _among(len(edges), point[owner[point] != owner[edge]])
    return on


def _among(number: int, positions: Ints) -> Bools:
    """Tell which of so many positions are among those given."""
    among: Bools = np.bincount(positions, minlength=number) > 0
    return among


def _same(some: Floats, others: Floats, tolerance: float) -> Bools:
    return np.hypot(*(some - others).T) <= tolerance

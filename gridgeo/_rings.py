"""Rings of polygons as flat arrays, the interior always on the left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints

FEWEST: int = 3
"""Points of a ring; what has fewer bounds nothing."""


@dataclass(frozen=True)
class Rings:
    """Rings without a closing point, the interior always on the left.

    ``xy`` (n, 2); ``ring`` (n,) the ring of each vertex; ``start`` (rings + 1,) where each
    begins; ``part``, ``area`` and ``hole`` (rings,): the polygon each ring bounds, counted over
    all areas, its area, and whether it is a hole. A part's shell comes before its holes.
    """

    xy: Floats
    ring: Ints
    start: Ints
    part: Ints
    area: Ints
    hole: Bools

    @property
    def following(self) -> Ints:
        """Index of the vertex after each one, around its ring."""
        after = np.arange(1, len(self.xy) + 1)
        after[self.start[1:] - 1] = self.start[:-1]
        return after

    @property
    def preceding(self) -> Ints:
        """Index of the vertex before each one, around its ring."""
        before = np.arange(-1, len(self.xy) - 1)
        before[self.start[:-1]] = self.start[1:] - 1
        return before


def rings_of(polygons: Geometries) -> Rings:
    """Take polygons apart into rings, shells counter-clockwise and holes clockwise.

    Repeated points are still there; :func:`move_vertices` drops them.
    """
    parts, part_area = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    open_ring = np.append(ring[1:] == ring[:-1], False)[: len(ring)]
    xy, ring = xy[open_ring], ring[open_ring]
    start = np.searchsorted(ring, np.arange(len(rings) + 1))
    return Rings(xy, ring, start, ring_part, part_area[ring_part], ~shapely.is_ccw(rings))


def move_vertices(rings: Rings, xy: Floats) -> tuple[Rings, Bools]:
    """Move the vertices of rings, a little.

    Returns
    -------
    Rings
        Without points that the next one repeats, and without rings that have come to nothing.
    Bools
        (n,) which vertices are still there.
    """
    kept = (xy != xy[rings.following]).any(axis=1)
    n_points = np.bincount(rings.ring[kept], minlength=len(rings.area))
    alive = n_points >= FEWEST
    kept &= alive[rings.ring]
    number = np.cumsum(alive) - 1
    start = np.append(0, np.cumsum(n_points[alive]))
    ring = number[rings.ring[kept]]
    part, area, hole = rings.part[alive], rings.area[alive], rings.hole[alive]
    return Rings(xy[kept], ring, start, part, area, hole), kept


def insert(rings: Rings, edge: Ints, xy: Floats, *, swapped: Bools) -> tuple[Rings, Ints, Ints]:
    """Insert points into the edges of rings.

    Parameters
    ----------
    rings
        Rings; an edge has the number of the vertex where it begins.
    edge
        (points,) the edge of each point, in order, along each edge in canonical direction.
    xy
        (points, 2) where they are.
    swapped
        (edges,) whether the canonical direction runs against the ring's.

    Returns
    -------
    Rings
        With the points.
    Ints
        (vertices,) where the vertices have come to stand.
    Ints
        (points,) where the points have.
    """
    n_inserted = np.bincount(edge, minlength=len(rings.xy))
    first = np.arange(len(rings.xy)) + np.cumsum(n_inserted) - n_inserted
    rank = np.arange(len(edge)) - (np.cumsum(n_inserted) - n_inserted)[edge]
    place = first[edge] + np.where(swapped[edge], n_inserted[edge] - rank, 1 + rank)
    together = np.empty((len(first) + len(place), 2))
    together[first], together[place] = rings.xy, xy
    start = np.append(first, len(together))[rings.start]
    ring = np.repeat(rings.ring, 1 + n_inserted)
    return replace(rings, xy=together, ring=ring, start=start), first, place


def linear_rings(rings: Rings, wanted: Ints) -> Geometries:
    """Build the wanted rings as geometries."""
    ring, nth = repeated(np.diff(rings.start)[wanted])
    return shapely.linearrings(rings.xy[rings.start[wanted][ring] + nth], indices=ring)


def comes_first(some: Floats, others: Floats) -> Bools:
    """Tell whether points come before others in canonical order: further west, or south."""
    x, y, u, v = some[..., 0], some[..., 1], others[..., 0], others[..., 1]
    return (x < u) | ((x == u) & (y < v))


def repeated(counts: Ints) -> tuple[Ints, Ints]:
    """Give, for every count, its position that many times, and 0, 1, 2 ... within each."""
    position = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
    return position, nth

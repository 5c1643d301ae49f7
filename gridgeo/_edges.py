"""Edges that polygons share, found by hash and sort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from gridgeo._rings import comes_first

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints


def shared_borders(
    polygons: Geometries, *, spacing: float | None = None
) -> tuple[Ints, Ints, Floats]:
    """Measure the borders that polygons have in common.

    Parameters
    ----------
    polygons
        (n,) polygons whose common borders have the same vertices on both sides.
    spacing
        Look only at borders along the lines of a lattice, at multiples of this; metres.

    Returns
    -------
    Ints, Ints
        (pairs,) positions of two polygons, the lower first, each pair once and in order.
    Floats
        (pairs,) length of their common border, in the polygons' unit.
    """
    owner, start, end = _edges(polygons, spacing)
    first, second = _twins(start, end)
    other = owner[first] != owner[second]
    first, second = first[other], second[other]
    return sum_pairs(
        np.minimum(owner[first], owner[second]),
        np.maximum(owner[first], owner[second]),
        np.hypot(*(end[first] - start[first]).T),
    )


def unique_edges(polygons: Geometries) -> Floats:
    """Give the edges of polygons, those that several have in common once: x, y, x, y each."""
    _, start, end = _edges(polygons, None)
    _, repeated = _twins(start, end)
    kept = np.ones(len(start), dtype=bool)
    kept[repeated] = False
    return np.hstack([start[kept], end[kept]])


def straight_edges(polygons: Geometries) -> tuple[Ints, Floats, Floats]:
    """Give the owner of each edge of polygons and its two ends, as the rings are drawn."""
    xy, ring, owner = _rings(polygons)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    return owner[edge], xy[edge], xy[edge + 1]


def sum_pairs(left: Ints, right: Ints, length: Floats) -> tuple[Ints, Ints, Floats]:
    """Add up lengths of equal pairs; each pair once, in order."""
    order = np.lexsort((right, left))
    left, right, length = left[order], right[order], length[order]
    first = np.ones(len(left), dtype=bool)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    start = np.flatnonzero(first)
    total = np.add.reduceat(length, start) if len(start) else length
    return left[start], right[start], total


def _edges(polygons: Geometries, spacing: float | None) -> tuple[Ints, Floats, Floats]:
    """Give the owner of each edge and its ends, the one further west or south first."""
    xy, ring, owner = _rings(polygons)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    if spacing is not None:
        edge = edge[_along_line(xy[:, 0], edge, spacing) | _along_line(xy[:, 1], edge, spacing)]
    edge = edge[(xy[edge] != xy[edge + 1]).any(axis=1)]
    start, end = xy[edge], xy[edge + 1]
    swap = comes_first(end, start)
    start[swap], end[swap] = end[swap], start[swap]
    return owner[edge], start, end


def _twins(start: Floats, end: Floats) -> tuple[Ints, Ints]:
    """Give the positions of equal edges, each with the next equal one."""
    mixed = hash_rows(start, end)
    order = np.argsort(mixed, kind="stable")
    first, second = order[:-1], order[1:]
    twin = mixed[first] == mixed[second]
    first, second = first[twin], second[twin]
    same = (start[first] == start[second]).all(axis=1) & (end[first] == end[second]).all(axis=1)
    return first[same], second[same]


def _rings(polygons: Geometries) -> tuple[Floats, Ints, Ints]:
    """Give the coordinates of all rings, and the ring and polygon of each."""
    several = shapely.get_type_id(polygons) != shapely.GeometryType.POLYGON
    if not (several | (shapely.get_num_interior_rings(polygons) > 0)).any():
        xy, owner = shapely.get_coordinates(polygons, return_index=True)
        return xy, owner, owner
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return xy, ring, part_owner[ring_part[ring]]


def _along_line(values: Floats, edge: Ints, spacing: float) -> Bools:
    start = values[edge]
    return (start == values[edge + 1]) & (start == np.rint(start / spacing) * spacing)


Hashes: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint64]]"
Points: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.complex128]]"


@dataclass(frozen=True, slots=True)
class DirectedEdges:
    """Edges from point ``tail`` to point ``head`` of ``at``, the interior of ``owner`` on the left.

    Points are numbers x + iy, there once for each ring that has them; ``owner`` is the position
    of a polygon.
    """

    at: Points
    tail: Ints
    head: Ints
    owner: Ints


def directed_edges(polygons: Geometries) -> DirectedEdges:
    """Give the edges of polygons, whichever way their rings are drawn."""
    xy, ring, owner = _rings(polygons)
    at = np.ascontiguousarray(xy).view(np.complex128)[:, 0]
    tail = np.flatnonzero(ring[1:] == ring[:-1])
    n_rings = int(ring[-1]) + 1 if len(ring) else 0
    first = np.searchsorted(ring, np.arange(n_rings))
    # From a ring's own first point: the products of large coordinates would round areas away.
    away = at - at[first][ring]
    crossed = (np.conj(away[:-1]) * away[1:]).imag[tail]
    clockwise = np.bincount(ring[tail], crossed, minlength=n_rings) < 0
    against = (clockwise != _are_holes(polygons, n_rings))[ring[tail]]
    return DirectedEdges(
        at, np.where(against, tail + 1, tail), np.where(against, tail, tail + 1), owner[tail]
    )


def _are_holes(polygons: Geometries, n_rings: int) -> Bools:
    """Tell which rings of polygons, in order, are holes: all but the first of each part."""
    if n_rings == len(polygons):
        return np.zeros(n_rings, dtype=bool)
    hole = np.ones(n_rings, dtype=bool)
    n_inner = shapely.get_num_interior_rings(shapely.get_parts(polygons))
    hole[np.cumsum(n_inner + 1) - n_inner - 1] = False
    return hole


def hash_rows(*arrays: Floats) -> Hashes:
    """Mix the rows of arrays into one integer each; equal rows give equal integers."""
    # Adding 0.0 turns -0.0 into 0.0, which has other bits.
    columns = [np.ascontiguousarray(column) + 0.0 for array in arrays for column in array.T]
    return mix(*(column.view(np.uint64) for column in columns))


def hash_points(at: Points) -> Hashes:
    """Mix points x + iy into one integer each, equal for equal points."""
    return hash_rows(at.view(np.float64).reshape(-1, 2))


def mix(*columns: Hashes) -> Hashes:
    """Mix columns of 64 bits into one."""
    mixed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        mixed ^= column
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
    return mixed
